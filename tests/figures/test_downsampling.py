"""A map of very many points draws a part of them: all picks, and points that stand alone."""

import numpy as np
import pandas as pd
import pytest

from mtal.figures.downsampling import downsample


def crowd(count, labelled=0.1, picked=0.01, seed=0):
    rng = np.random.default_rng(seed)
    state = rng.choice(
        ["labelled", "picked", "open"], size=count, p=[labelled, picked, 1 - labelled - picked]
    )
    return pd.DataFrame({"x": rng.normal(size=count), "y": rng.normal(size=count), "state": state})


def test_a_small_map_is_drawn_whole_and_says_nothing():
    drawn = downsample(crowd(100), 100)
    assert drawn.images.tolist() == list(range(100))
    assert drawn.note == ""


@pytest.mark.parametrize("labelled", [0.0, 0.1, 0.6, 0.9])
def test_so_many_as_allowed_each_once_with_all_picks(labelled):
    points = crowd(5000, labelled)
    drawn = downsample(points, 600)
    assert len(drawn.images) == len(set(drawn.images.tolist())) == 600
    assert set(np.flatnonzero(points["state"] == "picked")) <= set(drawn.images.tolist())
    assert "600 of 5,000 points" in drawn.note


def test_it_says_that_all_labelled_are_drawn_only_where_they_are():
    few, many = crowd(5000, 0.05), crowd(5000, 0.6)
    for points, all_of_them in ((few, True), (many, False)):
        drawn = downsample(points, 1000)
        shown = set(drawn.images.tolist())
        assert (set(np.flatnonzero(points["state"] == "labelled")) <= shown) == all_of_them
        assert ("picked and labelled" in drawn.note) == all_of_them


def test_a_point_that_stands_alone_is_drawn():
    points = crowd(5000, 0, 0)
    points.loc[[11, 12], ["x", "y"]] = [[50.0, 50.0], [-50.0, 50.0]]
    assert {11, 12} <= set(downsample(points, 200).images.tolist())


def test_most_images_stay_drawn_when_the_map_moves_a_little():
    points = crowd(5000)
    moved = points.assign(x=points["x"] + 0.01)
    before, after = (set(downsample(frame, 1000).images.tolist()) for frame in (points, moved))
    assert len(before & after) > 700  # by chance it would be 200


def test_more_picks_than_the_limit_are_all_drawn():
    points = crowd(1000, 0.1, 0.3)
    assert (
        downsample(points, 100).images.tolist()
        == np.flatnonzero(points["state"] == "picked").tolist()
    )
