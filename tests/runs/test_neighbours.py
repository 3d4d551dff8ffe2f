"""Neighbours read piece by piece are the neighbours."""
import numpy as np
import pytest

from mtal.runs import neighbours
from mtal.runs.neighbours import nearest_images
from mtal.runs.run import closest


@pytest.mark.parametrize("rows", [1, 7, 50, 1000])
def test_any_size_of_the_pieces_gives_the_same(monkeypatch, rows):
    monkeypatch.setattr(neighbours, "ROWS", rows)
    points = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    wanted = closest(points, 3, np.arange(50) != 3, 8)
    found = nearest_images(points, 3, 8)
    assert [image for image, _ in found] == [image for image, _ in wanted]
    assert [gap for _, gap in found] == pytest.approx([gap for _, gap in wanted], rel=1e-6)


def test_a_small_pool_has_fewer_neighbours_and_never_itself():
    assert [image for image, _ in nearest_images(np.array([[0.0], [3.0], [1.0]]), 0, 8)] == [2, 1]
    assert nearest_images(np.zeros((1, 2)), 0, 8) == []
