"""Generating a few tiny images from end to end, and the errors when something is missing."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image
from typer.testing import CliRunner

from mtal.cli.app import app
from mtal.cli.rooms import FURNITURE as DEFAULT_FURNITURE
from mtal.cli.rooms import parse_size
from mtal.config import ConfigError
from mtal.rooms import generate
from mtal.rooms.attribution import attribution
from mtal.rooms.catalogue import FURNITURE
from mtal.rooms.folder import LABELS, files, write_made
from mtal.rooms.frames import make_frames, missing
from mtal.rooms.furniture import choices
from mtal.rooms.generate import GenerateOptions, generate_rooms
from mtal.rooms.plan import Visit, keeps, plan
from mtal.rooms.scene_object import CLASSES

SMALL = GenerateOptions(5, (24, 32), 1, 2, 1, FURNITURE, Path())
needs_furniture = pytest.mark.skipif(
    not FURNITURE.is_dir(), reason="the furniture libraries are not installed"
)


def test_size_is_height_x_width():
    assert parse_size(" 120x160") == (120, 160)
    with pytest.raises(ConfigError, match="height x width"):
        parse_size("120")


def test_the_default_folder_is_one():
    assert DEFAULT_FURNITURE == FURNITURE


def test_missing_modules_are_named_with_the_way_to_get_them(monkeypatch, tmp_path):
    monkeypatch.setattr(generate, "find_spec", lambda name: None if name == "mitsuba" else object())
    with pytest.raises(ConfigError, match="pip install mitsuba"):
        generate_rooms(SMALL, print)


def test_missing_furniture_is_said_before_anything_is_written(monkeypatch, tmp_path):
    monkeypatch.setattr(generate, "find_spec", lambda name: object())
    out = tmp_path / "out"
    with pytest.raises(ConfigError, match="sweethome3d-furniture"):
        generate_rooms(GenerateOptions(5, (24, 32), 1, 2, 1, tmp_path, out), print)
    assert not out.exists()


def test_the_command_is_there():
    assert (
        "--furniture" in CliRunner().invoke(app, ["rooms", "--help"], env={"COLUMNS": "200"}).output
    )


@needs_furniture
def test_every_chosen_model_is_in_the_libraries():
    for options in choices(FURNITURE).values():
        assert {choice.class_name for choice in options} <= set(CLASSES)


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
    labels = {task: np.asarray(Image.open(files(made, VISIT.ids[0])[task])) for task in LABELS}
    assert {label.shape[:2] for label in labels.values()} == {(24, 32)}
    assert labels["semseg"].max() < len(CLASSES)
    assert (labels["depth"] > 0).all()
    assert (labels["human_parts"] == 255).all()  # nobody is there
    assert len(np.unique(labels["semseg"])) > 3


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


@pytest.fixture
def no_renderer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything but the rendering: frames are empty files, a room has one model."""

    def made(order: GenerateOptions, visits: tuple[Visit, ...]) -> Iterator[list[str]]:
        for visit in visits:
            for name in visit.ids:
                for path in files(order.out, name).values():
                    path.parent.mkdir(exist_ok=True)
                    path.touch()
                yield []
            yield ["Scopia/tv", "Scopia/tv"]

    monkeypatch.setattr(generate, "_render_rooms", made)
    monkeypatch.setattr(generate, "find_spec", lambda name: object())
    monkeypatch.setattr(generate, "read_catalogue", lambda folder: {})
    monkeypatch.setattr(generate, "attribution", lambda keys, folder: " ".join(sorted(keys)))


def small(out: Path, **changes: Any) -> GenerateOptions:
    return replace(SMALL, out=out, **changes)


@needs_furniture
def test_a_folder_says_whom_to_thank(tmp_path, monkeypatch, no_renderer):
    monkeypatch.setattr(generate, "attribution", attribution)
    generate_rooms(small(tmp_path), print)
    text = (tmp_path / "ATTRIBUTION.md").read_text()
    assert text.count("scopia/tv/tv.obj | Scopia | Scopia | CC BY 3.0 |") == 1
    assert yaml.safe_load((tmp_path / "tasks.yaml").read_text())["title"] == "Rooms"


def test_every_image_is_told(tmp_path, no_renderer):
    lines: list[str] = []
    generate_rooms(small(tmp_path), lines.append)
    assert [line.split()[0] for line in lines[1:]] == [f"{done}/5" for done in range(1, 6)]
    assert lines[-1].endswith("about 0 s left")


def test_one_room_is_one_room(tmp_path, no_renderer):
    generate_rooms(small(tmp_path), print)
    next((tmp_path / "images").glob("val_*")).unlink()
    lines: list[str] = []
    generate_rooms(small(tmp_path), lines.append)
    assert lines[0] == "1 of 5 images to render, in 1 room"


@pytest.mark.parametrize(
    ("seconds", "words"), [(119, "about 119 s left"), (121, "about 2 min left")]
)
def test_time_left_is_in_seconds_below_two_minutes(seconds, words):
    assert generate._left(seconds, 1, 2).endswith(words)


@pytest.mark.parametrize("change", [{"seed": 3}, {"size": (32, 24)}, {"samples": 4}, {"images": 6}])
def test_a_folder_is_not_mixed(tmp_path, no_renderer, change):
    generate_rooms(small(tmp_path, images=7), print)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    with pytest.raises(
        ConfigError,
        match="made with --images 7 --size 24x32 --seed 1 --samples 2; choose another --out",
    ):
        generate_rooms(small(tmp_path, **{"images": 7, **change}), print)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == before
    generate_rooms(small(tmp_path, images=7, jobs=2), print)


def test_a_folder_grows_where_its_images_stay_as_they_are(tmp_path, no_renderer):
    fits = [images for images in range(6, 60) if keeps(images, 60, 1)]
    generate_rooms(small(tmp_path, images=fits[0]), print)
    generate_rooms(small(tmp_path, images=60), print)
    assert yaml.safe_load((tmp_path / "made.yaml").read_text())["images"] == 60
    with pytest.raises(ConfigError, match="--images 60 "):
        generate_rooms(small(tmp_path, images=fits[0]), print)


def test_a_data_set_of_others_is_left_alone(tmp_path, no_renderer):
    (tmp_path / "tasks.yaml").write_text("title: Mine\n")
    with pytest.raises(ConfigError, match=r"without made\.yaml"):
        generate_rooms(small(tmp_path), print)
    assert (tmp_path / "tasks.yaml").read_text() == "title: Mine\n"


def test_the_bundled_folder_says_what_it_was_made_with(tmp_path):
    bundled = Path(__file__).parents[2] / "assets" / "rooms"
    write_made(
        tmp_path, GenerateOptions(600, (120, 160), 2026, 64, 2, FURNITURE, tmp_path).settings
    )
    assert (bundled / "made.yaml").read_text() == (tmp_path / "made.yaml").read_text()
    ids = [name for visit in plan(600, 2026) for name in visit.ids]
    assert ids == [
        name
        for split in ("pool", "validation")
        for name in (bundled / f"{split}.txt").read_text().split()
    ]


@pytest.mark.parametrize("inside", [".", "more", "more/still"])
def test_a_file_is_not_a_folder(tmp_path, no_renderer, inside):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ConfigError, match=r"--out: .* cannot be written"):
        generate_rooms(small(tmp_path / "file" / inside), print)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"size": (6, 8)}, "--size: both sides at least 16 pixels, not 6x8"),
        ({"samples": 0}, "--samples: at least 2, not 0"),
        ({"jobs": 0}, "--jobs: at least 1, not 0"),
        ({"seed": -1}, "--seed: at least 0, not -1"),
    ],
)
def test_wrong_values_are_named_one_by_one(tmp_path, change, words):
    with pytest.raises(ConfigError, match=f"^{words}$"):
        generate_rooms(small(tmp_path, **change), print)


def test_interrupted_it_says_what_is_there(tmp_path, no_renderer):
    lines: list[str] = []

    def tell(line: str) -> None:
        lines.append(line)
        if line.startswith("3/5"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate_rooms(small(tmp_path), tell)
    assert lines[-1] == "3 of 5 images are done; run the same command to go on."
