"""Matching of boundary pixels against an assignment of least cost, and a count that is wrong."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from mtal.tasks.edge_matching import count_matches, near_pairs


def assigned_by_cost(predicted, true, radius, outlier=100):
    """Pairs in the least-cost assignment of BSDS.

    A pair costs its distance, a pixel without a partner `outlier` radii.
    """
    a, b = np.argwhere(predicted), np.argwhere(true)
    if not len(a) or not len(b):
        return 0
    far = 1e9
    cost = np.full((len(a) + len(b),) * 2, far)
    gap = cdist(a, b)
    cost[: len(a), : len(b)] = np.where(gap <= radius, gap, far)
    np.fill_diagonal(cost[: len(a), len(b) :], outlier * radius)  # a predicted pixel alone
    np.fill_diagonal(cost[len(a) :, : len(b)], outlier * radius)  # a true pixel alone
    cost[len(a) :, len(b) :] = 0
    rows, columns = linear_sum_assignment(cost)
    return int(((rows < len(a)) & (columns < len(b))).sum())


def naive_count(predicted, true, radius):
    """Predicted pixels with any true pixel near: what a distance transform would count."""
    a, b = np.argwhere(predicted), np.argwhere(true)
    return int((cdist(a, b).min(axis=1) <= radius).sum())


@given(
    seed=st.integers(0, 10**6),
    height=st.integers(1, 12),
    width=st.integers(1, 12),
    share=st.floats(0.02, 0.7),
    radius=st.sampled_from([1.0, 1.5, 2.2, 3.0]),
)
@settings(max_examples=150)
def test_as_many_pairs_as_the_assignment_of_least_cost(seed, height, width, share, radius):
    rng = np.random.default_rng(seed)
    predicted, true = rng.random((height, width)) < share, rng.random((height, width)) < share / 2
    assert count_matches(predicted, near_pairs(true, radius)) == assigned_by_cost(
        predicted, true, radius
    )


def test_one_true_pixel_is_used_once():
    """A mere tolerance would call three predicted pixels next to one true pixel right."""
    predicted, true = np.zeros((2, 5, 5), dtype=bool)
    predicted[2, 1:4], true[2, 2] = True, True
    assert naive_count(predicted, true, 1.0) == 3
    assert count_matches(predicted, near_pairs(true, 1.0)) == 1


def test_a_double_line_matches_only_once():
    predicted, true = np.zeros((2, 8, 20), dtype=bool)
    predicted[[2, 4]], true[3] = True, True
    assert naive_count(predicted, true, 2.0) == 40
    assert count_matches(predicted, near_pairs(true, 2.0)) == 20


def test_taking_the_nearest_first_would_lose_a_pair():
    predicted, true = np.zeros((2, 1, 6), dtype=bool)
    predicted[0, [1, 2]], true[0, [2, 4]] = True, True  # 2 lies on 2, but 1 can only have 2
    assert count_matches(predicted, near_pairs(true, 2.0)) == 2


@pytest.mark.parametrize(("shift", "matched"), [(0, 10), (2, 10), (3, 0)])
def test_the_radius_is_where_matching_ends(shift, matched):
    predicted, true = np.zeros((2, 10, 10), dtype=bool)
    true[:, 2], predicted[:, 2 + shift] = True, True
    assert count_matches(predicted, near_pairs(true, 2.2)) == matched


def test_empty_maps():
    empty, full = np.zeros((3, 4), dtype=bool), np.ones((3, 4), dtype=bool)
    assert (
        count_matches(empty, near_pairs(full, 2)) == count_matches(full, near_pairs(empty, 2)) == 0
    )
    assert count_matches(full, near_pairs(full, 2)) == 12


def test_dense_maps_take_no_exponential_time():
    """Where SciPy's maximum_bipartite_matching did not come back within minutes."""
    rng = np.random.default_rng(0)
    true, predicted = rng.random((200, 260)) < 0.06, rng.random((200, 260)) < 0.08
    started = time.perf_counter()
    count = count_matches(predicted, near_pairs(true, 8.8))
    assert time.perf_counter() - started < 5
    assert 0.95 * true.sum() < count <= true.sum()
