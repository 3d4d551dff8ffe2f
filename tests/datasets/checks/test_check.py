"""The check counts right, and turns every broken file into a row."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from mtal.config import Config
from mtal.datasets.checks.check import SAMPLED, check
from mtal.datasets.checks.coverage import BROKEN, LABELLED, LEFT_OUT, NO_LABEL, unpack
from mtal.datasets.checks.report import Report
from mtal.datasets.dataset import DataError
from mtal.datasets.readers.file_split import FileSplit
from mtal.datasets.readers.nyud import NYUD
from mtal.datasets.synthetic.shapes import DRAWN
from tests.datasets import damaged_folder
from tests.datasets.damaged_folder import ALIKE, EXPECTED, LEAKS, damaged_config, write_damaged
from tests.datasets.nyud_folder import ALL, TRAIN, VAL, nyud_config

LEFT_OUT_IDS = {name for (_, name, _), (_, severity) in EXPECTED.items() if severity == "left out"}


@pytest.fixture
def checked(folder):
    return check(NYUD.load(nyud_config(folder)))


def test_a_good_folder_has_no_problems(folder, checked):
    assert (checked.problems, checked.leaks, checked.alike, checked.harmful) == ([], [], [], False)
    assert (checked.dataset, checked.folder) == ("nyud", str(folder.resolve()))
    assert checked.fingerprint == NYUD.load(nyud_config(folder)).fingerprint()
    assert [task["name"] for task in checked.tasks] == list(ALL)
    states = checked.splits["pool"].pop("states")
    unpacked = {task: unpack(text).tolist() for task, text in states.items()}
    assert unpacked == dict.fromkeys(ALL, [LABELLED] * 4)
    assert checked.splits["pool"] == {
        "images": 4,
        "ids": list(TRAIN),
        "sizes": {"24x32": 4},
        "coverage": dict.fromkeys(ALL, 4),
        "sampled": [0, 1, 2, 3],
    }
    assert checked.splits["validation"]["ids"] == list(VAL)
    assert checked.checked.endswith("+00:00")


def test_numbers_of_labels_equal_plain_counting(folder, checked):
    metres = np.stack([np.load(folder / "depth" / f"{name}.npy") for name in TRAIN + VAL])
    measured = metres[np.isfinite(metres) & (metres > 0)]
    depth = checked.labels["depth"]["both"]
    assert depth["min"] == measured.min()
    assert depth["max"] == measured.max()
    assert depth["mean"] == pytest.approx(measured.mean(), rel=1e-5)
    assert depth["valid_percent"] == pytest.approx(100 * measured.size / metres.size)
    stored = np.stack(
        [np.asarray(Image.open(folder / "segmentation" / f"{name}.png")) for name in TRAIN + VAL]
    )
    semseg = checked.labels["semseg"]["both"]
    share = pytest.approx(100 * (stored == 5).sum() / (stored > 0).sum())
    assert semseg["classes"][4] == ["chair", share, 100]
    assert sum(percent for _, percent, _ in semseg["classes"]) == pytest.approx(100)
    assert (semseg["min"], semseg["max"]) == (0, 39)
    normals = checked.labels["normals"]["both"]
    assert normals["valid_percent"] == pytest.approx(100 * 23 / 24)
    # The components of a vector have no common range.
    assert (normals["min"], normals["max"], normals["mean"]) == (None, None, None)


def test_a_report_survives_json(checked):
    assert Report.from_json(json.loads(json.dumps(checked.to_json(), allow_nan=False))) == checked


def test_labels_are_summarised_for_each_split_too(checked):
    for task in ALL:
        both, pool, validation = (
            checked.labels[task][name] for name in ("both", "pool", "validation")
        )
        assert (both["labels"], pool["labels"], validation["labels"]) == (6, 4, 2)
        assert both["valid_percent"] == pytest.approx(
            (4 * pool["valid_percent"] + 2 * validation["valid_percent"]) / 6
        )


@pytest.fixture(scope="module")
def damaged(tmp_path_factory):
    return write_damaged(tmp_path_factory.mktemp("damaged") / "NYUD_MT")


@pytest.fixture(scope="module")
def report(damaged):
    return check(NYUD.load(damaged_config(damaged)))


class TestADamagedFolder:
    """Each damage of damaged_folder.py is reported by its right name, and nothing else is."""

    def test_kind_and_severity_of_every_damage(self, report):
        assert {
            (row["split"], row["id"], row["what"]): (row["kind"], row["severity"])
            for row in report.problems
        } == EXPECTED
        assert len(report.problems) == len(EXPECTED)
        assert report.harmful

    def test_problems_name_files_from_the_folder_on(self, report, damaged):
        assert not [row for row in report.problems if str(damaged) in row["problem"] + row["file"]]
        rows = {row["id"]: row for row in report.problems}
        assert rows["pool00005"]["file"] == "segmentation/pool00005.png"
        assert "60 x 80" in rows["pool00005"]["problem"]
        assert "pool00000" in rows["pool00017"]["problem"]

    def test_leaks_and_near_copies(self, report):
        assert {row["validation"]: (row["pool"], row["how"]) for row in report.leaks} == LEAKS
        assert {frozenset(group["pool"] + group["validation"]) for group in report.alike} == ALIKE
        assert [row["bits"] > 0 for row in report.leaks] == [False, True]

    def test_states_of_every_pair(self, report):
        ids = report.splits["pool"]["ids"]
        for task in damaged_folder.TASKS:
            expected = dict.fromkeys(ids, LABELLED)
            expected |= {
                name: BROKEN
                for (_, name, source), (_, severity) in EXPECTED.items()
                if source == task and severity != "note"
            }
            expected |= dict.fromkeys(LEFT_OUT_IDS, LEFT_OUT)
            unlabelled, unlabelled_task = damaged_folder.NO_LABEL
            if task == unlabelled_task:
                expected[unlabelled] = NO_LABEL
            states = unpack(report.splits["pool"]["states"][task]).tolist()
            assert states == [expected[name] for name in ids]
            assert report.splits["pool"]["coverage"][task] == list(expected.values()).count(
                LABELLED
            )

    def test_sampled_images_can_be_read(self, report):
        pool = report.splits["pool"]
        sampled = {pool["ids"][index] for index in pool["sampled"]}
        assert len(sampled) == SAMPLED
        states = np.stack([unpack(text) for text in pool["states"].values()])
        assert (states[:, pool["sampled"]] == LABELLED).all()  # complete images come first
        assert not LEFT_OUT_IDS & sampled


def test_the_same_drawings_undamaged_are_sound(tmp_path):
    report = check(NYUD.load(damaged_config(damaged_folder.write_drawn(tmp_path / "NYUD_MT"))))
    assert (report.problems, report.leaks, report.alike) == ([], [], [])


def test_a_label_that_is_not_there_is_no_problem(folder):
    (folder / "depth" / "0002.npy").unlink()
    shutil.rmtree(folder / "edge")
    report = check(NYUD.load(nyud_config(folder)))
    assert (report.problems, report.harmful) == ([], False)
    assert report.splits["pool"]["coverage"] == {"semseg": 4, "depth": 3, "normals": 4, "edge": 0}
    states = unpack(report.splits["pool"]["states"]["depth"]).tolist()
    assert states == [LABELLED, NO_LABEL, LABELLED, LABELLED]
    assert report.labels["edge"]["both"]["labels"] == 0


def test_names_in_both_splits(folder):
    (folder / "gt_sets" / "val.txt").write_text("0011\n0002\n0012\n")
    shutil.copy(folder / "images" / "0001.jpg", folder / "images" / "0012.jpg")
    report = check(NYUD.load(nyud_config(folder)))
    assert [(row["pool"], row["validation"], row["how"]) for row in report.leaks] == [
        ("0002", "0002", "same picture"),
        ("0001", "0012", "same picture"),
    ]
    (folder / "images" / "0002.jpg").unlink()
    report = check(NYUD.load(nyud_config(folder)))
    assert [(row["pool"], row["validation"], row["how"]) for row in report.leaks] == [
        ("0002", "0002", "same name"),
        ("0001", "0012", "same picture"),
    ]


def test_a_reader_that_fails_costs_one_image_and_not_the_check(folder, monkeypatch):
    read = FileSplit.image

    def sometimes(split, index):
        if split.ids[index] == "0005":
            raise KeyError("palette")
        return read(split, index)

    monkeypatch.setattr(FileSplit, "image", sometimes)
    rows = check(NYUD.load(nyud_config(folder))).problems
    assert [(row["id"], row["kind"], row["problem"]) for row in rows] == [
        ("0005", "unreadable", "KeyError: 'palette'")
    ]


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
    assert report.labels["human_parts"]["pool"]["labels"] == coverage["human_parts"]
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
    assert report.alike == []
    assert 60 < report.labels["semseg"]["both"]["valid_percent"] < 100
    assert 1.5 < report.labels["depth"]["both"]["mean"] < 4.5
    assert report.labels["normals"]["both"]["direction"][2] < -0.4
