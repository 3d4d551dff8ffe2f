"""A first guess is read back with the labels that were written, says why, and leaves alone what it cannot know."""

import errno
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from mtal.datasets.dataset import DataError, label_mask
from mtal.datasets.folder.folder import FOLDER
from mtal.datasets.folder.guess import first_guess, write_guess
from mtal.datasets.readers.nyud import CLASSES, NYUD
from tests.datasets.any_folder import (
    ALL,
    POOL,
    SIZE,
    VALIDATION,
    folder_config,
    save,
    some_normals,
    write_folder,
)
from tests.datasets.nyud_folder import nyud_config, write_nyud

RNG = np.random.default_rng(1)


def guessed(folder):
    """The guess, as YAML is read."""
    return yaml.safe_load(first_guess(folder))


def loaded(folder, *tasks):
    write_guess(folder)
    return FOLDER.load(folder_config(folder, tasks))


def write_images(folder, names, ending=".jpg"):
    for name in names:
        save(folder / f"{name}{ending}", RNG.integers(0, 256, (*SIZE, 3)).astype(np.uint8))
    return folder


def blobs(values=(0, 1)):
    """(H, W) uint8: an area of one value in another."""
    mask = np.full(SIZE, values[0], np.uint8)
    mask[6:18, 5:25] = values[1]
    return mask


def lines(value=1):
    mask = np.zeros(SIZE, np.uint8)
    mask[8], mask[:, 11] = value, value
    return mask


def same_labels(first, second):
    """Both data sets have the same images and labels."""
    for one, other in ((first.pool, second.pool), (first.validation, second.validation)):
        assert one.ids == other.ids
        for index in range(len(one.ids)):
            np.testing.assert_array_equal(one.image(index), other.image(index))
            for own, task in zip(first.tasks, second.tasks, strict=True):
                np.testing.assert_allclose(
                    one.label(index, own), other.label(index, task), atol=1e-6
                )


def test_our_own_layout_comes_back(tmp_path):
    folder = write_folder(tmp_path / "rooms")
    described = FOLDER.load(folder_config(folder))
    (folder / "tasks.yaml").unlink()
    dataset = loaded(folder, *ALL)
    same_labels(dataset, described)
    assert dataset.warnings == ()
    assert dataset.tasks[0].classes == ("class_0", "class_1", "class_2", "class_3")


@pytest.mark.parametrize("names", [CLASSES, ()])
def test_the_form_of_nyud(tmp_path, names):
    folder = write_nyud(tmp_path / "NYUD_MT")
    if names:
        (folder / "classes.txt").write_text("\n".join(names))
        dataset = loaded(folder, "semseg", "depth", "normals", "edge")
        same_labels(dataset, NYUD.load(nyud_config(folder)))
        assert dataset.tasks[0].classes == CLASSES
    else:  # 0 may be a class as well: it is said, not decided
        assert "If 0 means unlabelled, write `first: 1`" in first_guess(folder)
        assert "first" not in guessed(folder)["tasks"]["semseg"]


def test_the_form_of_cityscapes(tmp_path):
    folder = tmp_path / "city"
    written = {}
    for split, town, number in (
        ("train", "aachen", 1),
        ("train", "bochum", 2),
        ("val", "ulm", 3),
        ("test", "bonn", 4),
    ):
        name = f"{split}/{town}/{town}_{number:06d}_000019"
        write_images(folder / "leftImg8bit", [f"{name}_leftImg8bit"], ".png")
        ids = RNG.choice([0, 7, 8, 11, 24, 33], SIZE).astype(np.uint8)
        save(folder / f"gtFine/{name}_gtFine_labelIds.png", ids)
        save(folder / f"gtFine/{name}_gtFine_color.png", np.dstack([ids * 3, ids, ids * 7]))
        save(folder / f"gtFine/{name}_gtFine_instanceIds.png", ids.astype(np.uint16) * 1000)
        (folder / f"gtFine/{name}_gtFine_polygons.json").write_text("{}")
        save(folder / f"disparity/{name}_disparity.png", ids.astype(np.uint16) * 100)
        written[name] = ids
    text = first_guess(folder)
    dataset = loaded(folder, "semseg")
    assert (len(dataset.pool.ids), len(dataset.validation.ids)) == (2, 1)
    assert dataset.tasks[0].classes == tuple(f"class_{value}" for value in (0, 7, 8, 11, 24, 33))
    assert "# not used: leftImg8bit/test" in text
    assert "# disparity: left out, disparities are depth with `inverse: N`" in text
    name = "train/bochum/bochum_000002_000019"
    index = next(index for index, one in enumerate(dataset.pool.ids) if "bochum" in one)
    assert np.array_equal(
        np.array([0, 7, 8, 11, 24, 33])[dataset.pool.label(index, dataset.tasks[0])], written[name]
    )


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
    stored = RNG.integers(1900, 2300, SIZE).astype(np.uint16)
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
    for one in "abc":
        save(folder / name / f"{one}.png", pixels)
    found = guessed(folder)["tasks"]
    assert list(found) == ([task] if task else [])
    if task:
        assert keys.items() <= found[task].items()
        dataset = loaded(folder, task)
        assert dataset.tasks[0].problem(dataset.pool.label(0, dataset.tasks[0])) == ""
    else:
        assert f"# {name}: left out, " in first_guess(folder)
        write_guess(folder)
        dataset = FOLDER.load(
            folder_config(folder, ["depth"])
        )  # what was left out is not read all the same
        assert not label_mask(dataset.pool, dataset.tasks).any()


class TestSplits:
    @pytest.mark.parametrize(
        ("folders", "pool", "validation"),
        [
            (("train", "validation", "test"), "train", "validation"),
            (("train", "val"), "train", "val"),
            (("train", "test"), "train", "test"),
        ],
    )
    def test_folders_of_images_as_hugging_face_exports_them(
        self, tmp_path, folders, pool, validation
    ):
        for name in folders:
            write_images(tmp_path / "hub" / name, ["1", "2"])
            (tmp_path / "hub" / name / "metadata.csv").write_text(
                "file_name,text\n1.jpg,a\n2.jpg,b\n"
            )
            for one in "12":
                save(tmp_path / "hub/semseg" / name / f"{one}.png", blobs())
        found = guessed(tmp_path / "hub")
        assert (found["images"], found["splits"]) == (".", {"pool": pool, "validation": validation})
        dataset = loaded(tmp_path / "hub", "semseg")
        assert dataset.pool.ids == (f"{pool}__1", f"{pool}__2")
        assert dataset.validation.ids == (f"{validation}__1", f"{validation}__2")

    def test_lists_that_fit(self, tmp_path):
        folder = write_folder(tmp_path / "rooms")
        (folder / "tasks.yaml").unlink()
        (folder / "validation.txt").rename(folder / "val.txt")
        (folder / "readme.txt").write_text("about\nthese\n")
        assert guessed(folder)["splits"] == {"pool": "pool.txt", "validation": "val.txt"}
        (folder / "val.txt").write_text("something\nelse\n")
        assert guessed(folder)["splits"] == {"validation": {"percent": 20, "seed": 0}}


class TestWhatCannotBeGuessed:
    @pytest.mark.parametrize(
        "names", [(), ("depth/a.png",), ("notes.txt",), ("video.mp4", "more/readme.md")]
    )
    def test_no_images(self, tmp_path, names):
        for name in names:
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(b"")
        with pytest.raises(DataError, match=r"holds no images .*folder called images"):
            first_guess(tmp_path)
        with pytest.raises(DataError, match="holds no images"):
            write_guess(tmp_path)
        assert not (tmp_path / "tasks.yaml").exists()

    def test_images_below_splits_are_told_with_the_way_out(self, tmp_path):
        for split in ("train", "val"):
            write_images(tmp_path / split / "images", ["a", "b"])
            save(tmp_path / split / "masks/a.png", blobs())
        with pytest.raises(DataError, match="images/train and labels/train"):
            first_guess(tmp_path)

    def test_images_only(self, tmp_path):
        write_images(tmp_path, ["a", "b"])
        found = guessed(tmp_path)
        assert (found["images"], found["tasks"]) == (".", {})

    def test_images_in_several_folders_are_all_taken(self, tmp_path):
        for scene in ("scene1", "scene2"):
            write_images(tmp_path / scene, "abcd")
        assert guessed(tmp_path)["images"] == "."
        assert "# 8 pictures" in first_guess(tmp_path)
        dataset = loaded(tmp_path, "depth")
        assert len(dataset.pool.ids + dataset.validation.ids) == 8

    @pytest.mark.parametrize("other", ["depth/a.jpg", "scene3/a.png", "scene3/a.npy"])
    def test_pictures_that_are_not_used_are_told(self, tmp_path, other):
        write_images(tmp_path / "scene1", "abcd")
        write_images(tmp_path / "scene2", "abc")
        (tmp_path / other).parent.mkdir()
        (tmp_path / other).write_bytes(b"")
        assert guessed(tmp_path)["images"] == "scene1"
        assert "# not used: scene2 (3 pictures)" in first_guess(tmp_path).replace(
            "depth (1 pictures), ", ""
        )

    def test_broken_labels(self, tmp_path):
        write_images(tmp_path / "images", ["a", "b"])
        (tmp_path / "depth").mkdir()
        (tmp_path / "depth/a.png").write_bytes(b"broken")
        assert "# depth: left out, none of its files can be read" in first_guess(tmp_path)

    def test_two_folders_for_one_task(self, tmp_path):
        write_images(tmp_path / "images", ["a", "b"])
        for name in ("depth", "depth_filled"):
            save(tmp_path / name / "a.png", np.full(SIZE, 2000, np.uint16))
        assert guessed(tmp_path)["tasks"]["depth"]["folder"] == "depth"
        assert "# depth_filled: left out, depth is depth already" in first_guess(tmp_path)


def test_a_description_is_never_overwritten(tmp_path):
    folder = write_folder(tmp_path / "rooms")
    before = (folder / "tasks.yaml").read_text()
    with pytest.raises(DataError, match=r"there is a .*tasks\.yaml already"):
        write_guess(folder)
    assert FOLDER.write_missing(folder_config(folder)) is None
    assert (folder / "tasks.yaml").read_text() == before
    (folder / "tasks.yaml").unlink()
    assert FOLDER.write_missing(folder_config(folder)) == folder.resolve() / "tasks.yaml"


def without_links(*words):
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


class TestWriting:
    @pytest.fixture
    def folder(self, tmp_path):
        return write_images(tmp_path / "rooms", ["a", "b"])

    def test_a_full_disk_leaves_nothing(self, folder, monkeypatch):
        real = Path.open

        def full(path, mode="r", **more):
            file = real(path, mode, **more)
            if "yaml" in path.name:
                file.write("# A first gu")
                file.close()
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return file

        monkeypatch.setattr(Path, "open", full)
        with pytest.raises(
            DataError,
            match=r"tasks\.yaml cannot be written \(No space left.*a first guess is: # A first guess",
        ):
            write_guess(folder)
        assert sorted(path.name for path in folder.iterdir()) == ["a.jpg", "b.jpg"]

    @pytest.mark.parametrize("links", [True, False])
    def test_it_appears_whole_and_never_over_another(self, folder, monkeypatch, links):
        if not links:
            monkeypatch.setattr(os, "link", without_links)
        text = first_guess(folder)
        assert write_guess(folder).read_text() == text
        (folder / "tasks.yaml").write_text("mine")
        with pytest.raises(DataError, match="already"):
            write_guess(folder)
        assert (folder / "tasks.yaml").read_text() == "mine"
        (folder / "tasks.yaml").unlink()
        (folder / "tasks.yaml").symlink_to("nowhere")
        with pytest.raises(DataError, match="already"):
            write_guess(folder)
        assert sorted(path.name for path in folder.iterdir()) == ["a.jpg", "b.jpg", "tasks.yaml"]


def test_class_names_that_may_not_be_read_stop_nothing(tmp_path, refuse):
    folder = write_images(tmp_path / "rooms" / "images", ["a", "b"]).parent
    for one in "ab":
        save(folder / f"semseg/{one}.png", blobs())
    (folder / "classes.txt").write_text("wall\nfloor\n")
    assert guessed(folder)["tasks"]["semseg"]["classes"] == ["wall", "floor"]
    refuse(folder / "classes.txt")
    assert guessed(folder)["tasks"]["semseg"]["classes"] == ["class_0", "class_1"]


@pytest.mark.parametrize(
    "name",
    ["Räume 2", "yes", "12", "a: b", "#x", "'q'", 'a"b', "line\nbreak", "- a", "null", "{x}", "*a"],
)
def test_strange_names_stay_yaml(tmp_path, name):
    folder = tmp_path / name
    write_images(folder / "images", ["a", "b"])
    for labels in (f"edge {name}", name):
        save(folder / labels.replace("/", "") / "a.png", lines())
        save(folder / labels.replace("/", "") / "b.png", lines())
    (folder / "classes.txt").write_text(f"{name}\nb\n")
    found = guessed(folder)
    if name.isprintable():
        assert found["title"] == name
        if ":" not in name:
            assert found["tasks"]["edge"]["folder"] == f"edge {name}"
    shutil.rmtree(folder / "images/a.jpg", ignore_errors=True)
    write_guess(folder)


def test_labels_in_a_folder_of_their_own(tmp_path):
    write_images(tmp_path / "images", ["a", "b"])
    for name in "ab":
        save(tmp_path / f"labels/depth/{name}.png", np.full(SIZE, 2000, np.uint16))
        save(tmp_path / f"labels/seg/{name}.png", blobs())
    tasks = guessed(tmp_path)["tasks"]
    assert (tasks["depth"]["folder"], tasks["semseg"]["folder"]) == ("labels/depth", "labels/seg")


def test_few_files_are_read(tmp_path, monkeypatch):
    write_images(tmp_path / "images", [f"{number:03d}" for number in range(200)])
    for number in range(200):
        save(tmp_path / f"semseg/{number:03d}.png", np.full((4, 4), number % 5, np.uint8))
    opened = []
    real_open = Image.open
    monkeypatch.setattr(
        Image, "open", lambda *words, **more: opened.append(words[0]) or real_open(*words, **more)
    )
    assert len(guessed(tmp_path)["tasks"]["semseg"]["classes"]) == 5
    assert len(opened) <= 60


@pytest.mark.real
def test_real_images_mean_what_their_own_reader_says(nyud_folder, tmp_path):
    for name in ("images", "segmentation", "depth", "normals", "edge"):
        (tmp_path / name).mkdir()
        for path in sorted((nyud_folder / name).iterdir())[:20]:
            shutil.copy(path, tmp_path / name)
    (tmp_path / "gt_sets").mkdir()
    ids = sorted(path.stem for path in (tmp_path / "images").iterdir())
    (tmp_path / "gt_sets/train.txt").write_text("\n".join(ids[:15]))
    (tmp_path / "gt_sets/val.txt").write_text("\n".join(ids[15:]))
    last = max(np.asarray(Image.open(path)).max() for path in (tmp_path / "segmentation").iterdir())
    (tmp_path / "classes.txt").write_text(
        "\n".join(CLASSES[:last])
    )  # else nothing would tell what 0 means
    same_labels(
        loaded(tmp_path, "semseg", "depth", "normals", "edge"), NYUD.load(nyud_config(tmp_path))
    )


def test_pool_and_validation_of_the_builder_are_what_the_guess_finds(tmp_path):
    folder = write_folder(tmp_path / "rooms")
    (folder / "tasks.yaml").unlink()
    dataset = loaded(folder, "depth")
    assert (len(dataset.pool.ids), len(dataset.validation.ids)) == (len(POOL), len(VALIDATION))
