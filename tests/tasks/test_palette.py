"""Colours: distinct for all eyes, the same every time, and a scale that is monotone."""

import numpy as np
import pytest

from mtal.tasks.palette import (
    IGNORED,
    MISSING,
    cividis,
    class_colours,
    distinct_colours,
    hex_legend,
    to_oklab,
)


def least_gaps(colours):
    """(3 sights,) smallest distance in OKLab between any two colours."""
    seen = to_oklab(np.array(colours))
    gaps = np.linalg.norm(seen[:, None] - seen[None], axis=-1)
    return [gaps[..., sight][np.triu_indices(len(colours), 1)].min() for sight in range(3)]


@pytest.mark.parametrize(("count", "gap"), [(7, 0.07), (21, 0.07), (40, 0.05)])
def test_classes_can_be_told_apart(count, gap):
    """0.02 in OKLab is just noticeable side by side."""
    assert min(least_gaps([*distinct_colours(count), IGNORED, MISSING])) > gap


def test_a_class_keeps_its_colour_however_many_there_are():
    assert distinct_colours(40)[:12] == distinct_colours(12)
    assert distinct_colours(3) == distinct_colours(40)[:3]


def test_a_background_class_is_black_and_takes_no_colour():
    assert class_colours(("background", "cat")) == (MISSING, distinct_colours(1)[0])
    assert class_colours(("cat", "dog")) == distinct_colours(2)


def test_no_colour_is_ignored_grey():
    assert IGNORED not in distinct_colours(255)
    assert len(set(distinct_colours(255))) == 255


def test_a_legend_as_plain_values():
    assert hex_legend([("wall", (0, 10, 255)), ("ignored", IGNORED)]) == [
        ["wall", "#000aff"],
        ["ignored", "#686868"],
    ]


def test_black_and_white_in_oklab():
    np.testing.assert_allclose(
        to_oklab(np.array([[0, 0, 0], [255, 255, 255]]))[:, 0], [[0, 0, 0], [1, 0, 0]], atol=1e-5
    )


def test_red_and_green_come_closer_without_red_or_green_receptors():
    red, green = to_oklab(np.array([[255, 0, 0], [110, 110, 0]]))
    ordinary, without_red, without_green = np.linalg.norm(red - green, axis=-1)
    assert without_red < ordinary / 2
    assert without_green < ordinary / 2


def test_cividis_brightens_all_the_way():
    luminance = cividis(np.linspace(0, 1, 64)) @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(luminance) > 0).all()


def test_cividis_shape_and_limits():
    values = np.array([[-1.0, 0.0, 1.0, 7.0, np.nan]])
    colours = cividis(values)
    assert colours.shape == (1, 5, 3)
    assert colours.dtype == np.uint8
    assert colours[0, 0].tolist() == colours[0, 1].tolist() == colours[0, 4].tolist() == [0, 34, 78]
    assert colours[0, 2].tolist() == colours[0, 3].tolist() == [254, 232, 56]
