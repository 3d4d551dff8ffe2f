"""A lasso holds what lies inside its outline, whichever way it was drawn."""

import numpy as np
import pytest

from mtal.figures.lasso import enclosed, in_polygon


def by_hand(point, x, y):
    """The even-odd rule, an edge at a time."""
    inside = False
    for a in range(len(x)):
        b = (a + 1) % len(x)
        if (y[a] > point[1]) != (y[b] > point[1]):
            inside ^= point[0] < x[a] + (point[1] - y[a]) * (x[b] - x[a]) / (y[b] - y[a])
    return inside


@pytest.mark.parametrize("seed", range(5))
def test_any_outline_equals_the_plain_loops(seed):
    rng = np.random.default_rng(seed)
    points, (x, y) = rng.normal(size=(200, 2)), rng.normal(size=(2, 9))  # it may cross itself
    inside = in_polygon(points, x, y)
    assert inside.tolist() == [by_hand(point, x, y) for point in points]
    assert 0 < inside.sum() < len(points)


def test_a_circle_holds_what_is_nearer_than_its_radius():
    points, angles = (
        np.random.default_rng(0).uniform(-2, 2, size=(500, 2)),
        np.linspace(0, 2 * np.pi, 400),
    )
    gap = np.linalg.norm(points, axis=1)
    clear = np.abs(gap - 1) > 0.01
    assert (in_polygon(points, np.cos(angles), np.sin(angles)) == (gap < 1))[clear].all()


def test_the_direction_of_drawing_does_not_matter():
    points = np.random.default_rng(0).normal(size=(50, 2))
    x, y = [-1, 1, 1, -1], [-1, -1, 1, 1]
    np.testing.assert_array_equal(in_polygon(points, x, y), in_polygon(points, x[::-1], y[::-1]))


def test_a_point_on_the_border_of_two_outlines_is_in_one_of_them():
    """Two squares side by side hold what the rectangle of both holds, and share no point."""
    points = np.array([(x, y) for x in range(5) for y in range(3)], float)
    left = in_polygon(points, [0, 2, 2, 0], [0, 0, 2, 2])
    right = in_polygon(points, [2, 4, 4, 2], [0, 0, 2, 2])
    whole = in_polygon(points, [0, 4, 4, 0], [0, 0, 2, 2])
    assert not (left & right).any()
    assert whole.any()
    np.testing.assert_array_equal(left | right, whole)


@pytest.mark.parametrize("corners", [0, 1, 2])
def test_an_outline_without_an_inside_holds_nothing(corners):
    assert not in_polygon(np.zeros((3, 2)), [0.0] * corners, [0.0] * corners).any()


def test_boxes_and_several_outlines_add_up():
    points = np.array([[0.0, 0], [5, 5], [9, 9]])
    square = {"x": [4, 6, 6, 4], "y": [4, 4, 6, 6]}
    assert enclosed(
        points, {"box": [{"x": [1, -1], "y": [-1, 1]}], "lasso": [square]}
    ).tolist() == [True, True, False]
    assert not enclosed(points, {}).any()
