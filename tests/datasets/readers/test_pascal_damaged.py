"""Every fault of a file of PASCAL_MT is named."""

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from mtal.datasets.dataset import DataError
from tests.datasets.pascal_folder import ALL, SIZES, write_pascal
from tests.datasets.readers.pascal_twins import FILES, ONE, label


@pytest.fixture
def folder(tmp_path):
    return write_pascal(tmp_path / "PASCAL_MT")


class TestDamaged:
    @pytest.mark.parametrize("way", ["empty", "cut", "head only", "text", "zeros", "a byte wrong"])
    @pytest.mark.parametrize("task", ALL)
    def test_file_is_named(self, folder, task, way):
        path = folder / (
            FILES[task] or next(folder.glob(f"semseg/*/{ONE}.png")).relative_to(folder)
        )
        whole = path.read_bytes()
        middle = len(whole) // 2
        path.write_bytes(
            {
                "empty": b"",
                "cut": whole[:middle],
                "head only": whole[:130],
                "text": b"hello\n" * 50,
                "zeros": bytes(5000),
                "a byte wrong": whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :],
            }[way]
        )
        with pytest.raises(DataError, match=path.name):
            label(folder, task)

    @pytest.mark.parametrize("task", ["edge", "normals"])
    @pytest.mark.parametrize(
        ("stored", "message"),
        [
            ({"Other": np.ones(SIZES[ONE])}, "no variable 'LabelMap' but 'Other'"),
            ({"LabelMap": "text"}, "table of numbers"),
            ({"LabelMap": np.zeros((0, 0))}, "table of numbers"),
            ({"LabelMap": np.ones((2, 3, 4))}, "table of numbers"),
            ({"LabelMap": {"a": 1.0}}, "table of numbers"),
            ({"LabelMap": np.full(SIZES[ONE], 460)}, "from 0 to 459"),
            ({"LabelMap": np.full(SIZES[ONE], -1.0)}, "from 0 to 459"),
            ({"LabelMap": np.full(SIZES[ONE], np.nan)}, "from 0 to 459"),
            ({"LabelMap": np.full(SIZES[ONE], 1.5)}, "from 0 to 459"),
            ({"LabelMap": np.ones((5, 6))}, "5 x 6.* 24 x 32"),
        ],
    )
    def test_class_maps_that_cannot_be_right(self, folder, task, stored, message):
        savemat(folder / FILES["edge"], stored)
        with pytest.raises(DataError, match=rf"{ONE}.*{message}"):
            label(folder, task)

    @pytest.mark.parametrize(
        ("stored", "message"),
        [
            ({"other": 1.0}, "no variable 'anno'"),
            ({"anno": 1.0}, "anno is no struct"),
            ({"anno": "text"}, "anno is no struct"),
            ({"anno": {"imname": "x"}}, "objects is missing"),
            ({"anno": {"objects": "text"}}, "objects is no struct"),
            ({"anno": {"objects": {"class": "person"}}}, "class_ind"),
            ({"anno": {"objects": {"class_ind": "text"}}}, "class_ind"),
            ({"anno": {"objects": {"class_ind": [1.0, 2.0]}}}, "class_ind"),
            ({"anno": {"objects": {"class_ind": 15.0}}}, "parts is missing"),
            ({"anno": {"objects": {"class_ind": 15.0, "parts": 3.0}}}, "parts is no struct"),
        ],
    )
    def test_objects_that_cannot_be_right(self, folder, stored, message):
        savemat(folder / FILES["human_parts"], stored)
        with pytest.raises(DataError, match=rf"{ONE}\.mat.*{message}"):
            label(folder, "human_parts")

    @pytest.mark.parametrize(
        ("part", "message"),
        [
            ({"part_name": "head"}, "part_name or mask"),
            ({"part_name": 3.0, "mask": np.ones(SIZES[ONE])}, "part_name or mask"),
            ({"part_name": "head", "mask": "text"}, "part_name or mask"),
            ({"part_name": "wing", "mask": np.ones(SIZES[ONE])}, "'wing'.*torso"),
            ({"part_name": "head", "mask": np.ones((5, 6))}, "mask of head is 5 x 6.* 24 x 32"),
        ],
    )
    def test_parts_that_cannot_be_right(self, folder, part, message):
        savemat(
            folder / FILES["human_parts"], {"anno": {"objects": {"class_ind": 15.0, "parts": part}}}
        )
        with pytest.raises(DataError, match=rf"{ONE}\.mat.*{message}"):
            label(folder, "human_parts")

    @pytest.mark.parametrize("task", ["semseg", "normals", "saliency"])
    @pytest.mark.parametrize(
        ("array", "message"),
        [
            (np.zeros((5, 6), np.uint8), "5 x 6|mode L"),
            (np.zeros((5, 6, 3), np.uint8), "5 x 6|mode RGB"),
            (np.zeros((24, 32, 4), np.uint8), "mode RGBA"),
            (np.zeros((24, 32), np.uint16), "mode I;16"),
        ],
    )
    def test_pictures_that_cannot_be_right(self, folder, task, array, message):
        path = folder / (
            FILES[task] or next(folder.glob(f"semseg/*/{ONE}.png")).relative_to(folder)
        )
        Image.fromarray(array).save(path)
        with pytest.raises(DataError, match=rf"{ONE}\.png.*({message})"):
            label(folder, task)

    def test_classes_out_of_range(self, folder):
        Image.fromarray(np.full(SIZES[ONE], 21, np.uint8)).save(
            next(folder.glob(f"semseg/*/{ONE}.png"))
        )
        with pytest.raises(DataError, match=r"\.png: class 21"):
            label(folder, "semseg")
