"""Near-duplicate groups: against every pair compared in plain loops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtal.acquisition import near_duplicates
from mtal.acquisition.near_duplicates import near_duplicate_groups


def slow_groups(points, most):
    """Compare every pair, and give both groups the smaller number until nothing changes."""
    group = list(range(len(points)))
    near = [
        (i, j)
        for i in range(len(points))
        for j in range(i)
        if 1 - points[i] @ points[j] / np.linalg.norm(points[i]) / np.linalg.norm(points[j]) <= most
    ]
    changed = True
    while changed:
        changed = False
        for i, j in near:
            if group[i] != group[j]:
                group[i] = group[j] = min(group[i], group[j])
                changed = True
    return group


@given(st.integers(0, 10_000), st.integers(1, 40), st.sampled_from([0.02, 0.1, 0.3, 0.7]))
def test_equals_every_pair_in_plain_loops(seed, images, most):
    rng = np.random.default_rng(seed)
    points = np.repeat(rng.normal(size=(images, 4)), 2, axis=0)
    points += rng.normal(size=points.shape) * rng.choice([0.01, 0.2, 1], size=(len(points), 1))
    points = points[rng.permutation(len(points))]
    assert near_duplicate_groups(points, most).tolist() == slow_groups(points, most)


def test_blocks_change_nothing(monkeypatch):
    points = np.random.default_rng(0).normal(size=(60, 3))
    whole = near_duplicate_groups(points, 0.05)
    monkeypatch.setattr(near_duplicates, "BLOCK", 130)
    assert near_duplicate_groups(points, 0.05).tolist() == whole.tolist()
    assert 1 < len(set(whole)) < 60


def test_brightness_of_the_whole_feature_does_not_count():
    points = np.random.default_rng(0).normal(size=(5, 8))
    assert near_duplicate_groups(np.concatenate([points, 3 * points]), 1e-5).tolist() == [
        *range(5),
        *range(5),
    ]


def test_an_empty_pool_a_feature_of_zeros_and_what_is_no_number():
    assert near_duplicate_groups(np.empty((0, 4)), 0.1).tolist() == []
    assert near_duplicate_groups(np.zeros((2, 4)), 0.1).tolist() == [0, 1]
    with pytest.raises(ValueError, match="1 features of images are not finite"):
        near_duplicate_groups(np.array([[1.0, np.nan], [1, 1]]), 0.1)
