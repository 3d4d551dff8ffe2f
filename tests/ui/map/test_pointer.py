"""Rings that the browser draws around marked images."""

import numpy as np
import pandas as pd

from mtal.ui.map.pointer import MOST_RINGS, STYLES, rings


def layout(images: int) -> pd.DataFrame:
    return pd.DataFrame({"x": np.arange(images) / 3, "y": -np.arange(images)})


def test_a_ring_per_marked_image_at_its_point_in_the_order_of_drawing():
    drawn = rings(layout(5), {"looked at": [1], "set": (0, 4)})
    assert [mark["name"] for mark in drawn] == list(STYLES)
    assert {mark["name"]: mark["points"] for mark in drawn} == {
        "set": [[0, 0.0, 0.0], [4, 1.3333, -4.0]],
        "near": [],
        "looked at": [[1, 0.3333, -1.0]],
    }


def test_large_sets_have_fewer_and_smaller_rings():
    radii = []
    for images in (200, 201, 1001, 3 * MOST_RINGS + 1):
        (mark,) = (
            mark for mark in rings(layout(images), {"set": range(images)}) if mark["name"] == "set"
        )
        radii.append(mark["radius"])
        assert 0 < len(mark["points"]) <= MOST_RINGS
        assert len(mark["points"]) == images or images > MOST_RINGS
    assert radii == [7, 5, 2.5, 2.5]
