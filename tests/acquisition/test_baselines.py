"""The baselines against their papers' rules, written again as slow loops."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtal.acquisition import probcover as probcover_module
from mtal.acquisition import typiclust as typiclust_module
from mtal.acquisition.badge import seeds
from mtal.acquisition.clusters import by_turns
from mtal.acquisition.kmeans import clustered, distinct
from mtal.acquisition.partal import standardised
from mtal.acquisition.pool import Options, Pool
from mtal.acquisition.probcover import cover, pure_radius
from mtal.acquisition.registry import STRATEGIES
from mtal.acquisition.scores import ranks
from mtal.acquisition.trial_pools import TASKS, trial_pool
from mtal.acquisition.typiclust import typicality

seeded = pytest.mark.parametrize("seed", range(4))


def picked(name, pool, budget, seed=0):
    return STRATEGIES[name].pick(pool, budget, np.random.default_rng(seed), Options())


def free_of(pool):
    """Images with something left to label."""
    return [i for i in range(len(pool.labelled)) if any(pool.open_pairs[i])]


def rank_by_hand(values):
    """Image -> 1 + how many are higher, equal ones sharing the mean."""
    return {
        i: 1
        + sum(other > value for other in values.values())
        + (sum(other == value for other in values.values()) - 1) / 2
        for i, value in values.items()
    }


def whole_images_first_to_last(pool, order, budget):
    return [(i, k) for i in order for k in range(len(pool.tasks)) if pool.open_pairs[i, k]][:budget]


def assert_best_first(pool, pick, score, budget):
    """Whole images, none beaten by a later one; several orders may be right."""
    order = pick.images.tolist()
    assert [tuple(pair) for pair in pick.pairs.tolist()] == whole_images_first_to_last(
        pool, order, budget
    )
    rest = set(free_of(pool))
    for image in order:
        assert score[image] == pytest.approx(max(score[i] for i in rest))
        rest.remove(image)
    np.testing.assert_allclose(
        pick.table["score"], [score.get(i, math.nan) for i in range(len(pool.labelled))], rtol=1e-5
    )


@seeded
@pytest.mark.parametrize(
    ("name", "signal", "share"),
    [("rbal", "uncertainty", 1), ("ll4al", "predicted_loss", 1), ("equal", "equivariance", 3)],
)
def test_strategies_that_add_ranks(name, signal, share, seed):
    pool = trial_pool((signal,), partly=4, closed=0.3, seed=seed)
    tables = [rank_by_hand({i: float(pool[signal][i, k]) for i in free_of(pool)}) for k in range(3)]
    score = {i: -sum(table[i] for table in tables) / share for i in free_of(pool)}
    assert_best_first(pool, picked(name, pool, 20), score, 20)


@seeded
@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("equal-ss", "semseg"),
        ("equal-de", "depth"),
        ("equal-sn", "normals"),
        ("equal-ed", "edge"),
        ("equal-hps", "human_parts"),
        ("equal-se", "saliency"),
    ],
)
def test_equal_by_task_looks_at_one_column(name, task, seed):
    tasks = ("human_parts", "depth", "edge", "normals", "saliency", "semseg")
    pool = trial_pool(("equivariance",), tasks=tasks, seed=seed)
    score = {i: float(pool["equivariance"][i, tasks.index(task)]) for i in free_of(pool)}
    assert_best_first(pool, picked(name, pool, 20), score, 20)


@seeded
@pytest.mark.parametrize("name", ["entropy", "margin", "bald"])
def test_strategies_that_average(name, seed):
    pool = trial_pool((name,), partly=4, closed=0.3, seed=seed)
    score = dict.fromkeys(free_of(pool), 0.0)
    for k in range(3):
        column = [float(pool[name][i, k]) for i in score]
        for i in score:
            if max(column) > min(column):
                score[i] += (
                    (float(pool[name][i, k]) - min(column)) / (max(column) - min(column)) / 3
                )
    assert_best_first(pool, picked(name, pool, 20), score, 20)


@seeded
def test_partal_buys_the_pairs_that_stand_out_most_in_their_task(seed):
    pool = trial_pool(("uncertainty",), partly=6, closed=0.3, seed=seed)
    score = {}
    for k in range(3):
        column = {i: float(pool["uncertainty"][i, k]) for i in range(30) if pool.open_pairs[i, k]}
        mean = sum(column.values()) / len(column)
        deviation = math.sqrt(sum((value - mean) ** 2 for value in column.values()) / len(column))
        score |= {(i, k): (value - mean) / deviation for i, value in column.items()}
    pick = picked("partal", pool, 14)
    assert [tuple(pair) for pair in pick.pairs.tolist()] == sorted(
        score, key=score.get, reverse=True
    )[:14]
    for i in range(30):
        of_image = [value for (image, _), value in score.items() if image == i]
        assert pick.table["score"][i] == pytest.approx(
            max(of_image, default=math.nan), rel=1e-5, nan_ok=True
        )
    z = np.column_stack([pick.table[f"z.{task}"] for task in pool.tasks])
    np.testing.assert_array_equal(np.isfinite(z), pool.open_pairs)


def test_partal_leaves_images_in_part_and_completes_them_later():
    pool = trial_pool(("uncertainty",), images=20, labelled=4)
    labelled = pool.labelled.copy()
    for _ in range(4):
        pick = picked("partal", Pool(pool.tasks, labelled, pool.signals), 12)
        labelled[tuple(pick.pairs.T)] = True
        assert (labelled.any(axis=1) & ~labelled.all(axis=1)).any() == (not labelled.all())
    assert labelled.all()


def test_a_task_that_is_the_same_everywhere_stands_out_nowhere():
    z = standardised(np.full((5, 2), 3.0), np.ones((5, 2), bool))
    np.testing.assert_array_equal(z, 0)


@seeded
def test_core_set_takes_the_image_farthest_from_all_that_is_labelled(seed):
    pool = trial_pool(("shared",), seed=seed)
    points = pool["shared"].astype(float)
    centres = [i for i in range(30) if pool.labelled[i].any()]
    pick = picked("core-set", pool, 24)
    assert len(pick.images) == 8
    for image in pick.images:
        gap = {
            i: min(math.dist(points[i], points[j]) for j in centres)
            for i in range(30)
            if i not in centres
        }
        assert image == max(gap, key=gap.get)
        assert pick.table["score"][image] == pytest.approx(gap[image])
        centres.append(int(image))
    for i in set(range(30)) - set(centres):  # those left are ranked by what is left of their gap
        assert pick.table["score"][i] == pytest.approx(
            min(math.dist(points[i], points[j]) for j in centres)
        )


@seeded
def test_badge_draws_like_k_means_plus_plus(seed):
    pool = trial_pool(("gradient",), seed=seed)
    free = free_of(pool)
    gradient = pool["gradient"].astype(float)
    scale = [sum(math.hypot(*gradient[i, k]) for i in free) / len(free) for k in range(3)]
    g = {i: [value / scale[k] for k in range(3) for value in gradient[i, k]] for i in free}
    rng = np.random.default_rng(0)
    rng.permutation(free)  # which falls among equals
    order = [max(free, key=lambda i: math.hypot(*g[i]))]
    while len(order) < 8:
        weight = [min(math.dist(g[i], g[j]) ** 2 for j in order) for i in free]
        order.append(free[rng.choice(len(free), p=np.array(weight) / sum(weight))])
    assert picked("badge", pool, 24).images.tolist() == order


def test_badge_draws_by_squared_distance():
    """Points on a line: after the farthest, at 10, those at 0 and 5 are drawn as 100 to 25."""
    second = Counter(
        int(seeds(np.array([[0.0], [5.0], [10.0]]), 2, np.random.default_rng(seed))[1])
        for seed in range(2000)
    )
    assert second[0] / 2000 == pytest.approx(0.8, abs=0.03)
    assert second[2] == 0


def test_badge_takes_repetitions_only_when_nothing_else_is_left():
    order = seeds(np.array([[1.0], [1.0], [1.0], [3.0]]), 4, np.random.default_rng(0))
    assert order[0] == 3
    assert sorted(order.tolist()) == [0, 1, 2, 3]


def test_badge_gives_every_task_the_same_say():
    pool = trial_pool(("gradient",))
    other = Pool(
        pool.tasks,
        pool.labelled,
        {"gradient": pool["gradient"] * np.float32([[[1], [1024], [2**-7]]])},
    )
    np.testing.assert_array_equal(picked("badge", pool, 24).pairs, picked("badge", other, 24).pairs)


def typicality_by_hand(points, cluster, counted):
    result = {}
    for i in (i for i in range(len(points)) if counted[i]):
        near = sorted(
            math.dist(points[i], points[j])
            for j in range(len(points))
            if j != i and counted[j] and cluster[j] == cluster[i]
        )[:20]
        result[i] = len(near) / sum(near) if near else 0
    return result


@seeded
def test_typicality(seed):
    rng = np.random.default_rng(seed)
    points, cluster, counted = (
        rng.normal(size=(90, 3)),
        rng.integers(0, 5, 90) ** 2,
        rng.random(90) < 0.8,
    )
    cluster[np.flatnonzero(counted)[0]] = 99  # alone
    by_hand = typicality_by_hand(points, cluster, counted)
    np.testing.assert_allclose(
        typicality(points, cluster, counted), [by_hand.get(i, math.nan) for i in range(90)]
    )


@seeded
def test_typiclust_goes_to_the_largest_cluster_with_the_fewest_labels(seed, monkeypatch):
    rng = np.random.default_rng(seed)
    pool = trial_pool(("shared",), images=60, labelled=8, seed=seed)
    cluster = rng.choice([0, 1, 2, 3, 4, 5, 6], size=60, p=[0.3, 0.25, 0.17, 0.1, 0.1, 0.05, 0.03])
    asked = []
    monkeypatch.setattr(
        typiclust_module, "clustered", lambda points, count, rng: asked.append(count) or cluster
    )
    order = picked("typiclust", pool, 60).images.tolist()
    assert asked == [28]  # 8 labelled, 20 to pick
    covered = pool.labelled.any(axis=1)
    typical = typicality_by_hand(pool["shared"].astype(float), cluster, ~covered)
    labels, size = Counter(cluster[covered].tolist()), Counter(cluster.tolist())
    left = set(free_of(pool))
    for image in order:
        clusters = {int(cluster[i]) for i in left}
        large = {c for c in clusters if size[c] >= 5} or clusters
        fewest = {c for c in large if labels[c] == min(labels[c] for c in large)}
        largest = {c for c in fewest if size[c] == max(size[c] for c in fewest)}
        assert cluster[image] in largest
        assert typical[image] == pytest.approx(
            max(typical[i] for i in left if cluster[i] == cluster[image])
        )
        labels[int(cluster[image])] += 1
        left.remove(image)


def test_typiclust_never_asks_for_more_than_500_clusters(monkeypatch):
    pool, asked = trial_pool(("shared",), images=700, labelled=400), []
    monkeypatch.setattr(
        typiclust_module,
        "clustered",
        lambda points, count, rng: asked.append(count) or np.arange(len(points)) % count,
    )
    picked("typiclust", pool, 600)
    assert asked == [500]


def test_typiclust_finds_groups_without_a_label():
    """Five tight groups, one of them labelled: four picks, one in each other group."""
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(5), 12)
    points = np.eye(5)[group] * 50 + rng.normal(size=(60, 5))
    pool = Pool(TASKS[:1], (np.arange(60) == 0)[:, None], {"shared": points.astype(np.float32)})
    assert sorted(group[picked("typiclust", pool, 4).images].tolist()) == [1, 2, 3, 4]


def test_turns_end_when_nothing_is_left():
    nothing = by_turns(
        np.zeros(4, int),
        np.zeros(4),
        np.ones(4, bool),
        np.zeros(4, bool),
        3,
        np.random.default_rng(0),
    )
    assert len(nothing) == 0


@seeded
def test_clusters_are_the_same_for_the_same_seed_and_at_most_as_many_as_asked(seed):
    points = np.random.default_rng(seed).normal(size=(200, 4))
    for count in (3, 60):
        first, second = (clustered(points, count, np.random.default_rng(seed)) for _ in range(2))
        np.testing.assert_array_equal(first, second)
        assert len(np.unique(first)) <= count


@seeded
def test_different_rows_are_counted_up_to_what_is_asked_for(seed):
    rng = np.random.default_rng(seed)
    points = rng.integers(-1, 2, size=(60, 3)) * rng.choice([1.0, -1.0], size=(60, 1))  # has -0.0
    different = len({tuple(row) for row in points.tolist()})
    assert [distinct(points, most) for most in (1, 5, 60)] == [1, 5, different]


@seeded
def test_radius_of_probcover_is_the_largest_that_is_pure_enough(seed):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(60, 2))
    cluster = (points[:, 0] > 0).astype(int) + 2 * (points[:, 1] > 0)

    def purity(radius):
        pure = [
            all(
                cluster[i] == cluster[j]
                for j in range(60)
                if math.dist(points[i], points[j]) <= radius
            )
            for i in range(60)
        ]
        return sum(pure) / 60

    radius = pure_radius(points, cluster)
    assert purity(radius) >= 0.95
    assert purity(radius * (1 + 3e-6)) < 0.95


def test_one_cluster_makes_one_ball():
    assert pure_radius(np.eye(4), np.zeros(4)) == math.inf


@seeded
def test_probcover_holds_as_many_new_images_as_it_can(seed):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(70, 2))
    covered = rng.random(70) < 0.05
    open_images = ~covered & (rng.random(70) < 0.8)
    ball = [{j for j in range(70) if math.dist(points[i], points[j]) <= 0.4} for i in range(70)]
    held = set().union(*(ball[i] for i in range(70) if covered[i]))
    order, new, start, left = cover(points, 0.4, covered, open_images, 30, rng)
    assert start.tolist() == [len(ball[i] - held) for i in range(70)]
    assert len(order) == len(set(order.tolist())) == 30
    free = {i for i in range(70) if open_images[i]}
    for image, gain in zip(order.tolist(), new, strict=True):
        assert image in free
        assert gain == len(ball[image] - held) == max(len(ball[i] - held) for i in free)
        held |= ball[image]
        free.remove(image)
    assert left.tolist() == [len(ball[i] - held) for i in range(70)]


def test_probcover_clusters_finds_the_radius_and_covers(monkeypatch):
    pool = trial_pool(("shared",), images=60)
    cluster = np.arange(60) % 7
    monkeypatch.setattr(
        probcover_module, "clustered", lambda points, count, rng: cluster if count == 20 else None
    )
    pick = picked("probcover", pool, 30)
    points = pool["shared"].astype(float)
    radius = pure_radius(points, cluster)
    order, new, *_ = cover(
        points, radius, pool.covered, pool.open_images, 10, np.random.default_rng(0)
    )
    np.testing.assert_array_equal(pick.images, order)
    np.testing.assert_array_equal(pick.table["score"][order], new)


def test_blocks_change_no_count(monkeypatch):
    points = np.random.default_rng(0).normal(size=(50, 3))
    among = np.arange(50) % 3 == 0
    whole = probcover_module._count_within(points, among, 1.0)
    monkeypatch.setattr(probcover_module, "BLOCK", 40)
    np.testing.assert_array_equal(probcover_module._count_within(points, among, 1.0), whole)
    assert whole.tolist() == [
        sum(math.dist(points[i], points[j]) <= 1 for j in range(0, 50, 3)) for i in range(50)
    ]


def test_random_takes_every_image_equally_often():
    pool = trial_pool((), images=12, labelled=2)
    counts = Counter(
        image for seed in range(2000) for image in picked("random", pool, 9, seed).images.tolist()
    )
    assert set(counts) == set(free_of(pool))
    for count in counts.values():
        assert count / 2000 == pytest.approx(0.3, abs=0.04)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=25))
def test_ranks_with_many_ties(values):
    numbers, free = (np.array(column) for column in zip(*values, strict=True))
    by_hand = rank_by_hand({i: int(numbers[i]) for i in range(len(numbers)) if free[i]})
    np.testing.assert_array_equal(
        ranks(numbers[:, None].astype(float), free)[:, 0],
        [by_hand.get(i, math.nan) for i in range(len(numbers))],
    )


@settings(max_examples=40)
@given(
    st.integers(0, 10_000),
    st.integers(1, 90),
    st.sampled_from(sorted(set(STRATEGIES) - {"typiclust", "probcover"})),
)
def test_budget_is_spent_on_open_pairs_whatever_the_pool(seed, budget, name):
    rng = np.random.default_rng(seed)
    strategy = STRATEGIES[name]
    tasks = tuple(dict.fromkeys((*strategy.tasks, *TASKS)))[: int(rng.integers(2, 6))]
    pool = trial_pool(
        strategy.signals(),
        images=int(rng.integers(8, 40)),
        labelled=int(rng.integers(1, 8)),
        seed=seed,
        closed=float(rng.random()),
        tasks=tasks,
    )
    pairs = picked(name, pool, budget, seed).pairs
    assert (
        len({tuple(pair) for pair in pairs.tolist()})
        == len(pairs)
        == min(budget, pool.open_pairs.sum())
    )
    assert pool.open_pairs[tuple(pairs.T)].all()
