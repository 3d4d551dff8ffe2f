"""The lazy greedy rule: its bounds, against true scores, and how few of them it updates."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtal.acquisition.distances import nearest_per_task
from mtal.acquisition.lazy_greedy import REFRESH, LazyGreedy


def greedy_of(points, labelled, open_pairs, weight):
    turn = np.arange(len(points))
    return LazyGreedy(points, labelled, open_pairs, weight, turn, "euclidean")


def true_scores(points, centres, open_pairs, weight):
    """(N,) weight x distance to the nearest centre, the mean over the open tasks."""
    distance = np.where(open_pairs, nearest_per_task(points, centres, "euclidean"), 0)
    return weight * distance.sum(axis=1) / np.maximum(open_pairs.sum(axis=1), 1)


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_no_score_is_above_its_bound_and_every_pick_has_the_highest(seed):
    rng = np.random.default_rng(seed)
    points, weight = rng.normal(size=(60, 3)), rng.random(60)
    centres = rng.random((60, 2)) < 0.2
    centres[:2] = np.eye(2, dtype=bool)
    open_pairs = ~centres & (rng.random((60, 2)) < 0.9)
    can_be_picked = open_pairs.any(axis=1)
    greedy = greedy_of(points, centres, open_pairs, weight)
    for _ in range(int(can_be_picked.sum())):
        left = np.flatnonzero(can_be_picked)
        scores = true_scores(points, centres, open_pairs, weight)[left]
        assert (greedy.bound[left] >= scores - 1e-9).all()
        index, _ = greedy.pick()
        assert scores[left == index] == pytest.approx(scores.max())
        centres[index] |= open_pairs[index]
        can_be_picked[index] = False


def test_points_far_below_the_top_are_never_updated():
    """A crowd beside the labelled point, and a few points far away: only these are looked at."""
    rng = np.random.default_rng(0)
    crowd, far = rng.normal(size=(2000, 2)), 1000 * rng.normal(size=(20, 2))
    points = np.vstack([crowd, far])
    labelled = (np.arange(len(points)) == 0)[:, None]
    greedy = greedy_of(points, labelled, ~labelled, np.ones(len(points)))
    picked = {greedy.pick()[0] for _ in range(20)}
    assert picked == set(range(2000, 2020))
    assert (greedy.picks_seen > 0).sum() <= REFRESH + 20


def test_a_pick_too_many_is_an_error():
    points = np.arange(4.0)[:, None]
    labelled = (np.arange(4) == 0)[:, None]
    greedy = greedy_of(points, labelled, ~labelled, np.ones(4))
    assert {greedy.pick()[0] for _ in range(3)} == {1, 2, 3}
    with pytest.raises(ValueError, match="picked already"):
        greedy.pick()


def test_a_point_without_weight_comes_last_where_nothing_is_labelled():
    """Without a centre all distances are infinite, and 0 x infinity is no number."""
    points = np.arange(3.0)[:, None]
    labelled = np.zeros((3, 1), dtype=bool)
    greedy = greedy_of(points, labelled, ~labelled, np.array([0.0, 1.0, 1.0]))
    assert [greedy.pick()[0] for _ in range(3)] == [1, 2, 0]
