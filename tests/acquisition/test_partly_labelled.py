"""Diversity in pools that are labelled in part, against plain loops, and its properties."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtal.acquisition.pool import Options, Pool
from mtal.acquisition.registry import STRATEGIES
from mtal.acquisition.select import diversity, k_centre
from mtal.acquisition.trial_pools import trial_pool

TASKS = ("a", "b", "c")


def by_hand(points, pool):
    """Mean, over the tasks that an image lacks, of its distance to the nearest labelled one."""
    result = []
    for i in range(len(points)):
        lacks = [k for k in range(len(pool.tasks)) if pool.open_pairs[i, k]]
        gaps = [
            min(math.dist(points[i], points[j]) for j in range(len(points)) if pool.labelled[j, k])
            for k in lacks
        ]
        result.append(sum(gaps) / len(gaps) if gaps else 0.0)
    return np.array(result)


def partly(seed, images=30, share=0.3, closed=0.1):
    """Points and a pool in which every task has a label."""
    rng = np.random.default_rng(seed)
    labelled = rng.random((images, len(TASKS))) < share
    labelled[rng.permutation(images)[:3], range(3)] = True
    return rng.normal(size=(images, 4)), Pool(
        TASKS, labelled, {}, (rng.random(labelled.shape) < closed) & ~labelled
    )


@pytest.mark.parametrize("seed", range(10))
def test_diversity_equals_the_plain_loops(seed):
    points, pool = partly(seed)
    np.testing.assert_allclose(
        diversity(points, pool, "euclidean"), by_hand(points, pool), rtol=1e-6
    )


@pytest.mark.parametrize("seed", range(5))
def test_where_images_are_labelled_whole_it_is_the_distance_to_the_nearest_labelled_one(seed):
    points, _ = partly(seed)
    whole = np.arange(30) % 5 == 0
    pool = Pool(TASKS, np.repeat(whole[:, None], 3, axis=1), {})
    expected = [
        0.0 if whole[i] else min(math.dist(points[i], points[j]) for j in range(0, 30, 5))
        for i in range(30)
    ]
    np.testing.assert_allclose(diversity(points, pool, "euclidean"), expected, rtol=1e-6)


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.sampled_from(["euclidean", "cosine"]))
def test_a_label_never_makes_another_image_more_diverse_and_only_near_it_less(seed, space):
    """No jump: not when the first image becomes complete, not when the last one does."""
    points, pool = partly(seed, closed=0)
    image, task = np.random.default_rng(seed).permutation(np.argwhere(pool.open_pairs))[0]
    labelled = pool.labelled.copy()
    labelled[image, task] = True
    before, after = (
        diversity(points, pool, space),
        diversity(points, Pool(TASKS, labelled, {}), space),
    )
    others = np.arange(30) != image
    assert (after[others] <= before[others] + 1e-9).all()
    kept = others & ~pool.open_pairs[:, task]  # who has that task labelled looks at the others only
    np.testing.assert_allclose(after[kept], before[kept], atol=1e-9)
    if space == "euclidean":
        apart = np.linalg.norm(points - points[image], axis=1)
        changed = others & (after < before - 1e-9)
        assert (
            apart[changed] <= before[changed] * pool.open_pairs[changed].sum(axis=1) + 1e-6
        ).all()


@pytest.mark.parametrize("seed", range(5))
def test_greedy_picks_equal_the_plain_loops(seed):
    points, pool = partly(seed, images=40)
    weight = np.random.default_rng(seed + 50).random(40) + 0.1
    pairs, at_start, after = k_centre(points, pool, 37, np.random.default_rng(0), weight)
    np.testing.assert_allclose(at_start, by_hand(points, pool), rtol=1e-6)
    labelled, batch, when_picked = pool.labelled.copy(), [], {}
    while len(batch) < 37:
        now = Pool(TASKS, labelled, {}, pool.closed)
        gap = by_hand(points, now)
        best = max(np.flatnonzero(now.open_images), key=lambda i, gap=gap: weight[i] * gap[i])
        tasks = np.flatnonzero(now.open_pairs[best])[: 37 - len(batch)]
        batch += [(best, task) for task in tasks]
        when_picked[best] = gap[best]
        labelled[best, tasks] = True
    assert pairs.tolist() == [list(map(int, pair)) for pair in batch]
    expected = by_hand(points, Pool(TASKS, labelled, {}, pool.closed))
    for image, gap in when_picked.items():
        expected[image] = gap
    np.testing.assert_allclose(after, expected, rtol=1e-6)


def test_images_that_all_have_one_task_are_still_spread_out():
    """Depth from a sensor for every image, two complete: of two copies one is picked."""
    group = np.repeat(np.arange(6), 2)
    points = np.eye(6)[group] * 5 + 1e-3 * np.random.default_rng(0).normal(size=(12, 6))
    labelled = np.zeros((12, 2), bool)
    labelled[:, 0] = labelled[:2, 1] = True
    pairs, *_ = k_centre(
        points, Pool(("depth", "semseg"), labelled, {}), 5, np.random.default_rng(0)
    )
    assert sorted(group[pairs[:, 0]].tolist()) == [1, 2, 3, 4, 5]


def test_a_task_that_nobody_has_labelled_has_nothing_to_be_far_from():
    labelled = np.zeros((4, 2), bool)
    labelled[0, 0] = True
    with pytest.raises(ValueError, match="at least one labelled image of depth"):
        diversity(np.eye(4), Pool(("semseg", "depth"), labelled, {}), "euclidean")
    closed = np.zeros((4, 2), bool)
    closed[:, 1] = True  # nobody can buy it either
    assert diversity(
        np.eye(4), Pool(("semseg", "depth"), labelled, {}, closed), "euclidean"
    ).tolist() == [0, *[pytest.approx(math.sqrt(2))] * 3]


@pytest.mark.parametrize("name", ["ours", "core-set", "typiclust", "probcover"])
def test_one_complete_image_changes_few_picks(name):
    """40 images have their first task; completing one of them must not change most picks."""
    strategy = STRATEGIES[name]
    pool = trial_pool(strategy.signals(), images=60, labelled=0, partly=40)
    labelled = pool.labelled.copy()
    labelled[np.flatnonzero(~labelled.any(axis=1))[:2], [1, 2]] = True  # no image complete
    complete = labelled.copy()
    first = np.flatnonzero(labelled[:, 0])[0]
    complete[first] = True
    picks = [
        set(
            strategy.pick(
                Pool(pool.tasks, state, pool.signals), 24, np.random.default_rng(0), Options()
            ).images.tolist()
        )
        for state in (labelled, complete)
    ]
    assert len(picks[0] & picks[1]) >= 0.5 * len(picks[0])
