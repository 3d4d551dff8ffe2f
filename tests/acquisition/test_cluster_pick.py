"""Coverage and CLUE against their rules in plain loops, given the clusters."""

import math
from dataclasses import replace

import numpy as np
import pytest

from mtal.acquisition import cluster_pick
from mtal.acquisition.clue import image_weights
from mtal.acquisition.cluster_pick import pick_by_clusters
from mtal.acquisition.pool import Options, Pool, ranking
from mtal.acquisition.registry import STRATEGIES
from mtal.acquisition.select import most_images
from mtal.acquisition.trial_pools import trial_pool

seeded = pytest.mark.parametrize("seed", range(4))


def by_hand(points, cluster, centres, pool, weight):
    """The order in which the rule offers all open images, one by one."""
    images = range(len(points))
    labels = {
        c: sum(1 for i in images if cluster[i] == c and pool.covered[i]) for c in set(cluster)
    }
    heavy = {c: sum(weight[i] for i in images if cluster[i] == c) for c in set(cluster)}
    left = [i for i in images if pool.open_images[i]]
    order = []
    while left:
        clusters = {cluster[i] for i in left}
        fewest = min(labels[c] for c in clusters)
        chosen = max((c for c in clusters if labels[c] == fewest), key=heavy.__getitem__)
        nearest = min(
            (i for i in left if cluster[i] == chosen),
            key=lambda i: math.dist(points[i], centres[chosen]),
        )
        order.append(nearest)
        left.remove(nearest)
        labels[chosen] += 1
    return order


@seeded
def test_the_order_equals_the_plain_loops(seed, monkeypatch):
    rng = np.random.default_rng(seed)
    pool = trial_pool(("frozen",), images=60, labelled=8, partly=6, closed=0.2, seed=seed)
    points, weight = pool["frozen"].astype(float), rng.random(60) + 0.1
    cluster, centres, asked = rng.integers(0, 12, 60), rng.normal(size=(12, 10)), []

    def clusters(points, count, rng, weight):
        asked.append((count, weight))
        return cluster, centres

    monkeypatch.setattr(cluster_pick, "cluster_centres", clusters)
    pick = pick_by_clusters(points, pool, 30, np.random.default_rng(0), weight)
    assert asked == [(pool.covered.sum() + most_images(pool, 30), weight)]
    order = by_hand(points.tolist(), cluster.tolist(), centres.tolist(), pool, weight.tolist())
    assert pick.images.tolist() == order[: len(pick.images)]
    ranks = ranking(pick, pool)
    assert [ranks[i] for i in order] == list(range(1, len(order) + 1))


@seeded
def test_without_weights_all_images_weigh_the_same(seed):
    pool = trial_pool(("frozen",), images=60, labelled=8, seed=seed)
    first, second = (
        pick_by_clusters(pool["frozen"], pool, 30, np.random.default_rng(seed), weight)
        for weight in (None, np.ones(60))
    )
    np.testing.assert_array_equal(first.pairs, second.pairs)


def groups(count=6, each=10, seed=0):
    """Points (N, 8) in tight groups far apart, and the group of each."""
    group = np.repeat(np.arange(count), each)
    noise = np.random.default_rng(seed).normal(size=(count * each, 8))
    return (np.eye(count, 8)[group] * 60 + noise).astype(np.float32), group


def pool_of(points, labelled, **signals):
    mask = np.zeros((len(points), 2), bool)
    mask[labelled] = True
    return Pool(("semseg", "depth"), mask, {"frozen": points, "shared": points, **signals})


def test_coverage_takes_one_image_from_the_middle_of_each_group_without_a_label():
    points, group = groups()
    pool = pool_of(points, [0, 15])
    pick = STRATEGIES["coverage"].pick(pool, 8, np.random.default_rng(0), Options())
    assert sorted(group[pick.images].tolist()) == [2, 3, 4, 5]
    for image in pick.images:
        middle = points[group == group[image]].mean(axis=0)
        distances = np.linalg.norm(points - middle, axis=1)
        assert image == np.argmin(distances)


def test_coverage_takes_the_largest_groups_first():
    points, group = groups()
    pool = pool_of(points[:55], [0])  # the last group has five images only
    pick = STRATEGIES["coverage"].pick(pool, 10, np.random.default_rng(0), Options())
    assert group[pick.images][-1] == 5


def test_coverage_leaves_an_outlier_that_k_centre_takes_first():
    points, _ = groups(3)
    points[7] += 1000
    pool = pool_of(points, [0, 15, 25])
    budget = 6
    far = STRATEGIES["core-set"].pick(pool, budget, np.random.default_rng(0), Options())
    near = STRATEGIES["coverage"].pick(pool, budget, np.random.default_rng(0), Options())
    assert far.images[0] == 7
    assert near.images[-1] == 7 or 7 not in near.images


@seeded
def test_weights_of_clue_are_a_mean_over_tasks_in_multiples_of_the_mean(seed):
    rng = np.random.default_rng(seed)
    scores, opened = rng.gamma(2, size=(20, 3)) * [1, 100, 0.01], rng.random(20) < 0.7
    expected = []
    for i in range(20):
        parts = []
        for k in range(3):
            column = [scores[j, k] for j in range(20) if opened[j]]
            parts.append(scores[i, k] / (sum(column) / len(column)))
        expected.append(sum(parts) / 3)
    np.testing.assert_allclose(image_weights(scores, opened), expected)
    np.testing.assert_array_equal(image_weights(np.zeros((20, 3)), opened), 1)


def test_clue_takes_the_uncertain_side_of_a_group():
    """Two images on one side of every group are uncertain, so its centre lies between them."""
    points, group = groups(4, 12)
    points[np.arange(48) % 12 >= 10, -1] += 8
    uncertainty = np.full((48, 2), 1e-3, np.float32)
    uncertain = np.flatnonzero(np.arange(48) % 12 >= 10)
    uncertainty[uncertain] = 5
    pool = pool_of(points, [0], uncertainty=uncertainty)
    pick = STRATEGIES["clue"].pick(pool, 6, np.random.default_rng(0), Options())
    assert sorted(group[pick.images].tolist()) == [1, 2, 3]
    assert np.isin(pick.images, uncertain).all()


def test_with_equal_weights_clue_is_coverage_in_its_space():
    points, _ = groups(5, 9, seed=3)
    pool = pool_of(points, [0, 20], uncertainty=np.full((45, 2), 0.7, np.float32))
    own = STRATEGIES["clue"].pick(pool, 12, np.random.default_rng(5), Options())
    plain = STRATEGIES["coverage"].pick(pool, 12, np.random.default_rng(5), Options())
    np.testing.assert_array_equal(own.pairs, plain.pairs)


@pytest.mark.parametrize("name", ["coverage", "clue", "trust-weighted", "core-set", "typiclust"])
@pytest.mark.parametrize("source", ["auto-encoder", "task features", "shared", "frozen"])
def test_diversity_is_measured_in_the_space_that_the_setting_names(name, source):
    strategy, options = STRATEGIES[name], replace(Options(), embedding_source=source)
    signal = options.embedding("none")
    assert signal in strategy.signals(options)
    pool = trial_pool(strategy.signals(options), images=40)
    spread = replace(pool, signals=pool.signals | {signal: 100 * pool[signal] ** 3})
    first, second = (
        strategy.pick(some, 24, np.random.default_rng(0), options).images.tolist()
        for some in (pool, spread)
    )
    assert first != second
