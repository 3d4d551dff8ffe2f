"""The folder: pixels that hold depth and normals, files that appear whole, lists and tasks.yaml."""

import numpy as np
import pytest
import yaml
from PIL import Image

from mtal.rooms.folder import (
    INVERSE,
    LABELS,
    depth_pixels,
    files,
    normal_pixels,
    write_frame,
    write_lists,
)
from mtal.rooms.plan import plan
from mtal.rooms.scene_object import CLASSES


def labels(rng: np.random.Generator) -> dict[str, np.ndarray]:
    normals = rng.normal(size=(6, 8, 3))
    return {
        "semseg": rng.integers(0, len(CLASSES), (6, 8)).astype(np.uint8),
        "depth": rng.uniform(0.3, 8, (6, 8)).astype(np.float32),
        "normals": (normals / np.linalg.norm(normals, axis=-1, keepdims=True)).astype(np.float32),
        "edge": rng.integers(0, 2, (6, 8)).astype(np.uint8),
        "saliency": rng.integers(0, 2, (6, 8)).astype(np.uint8),
        "human_parts": np.full((6, 8), 255, np.uint8),
    }


def test_depth_comes_back_within_millimetres():
    depth = np.linspace(0.3, 8, 1000)
    back = INVERSE / depth_pixels(depth).astype(float)
    assert np.abs(back - depth).max() < 0.002
    assert np.abs(back - depth)[depth < 1].max() < 1e-4


def test_no_depth_is_0_and_close_things_stay_known():
    assert depth_pixels(np.array([0.0, 0.1, 0.3, 1000.0])).tolist() == [0, 65535, 65535, 20]


def test_inverse_depth_of_a_plane_is_linear():
    rows = depth_pixels(1 / np.linspace(0.2, 1.5, 50)).astype(int)
    assert np.abs(np.diff(rows, 2)).max() <= 1


def test_normals_come_back_within_a_degree():
    normals = labels(np.random.default_rng(0))["normals"]
    back = 2 * normal_pixels(normals).astype(float) / 255 - 1
    back /= np.linalg.norm(back, axis=-1, keepdims=True)
    assert np.degrees(np.arccos((back * normals).sum(axis=-1).clip(-1, 1))).max() < 0.6


def test_only_unknown_normals_are_black():
    assert normal_pixels(np.zeros((1, 1, 3))).tolist() == [[[0, 0, 0]]]
    assert normal_pixels(np.array([[[-1.0, 0, 0], [0, -1, 0], [0, 0, -1]]])).any(axis=-1).all()


def test_a_frame_is_read_as_it_was_written(tmp_path):
    rng = np.random.default_rng(1)
    image, given = np.full((6, 8, 3), (200, 90, 30), np.uint8), labels(rng)
    write_frame(tmp_path, "living000_00", image, given)
    paths = files(tmp_path, "living000_00")
    assert np.abs(np.asarray(Image.open(paths["image"])).astype(int) - image).max() <= 3
    for task in ("semseg", "edge", "saliency", "human_parts"):
        assert np.array_equal(np.asarray(Image.open(paths[task])), given[task])
    assert np.array_equal(np.asarray(Image.open(paths["depth"])), depth_pixels(given["depth"]))
    assert np.array_equal(np.asarray(Image.open(paths["normals"])), normal_pixels(given["normals"]))
    assert sorted(tmp_path.rglob("*.*")) == sorted(paths.values())  # nothing half written is left


def test_without_its_labels_no_image_appears(tmp_path):
    given = labels(np.random.default_rng(2))
    del given["human_parts"]
    with pytest.raises(KeyError):
        write_frame(tmp_path, "a", np.zeros((6, 8, 3), np.uint8), given)
    assert not files(tmp_path, "a")["image"].exists()


def test_lists_and_settings(tmp_path):
    visits = plan(30, 1)
    write_lists(tmp_path, visits)
    settings = yaml.safe_load((tmp_path / "tasks.yaml").read_text())
    pool, validation = (
        (tmp_path / settings["splits"][split]).read_text().split()
        for split in ("pool", "validation")
    )
    assert (len(pool), len(validation)) == (24, 6)
    assert not set(pool) & set(validation)
    assert tuple(settings["tasks"]) == LABELS
    assert settings["tasks"]["semseg"]["classes"] == list(CLASSES)
    assert settings["tasks"]["depth"]["inverse"] == 19660.5
