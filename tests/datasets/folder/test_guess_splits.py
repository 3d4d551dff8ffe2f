"""Splits are guessed from lists and sub-folders."""

import pytest

from mtal.datasets.folder.guess import first_guess
from tests.datasets.any_folder import save, write_folder
from tests.datasets.undescribed_folder import blobs, guessed, loaded, write_images


@pytest.mark.parametrize(
    ("folders", "pool", "validation"),
    [
        (("train", "validation", "test"), "train", "validation"),
        (("train", "val"), "train", "val"),
        (("train", "test"), "train", "test"),
    ],
)
def test_folders_of_images_as_hugging_face_exports_them(tmp_path, folders, pool, validation):
    for name in folders:
        write_images(tmp_path / "hub" / name, ["1", "2"])
        (tmp_path / "hub" / name / "metadata.csv").write_text("file_name,text\n1.jpg,a\n2.jpg,b\n")
        for stem in "12":
            save(tmp_path / "hub/semseg" / name / f"{stem}.png", blobs())
    guess = guessed(tmp_path / "hub")
    assert (guess["images"], guess["splits"]) == (".", {"pool": pool, "validation": validation})
    dataset = loaded(tmp_path / "hub", "semseg")
    assert dataset.pool.ids == (f"{pool}__1", f"{pool}__2")
    assert dataset.validation.ids == (f"{validation}__1", f"{validation}__2")


def test_lists_that_fit(tmp_path):
    folder = write_folder(tmp_path / "rooms")
    (folder / "tasks.yaml").unlink()
    (folder / "validation.txt").rename(folder / "val.txt")
    (folder / "readme.txt").write_text("about\nthese\n")
    assert guessed(folder)["splits"] == {"pool": "pool.txt", "validation": "val.txt"}
    (folder / "val.txt").write_text("something\nelse\n")
    assert guessed(folder)["splits"] == {"validation": {"percent": 20, "seed": 0}}
    assert "no split found: 20 % chosen by file name, always the same" in first_guess(folder)
