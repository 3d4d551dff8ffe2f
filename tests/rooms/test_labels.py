"""Labels from the geometry at the pixels, against slow versions."""

import numpy as np
import pytest

from mtal.rooms.labels import CENTRAL, IGNORE, View, borders, labels_of, parts, salient
from mtal.rooms.scene_object import CLASSES

WALL, CHAIR, SOFA, PERSON = (CLASSES.index(name) for name in ("wall", "chair", "sofa", "person"))


def slow_borders(owner: np.ndarray) -> np.ndarray:
    edges = np.zeros(owner.shape, np.uint8)
    for y, x in np.ndindex(*owner.shape):
        right = x + 1 < owner.shape[1] and owner[y, x] != owner[y, x + 1]
        below = y + 1 < owner.shape[0] and owner[y, x] != owner[y + 1, x]
        edges[y, x] = right or below
    return edges


def slow_salient(owner: np.ndarray, classes: np.ndarray) -> int:
    """Index of the salient object among chairs and sofas."""
    worth: dict[int, float] = {}
    height, width = owner.shape
    for y, x in np.ndindex(height, width):
        if classes[y, x] in (CHAIR, SOFA):
            r2 = ((y + 0.5) / height * 2 - 1) ** 2 + ((x + 0.5) / width * 2 - 1) ** 2
            worth[int(owner[y, x])] = worth.get(int(owner[y, x]), 0) + np.exp(
                -r2 / (2 * CENTRAL**2)
            )
    return max(worth, key=lambda number: worth[number])


@pytest.mark.parametrize("seed", range(5))
def test_borders_as_slowly(seed):
    owner = np.random.default_rng(seed).integers(-1, 3, (9, 13))
    assert np.array_equal(borders(owner), slow_borders(owner))


@pytest.mark.parametrize("seed", range(5))
def test_the_salient_thing_as_slowly(seed):
    owner = np.random.default_rng(seed).integers(0, 6, (10, 12)).repeat(2, axis=0)
    classes = np.array([WALL, CHAIR, SOFA, CHAIR, WALL, SOFA])[owner]
    assert np.array_equal(salient(owner, classes), owner == slow_salient(owner, classes))


def test_a_person_is_salient_if_large_enough():
    owner = np.zeros((20, 20), int)
    owner[5:15, 5:15], owner[0, :6] = 1, 2
    classes = np.array([WALL, SOFA, PERSON])[owner]
    assert np.array_equal(salient(owner, classes), owner == 2)
    owner[0, 2:6] = 0
    classes = np.array([WALL, SOFA, PERSON])[owner]
    assert np.array_equal(salient(owner, classes), owner == 1)


def test_a_bare_room_has_nothing_salient():
    owner = np.arange(12).reshape(3, 4)
    assert not salient(owner, np.full((3, 4), WALL)).any()


def test_parts_are_ignored_where_nobody_is():
    part = np.array([[0, 3]], np.uint8)
    assert (parts(np.zeros((1, 2), np.uint8), np.array([[WALL, SOFA]])) == IGNORE).all()
    assert np.array_equal(parts(part, np.array([[WALL, PERSON]])), part)


def test_nothing_seen_is_ignored():
    none = np.zeros((2, 2), np.float32)
    view = View(
        np.array([[0, -1], [1, 1]]),
        none.astype(np.uint8),
        none,
        np.zeros((2, 2, 3), np.float32),
        none > 0,
    )
    labels = labels_of(view, [WALL, CHAIR])
    assert np.array_equal(labels["semseg"], [[WALL, IGNORE], [CHAIR, CHAIR]])
    assert (
        labels["semseg"].dtype
        == labels["edge"].dtype
        == labels["saliency"].dtype
        == labels["human_parts"].dtype
        == np.uint8
    )
