"""Images and labels are found in folders with many kinds of names."""

import numpy as np
import pytest

from mtal.datasets.dataset import DataError
from mtal.datasets.folder.guess import first_guess, write_guess
from tests.datasets.any_folder import SIZE, save
from tests.datasets.undescribed_folder import blobs, guessed, loaded, write_images


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

    def test_images_below_splits_are_refused(self, tmp_path):
        for split in ("train", "val"):
            write_images(tmp_path / split / "images", ["a", "b"])
            save(tmp_path / split / "masks/a.png", blobs())
        with pytest.raises(DataError, match="images/train and labels/train"):
            first_guess(tmp_path)

    def test_images_below_scenes_are_refused(self, tmp_path):
        for scene in ("room1", "room2"):
            write_images(tmp_path / scene / "images", ["a", "b"])
        with pytest.raises(DataError, match="images/room1 and labels/room1"):
            first_guess(tmp_path)

    def test_images_only(self, tmp_path):
        write_images(tmp_path, ["a", "b"])
        guess = guessed(tmp_path)
        assert (guess["images"], guess["tasks"]) == (".", {})

    def test_images_in_several_folders_are_all_taken(self, tmp_path):
        for scene in ("scene1", "scene2"):
            write_images(tmp_path / scene, "abcd")
        assert guessed(tmp_path)["images"] == "."
        assert "# 8 pictures" in first_guess(tmp_path)
        dataset = loaded(tmp_path, "depth")
        assert len(dataset.pool.ids + dataset.validation.ids) == 8

    @pytest.mark.parametrize("other", ["depth/a.jpg", "scene3/a.png", "scene3/a.npy"])
    def test_pictures_that_are_not_used_are_named(self, tmp_path, other):
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


def test_labels_in_a_folder_of_their_own(tmp_path):
    write_images(tmp_path / "images", ["a", "b"])
    for name in "ab":
        save(tmp_path / f"labels/depth/{name}.png", np.full(SIZE, 2000, np.uint16))
        save(tmp_path / f"labels/seg/{name}.png", blobs())
    tasks = guessed(tmp_path)["tasks"]
    assert (tasks["depth"]["folder"], tasks["semseg"]["folder"]) == ("labels/depth", "labels/seg")
