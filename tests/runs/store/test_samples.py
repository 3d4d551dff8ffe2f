"""What explains a pick: read as it was stored, empty in a run of a version without it."""

import numpy as np
import pandas as pd
import pytest

from mtal.runs.files import sha256_of, write_json
from mtal.runs.store.packed_maps import pack_map, unpack_map
from mtal.runs.store.run import Run
from tests.runs.made_run import made_run


@pytest.fixture
def run(tmp_path) -> Run:
    """Three cycles, without anything that explains them."""
    return made_run(tmp_path)


def store_maps(folder, **arrays):
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        folder / "maps.npz", **{name: pack_map(values) for name, values in arrays.items()}
    )
    (folder / "image.png").touch()


class TestRunOfAnEarlierVersion:
    def test_everything_is_empty(self, run):
        for number in range(3):
            assert run.content(number).empty
            assert run.others(number).empty
            assert run.others_picked(number) == run.others_left_out(number) == {}
            assert run.drawn(number) == set()
            assert run.maps(number, 0) == {}
            assert run.pictures(number, 0) == []
            assert list(run.loss_history(number, 0)) == ["cycle", "learned"]
            assert run.loss_history(number, 0).empty
        assert [task.classes for task in run.tasks] == [()] * 3

    def test_a_cycle_that_is_not_complete_is_no_empty_one(self, run):
        for read in (
            run.content,
            run.others,
            run.others_picked,
            lambda number: run.maps(number, 0),
        ):
            with pytest.raises(KeyError, match="no complete cycle 3"):
                read(3)

    def test_where_it_comes_from_is_known_all_the_same(self, run):
        origin = run.provenance(0, 5)
        assert (origin["run"], origin["cycle"], origin["sample"], origin["position"]) == (
            run.name,
            0,
            "0005",
            5,
        )
        assert origin["model_sha256"] == sha256_of(run.cycle(0).network)
        assert origin["pool_table_sha256"] == sha256_of(run.cycle(0).pool)
        assert len(origin["model_sha256"]) == 64
        assert origin["config"] == run.config.model_dump(mode="json")
        assert run.provenance(2, 5)["pool_table_sha256"] is None
        write_json(run.paths.folder / "any.json", origin)  # plain values


class TestPicturesOfBothKinds:
    def test_those_of_the_cycle_come_first_and_those_asked_for_are_found_too(self, run):
        own, asked = run.cycle(0).samples, run.paths.render_requests(0).samples
        store_maps(own.sample(3), **{"depth.initial": np.full((2, 3), 1.5, np.float32)})
        store_maps(asked.sample(3), **{"depth.initial": np.full((2, 3), 9, np.float32)})
        store_maps(asked.sample(8), **{"semseg.final": np.array([[1, 255]], np.uint8)})
        store_maps(asked.folder / ".000009")  # still in the making
        write_json(run.cycle(0).evidence, {"images": [3], "pictures": ["image"], "scales": {}})
        assert run.drawn(0) == {3, 8}
        assert run.picture(0, 3, "image") == own.picture(3, "image")
        assert run.picture(0, 8, "image") == asked.picture(8, "image")
        assert not run.picture(0, 9, "image").exists()
        assert (run.maps(0, 3)["depth.initial"] == 1.5).all()
        np.testing.assert_array_equal(run.maps(0, 8)["semseg.final"], [[1, 255]])
        assert run.maps(0, 9) == {}
        assert run.drawn(1) == set()

    def test_they_are_listed_in_the_order_of_reading(self, run):
        names = [
            "image",
            "semseg.initial",
            "semseg.from.depth",
            "semseg.from.normals",
            "semseg.from.final",
            "semseg.final",
            "semseg.truth",
            "semseg.gap.normals",
            "semseg.gapself.normals",
            "depth.initial",
        ]
        folder = run.cycle(1).samples.sample(4)
        folder.mkdir(parents=True)
        for name in np.random.default_rng(0).permutation(names):
            (folder / f"{name}.png").touch()
        assert run.pictures(1, 4) == names


class TestPacking:
    def test_values_come_back_as_exactly_as_promised(self):
        rng = np.random.default_rng(1)
        ids = rng.integers(256, size=(5, 7)).astype(np.uint8)
        metres = rng.uniform(0.01, 20, size=(5, 7)).astype(np.float32)
        vectors = rng.normal(size=(5, 7, 3)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
        vectors[0, 0] = 0
        np.testing.assert_array_equal(unpack_map(pack_map(ids)), ids)
        np.testing.assert_allclose(unpack_map(pack_map(metres)), metres, rtol=1 / 2048)
        np.testing.assert_allclose(unpack_map(pack_map(vectors)), vectors, atol=0.5 / 127 + 1e-6)
        assert (unpack_map(pack_map(vectors))[0, 0] == 0).all()
        metres[0] = 0, 1e-9, 1e-9, 0, 0, 1, 2  # not measured, or as near as a prediction can be
        np.testing.assert_array_equal(unpack_map(pack_map(metres)) > 0, metres > 0)
        assert [pack_map(values).itemsize for values in (ids, metres, vectors)] == [1, 2, 1]
        assert all(unpack_map(pack_map(values)).dtype == np.float32 for values in (metres, vectors))


def test_afterwards_joins_what_the_later_cycles_wrote_down(run):
    """Picked in cycle 0, learned from in cycle 1; cycle 2 stored nothing, as earlier versions."""
    for number, loss in ((0, 2.5), (1, 0.5)):
        pd.DataFrame(
            {"loss.depth": [9.0, loss], "weight.depth": [1.0, float(number)]}, index=[2, 6]
        ).to_parquet(run.cycle(number).afterwards)
    table = run.loss_history(0, 6)
    assert table["cycle"].tolist() == [0, 1]
    assert table["learned"].tolist() == [False, True]
    assert table["loss.depth"].tolist() == [2.5, 0.5]
    assert run.loss_history(1, 6)["learned"].tolist() == [False]
    assert run.loss_history(0, 7).empty
