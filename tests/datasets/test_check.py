"""The check counts right, and turns every broken file into a row."""
import json
import shutil

import numpy as np
import pytest
from PIL import Image

from mtal.config import Config
from mtal.datasets.check import Report, check
from mtal.datasets.dataset import DataError
from mtal.datasets.drawn import DRAWN
from mtal.datasets.nyud import NYUD
from tests.datasets.nyud_folder import ALL, SIZE, TRAIN, VAL, nyud_config


@pytest.fixture
def checked(folder):
    return check(NYUD.load(nyud_config(folder)))


def test_a_good_folder_has_no_problems(folder, checked):
    assert (checked.problems, checked.leaks) == ([], [])
    assert (checked.dataset, checked.folder) == ("nyud", str(folder.resolve()))
    assert checked.fingerprint == NYUD.load(nyud_config(folder)).fingerprint()
    assert [task["name"] for task in checked.tasks] == list(ALL)
    assert checked.splits["pool"] == {"images": 4, "ids": list(TRAIN), "sizes": {"24x32": 4}, "coverage": dict.fromkeys(ALL, 4)}
    assert checked.splits["validation"]["ids"] == list(VAL)
    assert checked.checked.endswith("+00:00")


def test_numbers_of_labels_equal_plain_counting(folder, checked):
    metres = np.stack([np.load(folder / "depth" / f"{one}.npy") for one in TRAIN + VAL])
    known = metres[np.isfinite(metres) & (metres > 0)]
    depth = checked.labels["depth"]
    assert depth["min"] == known.min()
    assert depth["max"] == known.max()
    assert depth["mean"] == pytest.approx(known.mean(), rel=1e-5)
    assert depth["valid_percent"] == pytest.approx(100 * known.size / metres.size)
    stored = np.stack([np.asarray(Image.open(folder / "segmentation" / f"{one}.png")) for one in TRAIN + VAL])
    semseg = checked.labels["semseg"]
    assert semseg["classes"][4] == ["chair", pytest.approx(100 * (stored == 5).sum() / (stored > 0).sum())]
    assert sum(percent for _, percent in semseg["classes"]) == pytest.approx(100)
    assert (semseg["min"], semseg["max"]) == (0, 39)
    normals = checked.labels["normals"]
    assert normals["valid_percent"] == pytest.approx(100 * 23 / 24)
    assert (normals["min"], normals["max"], normals["mean"]) == (None, None, None)     # components have no common range


def test_there_and_back_through_json(checked):
    assert Report.from_json(json.loads(json.dumps(checked.to_json(), allow_nan=False))) == checked


def test_broken_missing_and_odd_files_are_rows(folder):
    whole = (folder / "images" / "0001.jpg").read_bytes()
    (folder / "images" / "0001.jpg").write_bytes(whole[:-200])              # its head is fine, so labels can be compared
    (folder / "depth" / "0002.npy").unlink()
    np.save(folder / "edge" / "0011.npy", np.zeros((3, 3), np.float32))
    np.save(folder / "normals" / "0012.npy", np.zeros((*SIZE, 3), np.float32))
    report = check(NYUD.load(nyud_config(folder)))
    rows = {(row["split"], row["id"], row["what"]): row for row in report.problems}
    assert set(rows) == {("pool", "0001", "image"), ("pool", "0002", "depth"), ("validation", "0011", "edge")}
    assert rows["pool", "0002", "depth"]["file"].endswith("depth/0002.npy")
    assert "missing" in rows["pool", "0002", "depth"]["problem"]
    assert "3 x 3" in rows["validation", "0011", "edge"]["problem"]
    assert report.splits["pool"]["coverage"] == {"semseg": 4, "depth": 3, "normals": 4, "edge": 4}
    assert report.splits["validation"]["coverage"] == {"semseg": 2, "depth": 2, "normals": 1, "edge": 1}
    assert report.splits["pool"]["sizes"] == {"24x32": 3}


def test_a_missing_image_is_one_row_though_its_labels_cannot_be_compared(folder):
    (folder / "images" / "0005.jpg").unlink()
    report = check(NYUD.load(nyud_config(folder)))
    assert [(row["id"], row["what"]) for row in report.problems] == [("0005", "image")]


def test_a_folder_of_labels_that_is_missing_is_a_row_per_image(folder):
    shutil.rmtree(folder / "edge")
    report = check(NYUD.load(nyud_config(folder)))
    assert [row["what"] for row in report.problems] == ["edge"] * 6
    assert report.labels["edge"] == {"min": None, "max": None, "mean": None, "valid_percent": 0.0, "classes": []}


def test_leaks_and_doubles_are_found(folder):
    (folder / "gt_sets" / "val.txt").write_text("0011\n0002\n0012\n")
    shutil.copy(folder / "images" / "0001.jpg", folder / "images" / "0012.jpg")
    shutil.copy(folder / "images" / "0005.jpg", folder / "images" / "0007.jpg")
    report = check(NYUD.load(nyud_config(folder)))
    assert report.leaks == [{"pool": "0002", "validation": "0002", "how": "same name"},
                            {"pool": "0001", "validation": "0012", "how": "same picture"}]
    assert [(row["split"], row["id"], row["problem"]) for row in report.problems] == [
        ("pool", "0007", "the same picture as 0005")]


def test_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(DataError, match="no folder"):
        NYUD.load(nyud_config(tmp_path / "gone"))


def test_drawn_data_and_images_without_people():
    tasks = ("semseg", "human_parts", "saliency")
    report = check(DRAWN.load(Config(dataset="drawn", data="20+4", size=(24, 32), tasks=tasks)))
    assert (report.problems, report.leaks) == ([], [])
    coverage = report.splits["pool"]["coverage"]
    assert coverage["semseg"] == coverage["saliency"] == 20
    assert 0 < coverage["human_parts"] < 20
    assert "trials" in report.note


def test_a_report_counts_images_and_can_stop_it(folder):
    seen = []

    def until_three(done, total):
        seen.append((done, total))
        if done == 3:
            raise KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        check(NYUD.load(nyud_config(folder)), until_three)
    assert seen == [(0, 6), (1, 6), (2, 6), (3, 6)]


@pytest.mark.real
def test_real_folder_is_sound(nyud_folder):
    report = check(NYUD.load(nyud_config(nyud_folder)))
    assert (report.problems, report.leaks) == ([], [])
    assert 60 < report.labels["semseg"]["valid_percent"] < 100
    assert 1.5 < report.labels["depth"]["mean"] < 4.5
