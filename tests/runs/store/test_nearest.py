"""Neighbours read piece by piece are the neighbours."""

import math

import numpy as np
import pytest

from mtal.runs.store import nearest
from mtal.runs.store.nearest import closest_images


def by_hand(points, image, allowed, count):
    """All distances in a plain loop."""
    gaps = [
        (math.dist(points[other], points[image]), other)
        for other in range(len(points))
        if allowed[other]
    ]
    return [(other, gap) for gap, other in sorted(gaps)[:count]]


@pytest.mark.parametrize("rows", [1, 7, 50, 1000])
@pytest.mark.parametrize("few", [False, True])
def test_any_size_of_the_pieces_gives_the_same(monkeypatch, rows, few):
    monkeypatch.setattr(nearest, "ROWS", rows)
    points = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    allowed = (np.arange(50) != 3) & (np.arange(50) % 3 > 0 if few else True)
    expected = by_hand(points, 3, allowed, 8)
    closest = closest_images(points, 3, allowed, 8)
    assert [image for image, _ in closest] == [image for image, _ in expected]
    assert [gap for _, gap in closest] == pytest.approx([gap for _, gap in expected], rel=1e-6)


def test_a_small_pool_has_fewer_neighbours_and_never_itself():
    points = np.array([[0.0], [3.0], [1.0]])
    assert [image for image, _ in closest_images(points, 0, np.arange(3) != 0, 8)] == [2, 1]
    assert closest_images(np.zeros((1, 2)), 0, np.zeros(1, bool), 8) == []
