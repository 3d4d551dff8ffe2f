"""A first guess is read back with the labels that were written, and says why."""

import errno
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mtal.datasets.dataset import DataError
from mtal.datasets.folder.folder import FOLDER
from mtal.datasets.folder.guess import first_guess, write_guess
from mtal.datasets.readers.nyud import CLASSES, NYUD
from tests.datasets.any_folder import ALL, POOL, SIZE, VALIDATION, folder_config, save, write_folder
from tests.datasets.nyud_folder import nyud_config, write_nyud
from tests.datasets.undescribed_folder import RNG, blobs, guessed, lines, loaded, write_images


def same_labels(first, second):
    """Both data sets have the same images and labels."""
    for split, other in ((first.pool, second.pool), (first.validation, second.validation)):
        assert split.ids == other.ids
        for index in range(len(split.ids)):
            np.testing.assert_array_equal(split.image(index), other.image(index))
            for own, task in zip(first.tasks, second.tasks, strict=True):
                np.testing.assert_allclose(
                    split.label(index, own), other.label(index, task), atol=1e-6
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
    index = next(index for index, key in enumerate(dataset.pool.ids) if "bochum" in key)
    label = dataset.pool.label(index, dataset.tasks[0])
    assert np.array_equal(np.array([0, 7, 8, 11, 24, 33])[label], written[name])


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
            match=r"tasks\.yaml cannot be written \(No space left.*"
            r"a first guess is: # A first guess",
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
    for stem in "ab":
        save(folder / f"semseg/{stem}.png", blobs())
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
    guess = guessed(folder)
    if name.isprintable():
        assert guess["title"] == name
        if ":" not in name:
            assert guess["tasks"]["edge"]["folder"] == f"edge {name}"
    shutil.rmtree(folder / "images/a.jpg", ignore_errors=True)
    write_guess(folder)


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
