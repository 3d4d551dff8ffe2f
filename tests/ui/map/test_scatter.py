"""Positions of the images that a selection in the chart lists."""

import pytest

from mtal.ui.map.scatter import selected_points


@pytest.mark.parametrize(
    ("values", "images"), [([], []), ([4, 2, 4], [2, 4]), ([[7], (3,)], [3, 7]), ([None, 5], [5])]
)
def test_positions_are_ascending_and_each_once(values, images):
    event = {"points": [{"customdata": value} for value in values]}
    assert selected_points(event) == images


def test_an_event_without_points_selects_nothing():
    assert selected_points({}) == []
