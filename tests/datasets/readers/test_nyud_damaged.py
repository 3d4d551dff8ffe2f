"""Every fault of a NYUD_MT folder or of a file in it is named."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mtal.datasets.dataset import DataError, label_mask
from mtal.datasets.readers.nyud import NYUD
from tests.datasets.nyud_folder import SIZE, nyud_config

IDS_OF = "gt_sets/train.txt"


def load(folder, *tasks):
    return NYUD.load(nyud_config(folder, tasks) if tasks else nyud_config(folder))


class TestDamagedFolder:
    def test_missing_folder_is_named(self, tmp_path):
        with pytest.raises(DataError, match=r"no folder .*nowhere"):
            load(tmp_path / "nowhere")

    def test_folder_without_lists(self, folder):
        shutil.rmtree(folder / "gt_sets")
        with pytest.raises(DataError, match=r"gt_sets.*depth, edge, images"):
            load(folder)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "is empty"),
            ("\n \n", "is empty"),
            ("0001\n0002\n0001\n", "'0001' more than once"),
            ("../0001\n", r"'\.\./0001'"),
            ("..\n", r"'\.\.'"),
            ("a/b\n", "'a/b'"),
            ("a\\b\n", "a.*b"),
            ("/etc/passwd\n", "passwd"),
            ("00\x0001\n", "file name"),
        ],
    )
    def test_bad_lists(self, folder, text, message):
        (folder / IDS_OF).write_text(text)
        with pytest.raises(DataError, match=message):
            load(folder)

    def test_list_that_is_no_text(self, folder):
        (folder / IDS_OF).write_bytes(b"\xff\xfe\x00\x01")
        with pytest.raises(DataError, match="plain text"):
            load(folder)

    def test_missing_list(self, folder):
        (folder / "gt_sets" / "val.txt").unlink()
        with pytest.raises(DataError, match=r"val\.txt"):
            load(folder)

    def test_windows_line_ends_are_fine(self, folder):
        (folder / IDS_OF).write_bytes(b"\xef\xbb\xbf0001\r\n0002\r\n\r\n")
        assert load(folder).pool.ids == ("0001", "0002")

    def test_a_missing_label_is_no_label_and_a_missing_image_shows_when_read(self, folder):
        (folder / "depth" / "0002.npy").unlink()
        (folder / "images" / "0007.jpg").unlink()
        dataset = load(folder)
        exists = label_mask(dataset.pool, dataset.tasks)
        assert np.argwhere(~exists).tolist() == [[1, 1]]
        with pytest.raises(DataError, match=r"depth/0002\.npy is missing"):
            dataset.pool.label(1, dataset.tasks[1])
        with pytest.raises(DataError, match=r"images/0007\.jpg is missing"):
            dataset.pool.image(3)

    def test_a_whole_folder_of_labels_may_be_missing(self, folder):
        shutil.rmtree(folder / "edge")
        assert NYUD.tasks_in(nyud_config(folder)) == ("semseg", "depth", "normals")
        dataset = load(folder)
        np.testing.assert_array_equal(
            label_mask(dataset.validation, dataset.tasks), [[True, True, True, False]] * 2
        )
        assert dataset.fingerprint()

    def test_the_folder_of_images_must_be_there(self, folder):
        shutil.rmtree(folder / "images")
        with pytest.raises(DataError, match="no folder images"):
            load(folder)

    @pytest.mark.parametrize(
        "what", ["depth/0002.npy", "depth", "gt_sets/val.txt", "gt_sets", "classes.txt"]
    )
    def test_links_that_lead_out_are_refused(self, folder, tmp_path, what):
        (folder / "classes.txt").write_text("\n".join(map(str, range(40))))
        shutil.move(folder / what, tmp_path / "elsewhere")
        (folder / what).symlink_to(tmp_path / "elsewhere")
        with pytest.raises(DataError, match=f"{what} is a link that leads out"):
            load(folder)

    @pytest.mark.parametrize("what", ["depth/0002.npy", "depth", "gt_sets/val.txt", "classes.txt"])
    def test_links_to_themselves_are_named(self, folder, what):
        shutil.move(folder / what, folder / "elsewhere") if (folder / what).exists() else None
        (folder / what).symlink_to((folder / what).name)
        with pytest.raises(DataError, match=what):
            load(folder).pool.label(1, load(folder).tasks[1])

    def test_a_folder_that_cannot_be_listed_is_named(self, folder, monkeypatch):
        def refused(path):
            raise PermissionError(13, "Permission denied", str(path))

        monkeypatch.setattr(os, "scandir", refused)
        with pytest.raises(DataError, match="gt_sets cannot be listed: Permission denied"):
            load(folder)

    def test_links_that_stay_inside_are_fine(self, folder):
        (folder / "depth" / "0002.npy").unlink()
        (folder / "depth" / "0002.npy").symlink_to("0001.npy")
        assert load(folder).pool.label(1, load(folder).tasks[1]).shape == SIZE


def damaged_contents(path: Path) -> dict[str, bytes]:
    whole = path.read_bytes()
    return {
        "empty": b"",
        "cut": whole[: len(whole) // 2],
        "head only": whole[:20],
        "text": b"hello\n",
        "zeros": bytes(200),
        "pickle": b"\x80\x04\x95\x0a\x00\x00\x00\x00\x00\x00\x00]\x94K\x01a.",
    }


class TestDamagedFile:
    @pytest.mark.parametrize("way", ["empty", "cut", "head only", "text", "zeros", "pickle"])
    @pytest.mark.parametrize(
        "what",
        [
            "images/0001.jpg",
            "segmentation/0001.png",
            "depth/0001.npy",
            "normals/0001.npy",
            "edge/0001.npy",
        ],
    )
    def test_is_named_when_read(self, folder, what, way):
        dataset = load(folder)
        (folder / what).write_bytes(damaged_contents(folder / what)[way])
        task = {"segmentation": 0, "depth": 1, "normals": 2, "edge": 3}.get(what.split("/")[0])
        with pytest.raises(DataError, match=what):
            dataset.pool.image(0) if task is None else dataset.pool.label(0, dataset.tasks[task])

    @pytest.mark.parametrize(
        ("folder_name", "array", "message"),
        [
            ("depth", np.ones((5, 6), np.float32), "5 x 6, but its image is 24 x 32"),
            ("depth", np.ones((*SIZE, 1), np.float32), "not any x any"),
            ("depth", np.full(SIZE, -1, np.float32), "0001.npy: "),
            ("depth", np.full(SIZE, np.inf, np.float32), "0001.npy: "),
            ("depth", np.array("text"), "array of numbers"),
            ("depth", np.array([[1j]]), "array of numbers"),
            ("normals", np.zeros(SIZE, np.float32), "not any x any x 3"),
            ("normals", np.full((*SIZE, 3), 7, np.float32), "0001.npy: "),
            ("edge", np.full(SIZE, 0.5, np.float32), "must be 0 or 1"),
            ("edge", np.full(SIZE, np.nan, np.float32), "must be 0 or 1"),
        ],
    )
    def test_values_and_shapes_that_cannot_be_right(self, folder, folder_name, array, message):
        dataset = load(folder, folder_name)
        np.save(folder / folder_name / "0001.npy", array)
        with pytest.raises(DataError, match=message):
            dataset.pool.label(0, dataset.tasks[0])

    def test_objects_are_never_unpickled(self, folder, tmp_path):
        class Evil:
            def __reduce__(self):
                return os.mkdir, (str(tmp_path / "owned"),)

        np.save(folder / "depth" / "0001.npy", np.array([Evil()], object), allow_pickle=True)
        with pytest.raises(DataError, match=r"0001\.npy"):
            load(folder).pool.label(0, load(folder).tasks[1])
        assert not (tmp_path / "owned").exists()

    def test_class_image_must_be_ids_and_in_range(self, folder):
        dataset = load(folder, "semseg")
        for pixels, message in (
            (np.zeros((*SIZE, 3), np.uint8), "mode RGB"),
            (np.full(SIZE, 41, np.uint8), r"0001\.png: "),
        ):
            Image.fromarray(pixels).save(folder / "segmentation" / "0001.png")
            with pytest.raises(DataError, match=message):
                dataset.pool.label(0, dataset.tasks[0])

    def test_images_of_too_many_pixels_are_not_decoded(self, folder, monkeypatch):
        dataset = load(folder)
        monkeypatch.setattr("mtal.datasets.readers.decode.MAX_PIXELS", 100)
        with pytest.raises(DataError, match="24 x 32 pixels"):
            dataset.pool.image(0)
