"""The example: packed from an experiment, added to a store as it was, removed without a trace."""

import json
from concurrent.futures import ThreadPoolExecutor
from zipfile import ZipFile

import pandas as pd
import pytest

from mtal.config import Config, ConfigError
from mtal.runs.example.install import add_example, find_example, join, live_cell, remove_example
from mtal.runs.example.pack import Pictures, pack
from mtal.runs.experiments.experiment import create_experiment, metrics
from mtal.runs.files import read_json
from mtal.runs.jobs.status import Status
from mtal.runs.paths import StorePaths
from mtal.runs.store.index import all_runs, speed_key, unit_times
from mtal.runs.store.manifest import damages
from mtal.runs.store.run import Run
from tests.runs.example.computed import packed
from tests.runs.experiments.small_experiment import cells
from tests.runs.made_run import made_run


@pytest.fixture
def drawn(computed):
    """The run with pictures."""
    return computed.run(computed.cells[-1])


@pytest.fixture
def archive(computed, tmp_path):
    return packed(computed, tmp_path / "example.zip")


@pytest.fixture
def example(archive, store):
    return add_example(store, "/here/rooms", archive)


def made_config(**settings):
    return Config(cycles=3, start_percent=10, step_percent=15, **settings)


def test_every_measurement_is_there_again(computed, example):
    pd.testing.assert_frame_equal(metrics(example), metrics(computed))
    for cell in example.cells:
        run, before = example.run(cell), computed.run(cell)
        assert run.status is Status.FINISHED
        assert not run.damage
        assert damages(run) == []
        assert (run.created, run.is_example, before.is_example) == (1000.0, True, False)
        for number in range(run.cycles_done()):
            pd.testing.assert_frame_equal(run.pool(number), before.pool(number))
            pd.testing.assert_frame_equal(run.validation(number), before.validation(number))
            assert (run.picked(number) == before.picked(number)).all()
        assert (run.frozen_feature() == before.frozen_feature()).all()
    assert example.is_example
    assert [cell["run"] for cell in read_json(example.paths.plan)["cells"]] == [
        cell.run_name for cell in computed.cells
    ]
    assert example.title == "An example"


def test_nothing_of_the_machine_that_computed_it_is_packed(archive, tmp_path):
    with ZipFile(archive) as file:
        texts = [file.read(name) for name in file.namelist()]
    assert not [text for text in texts if str(tmp_path).encode() in text]


def test_the_data_are_those_of_this_machine(example):
    assert {example.run(cell).facts.data_folder for cell in example.cells} == {"/here/rooms"}


def test_networks_stay_behind_and_equal_files_are_stored_once(archive, example):
    with ZipFile(archive) as file:
        names = file.namelist()
    assert not [name for name in names if name.endswith((".safetensors", "log.txt", "lock"))]
    assert len([name for name in names if name.endswith("frozen.npy")]) == 1
    inodes = {example.run(cell).paths.frozen.stat().st_ino for cell in example.cells}
    assert len(inodes) == 1


def test_pictures_are_of_the_first_picks_and_listed(drawn, store, example):
    run = Run(store.run(drawn.name).folder)
    first = list(dict.fromkeys(image for image, _ in drawn.picked(0).tolist()))[:2]
    assert run.drawn(0) == set(first)
    for image in first:
        assert run.pictures(0, image) == drawn.pictures(0, image)
        assert set(run.maps(0, image)) == set(drawn.maps(0, image))


def test_some_kinds_of_pictures_alone(computed, drawn, tmp_path, store):
    path = tmp_path / "some.zip"
    pack(computed, path, (Pictures(drawn.name, 0, 3, ("image", "final")),))
    run = add_example(store, "", path).run(computed.cells[-1])
    image = min(run.drawn(0))
    assert run.pictures(0, image) == ["image", "depth.final"]
    assert run.maps(0, image) == {}


def test_adding_it_twice_or_at_once_makes_one(archive, store):
    with ThreadPoolExecutor(4) as pool:
        added = list(pool.map(lambda _: add_example(store, "", archive), range(4)))
    assert len({example.name for example in added}) == 1
    assert len(all_runs(store)) == len(added[0].cells)
    assert not [path for path in store.folder.iterdir() if path.name.startswith(".unpacking")]


def test_removing_it_keeps_what_was_started_here(example, store):
    own = made_run(store.folder, config=made_config(seed=9))
    joined = join(example, live_cell(example, "ours"))
    live = made_run(store.folder, config=live_cell(example, "ours").config)
    assert remove_example(store) == len(example.cells)
    assert {run.name for run in all_runs(store)} == {own.name, live.name}
    assert find_example(store) is None
    assert len(joined.cells) == len(example.cells) + 1
    assert remove_example(store) == 0


def test_it_can_be_added_again(archive, example, store):
    remove_example(store)
    assert len(add_example(store, "", archive).cells) == len(example.cells)


def test_added_again_it_takes_in_the_run_that_had_joined(archive, example, store):
    cell = live_cell(example, "ours")
    made_run(store.folder, config=cell.config)
    made_run(store.folder, config=made_config(seed=9, lr=0.5))  # of another protocol
    remove_example(store)
    again = add_example(store, "", archive)
    assert {each.run_name for each in again.cells} == {
        cell.run_name,
        *(each.run_name for each in example.cells),
    }


def test_a_live_run_has_a_new_seed_and_stays_the_same(example):
    cell = live_cell(example, "ours")
    assert cell.seed == 2
    assert (cell.config.device, cell.config.threads) == ("auto", 0)
    assert live_cell(join(example, cell), "ours") == cell
    settings = cell.config.model_copy(update={"seed": 0})
    assert settings.name in {cell.run_name for cell in example.cells}


def test_times_of_another_machine_estimate_nothing(example, store):
    key = speed_key(example.cells[0].config)
    assert unit_times(key, all_runs(store)) == {}
    example.run(example.cells[0]).paths.example.unlink()  # as if it had been started here
    assert unit_times(key, all_runs(store)) == {"train": [0.5]}


def test_an_unfinished_experiment_is_not_packed(store, tmp_path):
    planned = create_experiment(store, "planned", "", cells())
    with pytest.raises(ConfigError, match=planned.cells[0].run_name):
        pack(planned, tmp_path / "x.zip", ())
    assert not (tmp_path / "x.zip").exists()


@pytest.mark.parametrize("name", ["../out", "/abs", "a/../../b"])
def test_no_path_leads_out_of_the_store(name, tmp_path, store):
    path = tmp_path / "bad.zip"
    with ZipFile(path, "w") as file:
        file.writestr("copies.json", json.dumps({}))
        file.writestr(name, "x")
    with pytest.raises(ConfigError, match="within a store"):
        add_example(store, "", path)
    assert all_runs(store) == []


def test_a_truncated_or_missing_archive_names_the_way_out(archive, tmp_path, store):
    archive.write_bytes(archive.read_bytes()[:1000])
    with pytest.raises(ConfigError, match="install the program again"):
        add_example(store, "", archive)
    with pytest.raises(ConfigError, match=r"there is no example at .*nowhere"):
        add_example(store, "", tmp_path / "nowhere.zip")
    assert StorePaths(store.folder).runs() == []


def test_an_experiment_of_ones_own_is_not_replaced(archive, store):
    create_experiment(store, "rooms-example", "Mine", cells())
    with pytest.raises(ConfigError, match="another experiment"):
        add_example(store, "", archive)
