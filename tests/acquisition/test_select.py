"""Selectors against the papers' rules in plain loops."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtal.acquisition.select import distance_to_labelled, farthest_first, top


def euclidean(a, b) -> float:
    return math.dist(a, b)


def cosine(a, b) -> float:
    return 1 - sum(x * y for x, y in zip(a, b, strict=True)) / (math.hypot(*a) * math.hypot(*b))


DISTANCES = {"euclidean": euclidean, "cosine": cosine}


def farthest_by_hand(points, covered, open_images, count, weight, distance):
    """Greedy k-centre with weights, as the papers state it."""
    apart = [[distance(a, b) for b in points.tolist()] for a in points.tolist()]
    taken, when_picked = [i for i, c in enumerate(covered) if c], []
    for _ in range(count):
        rest = [i for i in range(len(points)) if i not in taken and open_images[i]]
        gap = {i: min(apart[i][j] for j in taken) for i in rest}
        taken.append(max(rest, key=lambda i: weight[i] * gap[i]))
        when_picked.append(gap[taken[-1]])
    return taken[sum(covered) :], when_picked


@pytest.mark.parametrize("space", DISTANCES)
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("weighted", [False, True])
def test_greedy_picks_equal_the_plain_loops(space, seed, weighted):
    rng = np.random.default_rng(seed)
    points, covered = rng.normal(size=(120, 5)), np.arange(120) < 4
    open_images = ~covered & (rng.random(120) < 0.9)
    weight = rng.random(120) if weighted else np.ones(120)
    picked, when_picked = farthest_first(points, covered, open_images, 70, rng, weight, space)
    expected, gap = farthest_by_hand(points, covered, open_images, 70, weight, DISTANCES[space])
    assert picked.tolist() == expected
    np.testing.assert_allclose(when_picked, gap, rtol=1e-6, atol=1e-9)


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_greedy_picks_on_a_grid_full_of_ties_are_still_greedy(seed):
    """With ties any order may be right, so each pick is checked to be a best one."""
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 3, size=(40, 2)).astype(float)
    covered = np.arange(40) < 2
    picked, when_picked = farthest_first(points, covered, ~covered, 38, rng)
    assert sorted(picked.tolist()) == list(range(2, 40))
    taken = [0, 1]
    for choice, gap in zip(picked, when_picked, strict=True):
        rest = [i for i in range(40) if i not in taken]
        best = max(min(math.dist(points[i], points[j]) for j in taken) for i in rest)
        assert gap == pytest.approx(best, abs=1e-6)
        taken.append(int(choice))


def test_ties_fall_by_the_generator():
    points, covered = np.vstack([np.zeros(2), np.ones((20, 2))]), np.arange(21) < 1
    firsts = {
        int(farthest_first(points, covered, ~covered, 1, np.random.default_rng(seed))[0][0])
        for seed in range(30)
    }
    assert len(firsts) > 5


def test_equal_points_are_never_picked_twice():
    picked, _ = farthest_first(
        np.zeros((6, 3)), np.arange(6) < 1, np.arange(6) > 0, 5, np.random.default_rng(0)
    )
    assert sorted(picked.tolist()) == [1, 2, 3, 4, 5]


def test_an_image_of_weight_zero_comes_last():
    weight = np.array([0.0, 1.0, 1.0, 1.0])
    covered = np.array([False, True, False, False])
    assert (
        farthest_first(np.eye(4), covered, ~covered, 3, np.random.default_rng(0), weight)[0][-1]
        == 0
    )


def test_gap_needs_something_labelled():
    with pytest.raises(ValueError, match="at least one labelled"):
        distance_to_labelled(np.eye(3), np.zeros(3, bool), "euclidean")


@pytest.mark.parametrize("space", DISTANCES)
def test_gaps_equal_the_plain_loops(space):
    points, covered = np.random.default_rng(1).normal(size=(30, 4)), np.arange(30) < 7
    expected = [
        0.0 if covered[i] else min(DISTANCES[space](points[i], points[j]) for j in range(7))
        for i in range(30)
    ]
    np.testing.assert_allclose(distance_to_labelled(points, covered, space), expected, rtol=1e-6)


def test_top_takes_the_highest_allowed():
    score = np.array([5.0, 9.0, 1.0, 7.0, 7.0])
    allowed = np.array([True, False, True, True, True])
    picked = top(score, allowed, 3, np.random.default_rng(0))
    assert sorted(picked[:2].tolist()) == [3, 4]
    assert picked[2] == 0
