"""NYUD_MT is read exactly as stored, and every fault of a folder is named."""

import os
import shutil

import numpy as np
import pytest
from PIL import Image

from mtal.config import Config
from mtal.datasets.dataset import DataError
from mtal.datasets.readers import locate
from mtal.datasets.readers.nyud import LOCATION, NYUD
from tests.datasets.nyud_folder import SIZE, TRAIN, VAL, nyud_config

IDS_OF = "gt_sets/train.txt"


def load(folder, *tasks):
    return NYUD.load(nyud_config(folder, tasks) if tasks else nyud_config(folder))


def test_labels_are_the_stored_values_with_ignore_set(folder):
    dataset = load(folder)
    semseg, depth, normals, edge = (dataset.pool.label(2, task) for task in dataset.tasks)
    stored = np.asarray(Image.open(folder / "segmentation" / "0005.png")).astype(int)
    metres = np.load(folder / "depth" / "0005.npy")
    assert dataset.pool.ids == TRAIN
    assert dataset.validation.ids == VAL
    for row in range(SIZE[0]):
        for column in range(SIZE[1]):
            assert semseg[row, column] == (
                255 if stored[row, column] == 0 else stored[row, column] - 1
            )
            measured = not np.isnan(metres[row, column])
            assert depth[row, column] == (metres[row, column] if measured else 0)
    np.testing.assert_array_equal(normals, np.load(folder / "normals" / "0005.npy"))
    np.testing.assert_array_equal(edge, np.load(folder / "edge" / "0005.npy"))
    np.testing.assert_array_equal(
        dataset.pool.image(2), np.asarray(Image.open(folder / "images" / "0005.jpg"))
    )


def test_forty_classes_and_the_weights_of_the_method(folder):
    dataset = load(folder)
    assert [task.weight for task in dataset.tasks] == [1, 1, 10, 50]
    assert len(dataset.tasks[0].classes) == 40
    assert (dataset.tasks[0].classes[0], dataset.tasks[0].classes[39]) == ("wall", "otherprop")
    assert dataset.note == ""


def test_classes_txt_replaces_the_classes_and_says_so(folder):
    (folder / "classes.txt").write_text("".join(f"class {number}\n" for number in range(39)))
    dataset = load(folder)
    assert dataset.tasks[0].classes[38] == "class 38"
    assert dataset.note == "mIoU over 39 classes (classes.txt)"
    assert dataset.tasks[0].metric.note.endswith(dataset.note)
    with pytest.raises(DataError, match=r"0005\.png"):  # it uses the fortieth class
        dataset.pool.label(2, dataset.tasks[0])


def test_classes_txt_with_a_name_twice_is_refused(folder):
    (folder / "classes.txt").write_text("a\nb\na\n")
    with pytest.raises(DataError, match="2 of them different"):
        load(folder)


def test_png_photographs_and_a_parent_folder_will_do(folder):
    for path in list((folder / "images").iterdir()):
        Image.open(path).save(path.with_suffix(".png"))
        path.unlink()
    dataset = load(folder.parent)
    assert dataset.folder == str(folder.resolve())
    assert dataset.pool.image(0).shape == (*SIZE, 3)


def test_a_link_to_the_whole_folder_is_the_same_folder(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    assert load(tmp_path / "link").folder == str(folder.resolve())


class TestFindFolder:
    def test_environment_first(self, folder, monkeypatch):
        monkeypatch.setenv(LOCATION.variable, str(folder))
        assert NYUD.locate(Config(dataset=NYUD.name)) == str(folder.resolve())
        assert (
            NYUD.load(Config(tasks=("depth",))).folder
            == NYUD.locate(Config())
            == str(folder.resolve())
        )

    def test_then_beside_the_app(self, folder, monkeypatch, tmp_path):
        monkeypatch.delenv(LOCATION.variable, raising=False)
        monkeypatch.setattr(locate, "USER_FOLDER", tmp_path / "app")
        assert NYUD.locate(Config(dataset=NYUD.name)) == ""
        (tmp_path / "app" / "data").mkdir(parents=True)
        assert NYUD.locate(Config(dataset=NYUD.name)) == ""
        shutil.move(folder, tmp_path / "app" / "data" / "NYUD_MT")
        assert NYUD.locate(Config(dataset=NYUD.name)) == str(tmp_path / "app" / "data" / "NYUD_MT")

    @pytest.mark.parametrize("text", ["a" * 300, "round"])
    def test_a_variable_that_names_nothing_possible_stops_nobody_who_names_a_folder(
        self, folder, monkeypatch, tmp_path, text
    ):
        monkeypatch.setattr(locate, "USER_FOLDER", tmp_path)
        (tmp_path / "round").symlink_to("round")
        monkeypatch.setenv(LOCATION.variable, text)
        assert NYUD.locate(Config()) == ""
        with pytest.raises(DataError, match=rf"MTAL_NYUD names {text}.*set `data`"):
            NYUD.load(Config())
        (tmp_path / "data").mkdir()
        shutil.move(folder, tmp_path / "data" / "NYUD_MT")
        assert NYUD.locate(Config()) == str(tmp_path / "data" / "NYUD_MT")

    def test_without_a_folder_there_are_no_tasks_whatever_the_working_folder(
        self, folder, monkeypatch, tmp_path
    ):
        monkeypatch.chdir(folder)
        assert NYUD.tasks_in(Config(data=str(tmp_path / "nowhere"))) == ()

    def test_nothing_found_names_variable_and_setting(self, monkeypatch, tmp_path):
        monkeypatch.setattr(locate, "USER_FOLDER", tmp_path)
        monkeypatch.setenv(LOCATION.variable, str(tmp_path / "gone"))
        assert NYUD.locate(Config()) == ""
        with pytest.raises(DataError, match=r"MTAL_NYUD names .*gone.*set `data`"):
            NYUD.load(Config())


def test_fingerprint_changes_with_content_and_order(folder):
    seen = {load(folder).fingerprint()}
    np.save(folder / "edge" / "0011.npy", np.zeros((2, 2), np.float32))
    seen.add(load(folder).fingerprint())
    os.utime(folder / "images" / "0001.jpg", (1, 1))
    seen.add(load(folder).fingerprint())
    (folder / IDS_OF).write_text("\n".join(TRAIN[::-1]))
    seen.add(load(folder).fingerprint())
    (folder / IDS_OF).write_text("\n".join(TRAIN[:0:-1]))
    seen.add(load(folder).fingerprint())
    assert len(seen) == 5


@pytest.mark.real
def test_real_images_are_read(nyud_folder):
    dataset = load(nyud_folder)
    for task in dataset.tasks:
        assert task.problem(dataset.validation.label(0, task)) == ""
    metres = dataset.pool.label(0, dataset.tasks[1])
    assert 0.5 < metres[metres > 0].min() <= metres.max() <= 10
    assert dataset.pool.image(0).std() > 10
