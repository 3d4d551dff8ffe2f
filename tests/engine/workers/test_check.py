"""The worker of a check, called in this process: what it leaves behind however it ends."""

import os

import numpy as np
import pytest
from PIL import Image

from mtal.config import Config
from mtal.datasets.readers.nyud import NYUD
from mtal.engine.workers import check
from mtal.runs.files import read_json, write_json
from mtal.runs.jobs.launch import write_config
from mtal.runs.jobs.progress import parse
from mtal.runs.jobs.stop import StopRequested
from tests.datasets.nyud_folder import ALL, TRAIN, nyud_config, write_nyud


@pytest.fixture
def paths(empty_store):
    return empty_store.data("nyud", "somewhere")


def test_leaves_report_thumbs_progress_and_result(paths, tmp_path):
    write_config(paths, nyud_config(write_nyud(tmp_path / "NYUD_MT")))
    check.main(paths.folder)
    result = read_json(paths.result)
    assert result.pop("seconds") >= 0
    assert result == {"outcome": "finished", "reason": "", "error": "", "traceback": ""}
    assert read_json(paths.report)["splits"]["pool"]["images"] == 4
    assert [paths.thumbnail("pool", name).exists() for name in (*TRAIN, "0003")] == [True] * 4 + [
        False
    ]
    assert paths.thumbnail("validation", "0012").exists()
    rows = parse(paths.progress.read_text().splitlines())
    assert {row["stage"] for row in rows} == {"load"}
    assert (rows[0]["done"], rows[-1]["done"], rows[-1]["total"]) == (0, 12, 12)
    assert paths.lock.read_text() == f"{os.getpid()}\n"
    assert paths.began.exists()


def test_labels_of_some_images_are_drawn_in_colour(paths, tmp_path):
    folder = write_nyud(tmp_path / "NYUD_MT")
    (folder / "depth" / "0002.npy").unlink()
    (folder / "edge" / "0002.npy").write_bytes(b"no")
    paths.preview("pool", "0002", "depth").parent.mkdir(parents=True)
    paths.preview("pool", "0002", "depth").touch()  # of an earlier check
    write_config(paths, nyud_config(folder))
    check.main(paths.folder)
    assert read_json(paths.report)["splits"]["pool"]["sampled"] == [0, 1, 2, 3]
    drawn = {name for name in ("image", *ALL) if paths.preview("pool", "0002", name).exists()}
    assert drawn == {"image", "semseg", "normals"}
    semseg = next(task for task in NYUD.load(nyud_config(folder)).tasks if task.name == "semseg")
    stored, drawn = (
        np.asarray(Image.open(path))
        for path in (
            folder / "segmentation" / "0012.png",
            paths.preview("validation", "0012", "semseg"),
        )
    )
    np.testing.assert_array_equal(drawn, semseg.colour(stored - np.uint8(1)))


def test_a_check_that_is_stopped_leaves_the_earlier_report_its_labels(paths, tmp_path, monkeypatch):
    """With another list, other images are at its positions; stopped before the new report."""
    folder = write_nyud(tmp_path / "NYUD_MT")
    write_config(paths, nyud_config(folder))
    check.main(paths.folder)
    shown = {name: paths.preview("pool", name, "semseg").read_bytes() for name in TRAIN}
    listed = folder / "gt_sets" / "train.txt"
    listed.write_text("\n".join(listed.read_text().split()[1:]))

    def stop(*_):
        raise StopRequested

    monkeypatch.setattr(
        check,
        "write_json",
        lambda path, value: stop() if path == paths.report else write_json(path, value),
    )
    check.main(paths.folder)
    assert read_json(paths.result)["outcome"] == "stopped"
    report = read_json(paths.report)["splits"]["pool"]
    assert {
        name: paths.preview("pool", name, "semseg").read_bytes() for name in report["ids"]
    } == shown
    assert len(set(shown.values())) > 1


def test_a_broken_image_fails_nothing(paths, tmp_path):
    folder = write_nyud(tmp_path / "NYUD_MT")
    (folder / "images" / "0005.jpg").write_bytes(b"no")
    write_config(paths, nyud_config(folder))
    check.main(paths.folder)
    assert read_json(paths.result)["outcome"] == "finished"
    assert [row["id"] for row in read_json(paths.report)["problems"]] == ["0005"]


def test_stop_is_obeyed(paths):
    write_config(paths, Config(dataset="drawn", data="30+10", size=(16, 16), tasks=("depth",)))
    paths.stop.touch()
    check.main(paths.folder)
    assert read_json(paths.result)["outcome"] == "stopped"
    assert not paths.report.exists()


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (nyud_config("nowhere-at-all"), "nowhere-at-all"),
        (Config(dataset="cats"), "no data set called 'cats'"),
    ],
)
def test_what_cannot_be_checked_says_why(paths, config, reason, capsys):
    write_config(paths, config)
    check.main(paths.folder)
    result = read_json(paths.result)
    assert (result["outcome"], result["traceback"]) == ("failed", "")
    assert reason in result["reason"]
    assert reason in capsys.readouterr().out


def test_a_bug_leaves_its_traceback(paths, monkeypatch):
    def bug(*_):
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(check, "check", bug)
    write_config(paths, Config(dataset="drawn", data="2+1", size=(16, 16), tasks=("depth",)))
    check.main(paths.folder)
    result = read_json(paths.result)
    assert (result["outcome"], result["reason"]) == ("failed", "ZeroDivisionError: oh")
    assert "in bug" in result["traceback"]
