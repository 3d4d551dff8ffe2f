"""The whole way, on a few tiny images; and what is said when something is missing."""
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image
from typer.testing import CliRunner

from mtal.cli.app import app
from mtal.cli.rooms import FURNITURE as FOR_PEOPLE
from mtal.cli.rooms import measures
from mtal.config import ConfigError
from mtal.rooms import making
from mtal.rooms.catalogue import FURNITURE
from mtal.rooms.folder import LABELS, files
from mtal.rooms.frames import make_frames, missing
from mtal.rooms.furniture import choices
from mtal.rooms.making import Order, make
from mtal.rooms.plan import Visit
from mtal.rooms.thing import CLASSES

SMALL = Order(5, (24, 32), 1, 2, 1, FURNITURE, Path())
needs_furniture = pytest.mark.skipif(not FURNITURE.is_dir(), reason="the furniture libraries are not installed")


def test_size_is_height_x_width():
    assert measures(" 120x160") == (120, 160)
    with pytest.raises(ConfigError, match="height x width"):
        measures("120")


def test_the_default_folder_is_one():
    assert FOR_PEOPLE == FURNITURE


def test_missing_modules_are_named_with_the_way_to_get_them(monkeypatch, tmp_path):
    monkeypatch.setattr(making, "find_spec", lambda name: None if name == "mitsuba" else object())
    with pytest.raises(ConfigError, match="pip install mitsuba"):
        make(SMALL, print)


def test_missing_furniture_is_said_before_anything_is_written(monkeypatch, tmp_path):
    monkeypatch.setattr(making, "find_spec", lambda name: object())
    out = tmp_path / "out"
    with pytest.raises(ConfigError, match="sweethome3d-furniture"):
        make(Order(5, (24, 32), 1, 2, 1, tmp_path, out), print)
    assert not out.exists()


def test_the_command_is_there():
    assert "--furniture" in CliRunner().invoke(app, ["rooms", "--help"], env={"COLUMNS": "200"}).output


@needs_furniture
def test_every_chosen_model_is_in_the_libraries():
    for options in choices(FURNITURE).values():
        assert {one.kind for one in options} <= set(CLASSES)


VISIT = Visit("pool", 7, "office", "day", 0, 3)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("mitsuba")
    if not FURNITURE.is_dir():
        pytest.skip("the furniture libraries are not installed")
    folder = tmp_path_factory.mktemp("rooms")
    assert make_frames(VISIT, 1, (24, 32), 2, FURNITURE, folder)[0] == 3
    return folder


def test_labels_of_a_frame_are_valid(made):
    found = {task: np.asarray(Image.open(files(made, VISIT.ids[0])[task])) for task in LABELS}
    assert {label.shape[:2] for label in found.values()} == {(24, 32)}
    assert found["semseg"].max() < len(CLASSES)
    assert (found["depth"] > 0).all()
    assert (found["human_parts"] == 255).all()              # nobody is there
    assert len(np.unique(found["semseg"])) > 3


def test_a_frame_is_the_same_made_alone(made):
    before = {path: path.read_bytes() for path in files(made, VISIT.ids[1]).values()}
    for path in before:
        path.unlink()
    assert missing(VISIT, made) == [1]
    assert make_frames(VISIT, 1, (24, 32), 2, FURNITURE, made)[0] == 1
    assert {path: path.read_bytes() for path in before} == before


def test_what_is_whole_is_not_made_again(made):
    times = {path: path.stat().st_mtime_ns for path in made.rglob("*.*")}
    count, credits = make_frames(VISIT, 1, (24, 32), 2, FURNITURE, made)
    assert count == 0
    assert credits
    assert {path: path.stat().st_mtime_ns for path in made.rglob("*.*")} == times


@needs_furniture
def test_a_folder_says_whom_to_thank(tmp_path, monkeypatch):
    monkeypatch.setattr(making, "_made", lambda order, visits: iter([(visits[0], (1, ["Scopia/tv", "Scopia/tv"]))]))
    monkeypatch.setattr(making, "find_spec", lambda name: object())
    lines: list[str] = []
    make(Order(5, (24, 32), 1, 2, 1, FURNITURE, tmp_path), lines.append)
    text = (tmp_path / "ATTRIBUTION.md").read_text()
    assert text.count("scopia/tv/tv.obj | Scopia | Scopia | CC BY 3.0 |") == 1
    assert "min left" in lines[-1]
    assert yaml.safe_load((tmp_path / "tasks.yaml").read_text())["title"] == "Rooms"
