"""Names of folders and values of labels decide which task they are, and what its keys are."""

import numpy as np
import pytest

from mtal.datasets.dataset import label_mask
from mtal.datasets.folder.folder import FOLDER
from mtal.datasets.folder.guess import first_guess, write_guess
from tests.datasets.any_folder import SIZE, folder_config, save, some_normals
from tests.datasets.undescribed_folder import RNG, blobs, guessed, lines, loaded, write_images


def test_masks_of_colour_list_their_colours(tmp_path):
    folder = write_images(tmp_path / "camvid" / "images", ["a", "b", "c"]).parent
    colours = np.array([[0, 0, 0], [128, 64, 128], [70, 130, 180]], np.uint8)
    stored = {name: RNG.choice(3, SIZE, p=[0.2, 0.5, 0.3]) for name in "abc"}
    for name, ids in stored.items():
        save(folder / f"labels/{name}.png", colours[ids])
    dataset = loaded(folder, "semseg")
    assert (
        "by its values; 8-bit colour, 3 colours in 3 files: give them their names"
        in first_guess(folder)
    )
    name = dataset.pool.ids[0]
    order = [1, 2, 0]  # the most frequent comes first
    np.testing.assert_array_equal(
        np.array(order)[dataset.pool.label(0, dataset.tasks[0])], stored[name]
    )


def test_sixteen_bits_are_millimetres(tmp_path):
    folder = write_images(tmp_path / "scans" / "rgb", ["a", "b"]).parent
    stored = RNG.integers(2000, 2300, SIZE).astype(np.uint16)
    stored[0, :2] = 0, 65535
    for name in "ab":
        save(folder / f"scan/{name}.png", stored)
    text = first_guess(folder)
    assert "by its values; 16-bit grey, median 21" in text
    assert "taken as millimetres" in text
    dataset = loaded(folder, "depth")
    expected = np.where(stored == 65535, 0, stored / 1000)
    np.testing.assert_allclose(dataset.pool.label(0, dataset.tasks[0]), expected, rtol=1e-6)


@pytest.mark.parametrize(("factor", "scale"), [(1, 1), (1000, 0.001)])
def test_floats_are_metres_unless_they_are_large(tmp_path, factor, scale):
    folder = write_images(tmp_path / "scans" / "images", ["a", "b"]).parent
    (folder / "z").mkdir()
    for name in "ab":
        np.save(folder / f"z/{name}.npy", RNG.uniform(1, 30, SIZE).astype(np.float32) * factor)
    depth = guessed(folder)["tasks"]["depth"]
    assert (depth["scale"], depth["far_m"]) == (scale, 50)


@pytest.mark.parametrize("flip", [[], ["y"], ["z"], ["y", "z"]])
@pytest.mark.parametrize("ending", [".npy", ".png"])
def test_normals_are_turned_into_the_axes_of_the_image(tmp_path, flip, ending):
    folder = write_images(tmp_path / "n" / "images", ["a", "b"]).parent
    vectors = some_normals(RNG) * 0.3 + np.array([0, -0.2, -1], np.float32)
    vectors[16:] = some_normals(RNG)[16:] * 0.2 + np.array([0, -1, -0.4], np.float32)  # a floor
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    stored = vectors * [-1 if axis in flip else 1 for axis in "xyz"]
    (folder / "vectors").mkdir()
    for name in "ab":
        if ending == ".npy":
            np.save(folder / f"vectors/{name}.npy", stored.astype(np.float32))
        else:
            save(folder / f"vectors/{name}.png", np.rint((stored + 1) / 2 * 255).astype(np.uint8))
    assert guessed(folder)["tasks"]["normals"].get("flip", []) == flip
    dataset = loaded(folder, "normals")
    np.testing.assert_allclose(dataset.pool.label(0, dataset.tasks[0]), vectors, atol=0.01)


@pytest.mark.parametrize(
    ("name", "pixels", "task", "keys"),
    [
        ("x", lines(), "edge", {}),
        ("x", lines(255), "edge", {}),
        ("x", blobs(), "saliency", {}),
        ("x", blobs((0, 255)), "saliency", {}),
        ("masks", blobs((0, 255)), "saliency", {}),
        ("segmentation", blobs(), "semseg", {}),
        ("sal", lines(), "saliency", {}),
        ("boundaries", blobs(), "edge", {}),
        ("human_parts", blobs((0, 6)), "human_parts", {}),
        ("x", blobs((0, 6)), "semseg", {}),
        ("edges", np.maximum(lines(), blobs((0, 255)) * (lines() == 0)), "edge", {"ignore": [255]}),
        ("seg", blobs((1, 3)), "semseg", {"first": 1}),
        ("surface_normals", blobs(), "", {}),
        ("depth", np.dstack([blobs((9, 200)), blobs((9, 200)), blobs((0, 3))]), "", {}),
        ("parts", blobs((0, 24)), "", {}),
        ("edges", blobs((0, 9)), "", {}),
        ("x", RNG.integers(0, 256, SIZE).astype(np.uint8), "", {}),
        ("x", RNG.integers(0, 256, (*SIZE, 3)).astype(np.uint8), "", {}),
    ],
)
def test_names_come_first_and_contents_decide_the_rest(tmp_path, name, pixels, task, keys):
    folder = write_images(tmp_path / "some" / "images", ["a", "b", "c"]).parent
    for stem in "abc":
        save(folder / name / f"{stem}.png", pixels)
    tasks = guessed(folder)["tasks"]
    assert list(tasks) == ([task] if task else [])
    if task:
        assert keys.items() <= tasks[task].items()
        dataset = loaded(folder, task)
        assert dataset.tasks[0].problem(dataset.pool.label(0, dataset.tasks[0])) == ""
    else:
        assert f"# {name}: left out, " in first_guess(folder)
        write_guess(folder)
        dataset = FOLDER.load(folder_config(folder, ["depth"]))
        assert not label_mask(dataset.pool, dataset.tasks).any()


def test_eight_bit_depth_is_left_out_until_it_has_a_scale(tmp_path):
    folder = write_images(tmp_path / "some" / "images", ["a", "b"]).parent
    for stem in "ab":
        save(folder / f"depth/{stem}.png", RNG.integers(0, 200, SIZE).astype(np.uint8))
    assert guessed(folder)["tasks"] == {}
    assert (
        "# depth: left out, 8-bit files: add `scale: metres per step` to use them as depth"
        in first_guess(folder)
    )
