"""What points are coloured by: each image has the group or the number that its row says."""

import numpy as np
import pandas as pd
import pytest

from mtal.figures import colour_by
from mtal.figures.colour_by import (
    MOST,
    OTHER,
    Values,
    by_driving_task,
    clusters,
    compared,
    dominant,
    grouped,
    labelled_in,
)


def names_of(groups):
    return [groups.names[code] for code in groups.codes]


def test_groups_in_order_of_size_or_as_asked():
    labels = ["b", "a", "a", "c", "b", "a"]
    assert grouped("t", labels).names == ("a", "b", "c")
    assert grouped("t", labels, order=["c", "x", "b"]).names == ("c", "b", "a")
    assert names_of(grouped("t", labels)) == labels


def test_more_groups_than_can_be_told_apart_become_one():
    labels = [f"g{number}" for number in range(40) for _ in range(number + 1)]
    groups = grouped("t", labels)
    assert len(groups.names) == MOST
    assert groups.names[-1] == OTHER
    kept = {f"g{number}" for number in range(40 - MOST + 1, 40)}
    assert names_of(groups) == [name if name in kept else OTHER for name in labels]


def test_images_are_grouped_by_their_driving_task():
    groups = by_driving_task(np.array(["b", "a", ""], object), ["a", "b"])
    assert names_of(groups) == ["b", "a", "no score"]


def test_what_later_cycles_pick_is_not_labelled_yet():
    assert names_of(labelled_in(np.array([-1, 0, 1, 2, 3]), cycle=1)) == [
        "start",
        "cycle 0",
        "cycle 1",
        "not labelled",
        "not labelled",
    ]


def test_two_strategies_compared():
    pool = pd.DataFrame(
        {
            "labelled": [True, False, False, False, False],
            "picked": [False, True, True, False, False],
        }
    )
    assert names_of(compared(pool, [2, 3], "ours", "core-set")) == [
        "labelled before",
        "only ours",
        "both",
        "only core-set",
        "neither",
    ]


def test_the_largest_class_of_one_task():
    content = pd.DataFrame(
        {
            "semseg/wall": [0.7, 0.2, np.nan],
            "semseg/bed": [0.3, 0.8, np.nan],
            "parts/arm": [1.0, 1, 1],
        }
    )
    assert names_of(dominant(content, "semseg", "Segmentation")) == ["wall", "bed", colour_by.NONE]


def test_clusters_by_number_and_unknown_ones():
    assert names_of(clusters(pd.Series([2, 2, 0, -1]))) == [
        "cluster 2",
        "cluster 2",
        "cluster 0",
        colour_by.NONE,
    ]


@pytest.mark.parametrize(("unit", "axis"), [("m", "error (m)"), ("", "error")])
def test_an_axis_names_its_unit(unit, axis):
    assert Values("error", np.zeros(1), unit).axis == axis
