"""Limits on a batch: every strategy keeps them, spends its budget, and repeats itself."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from mtal.acquisition.pool import Options, Pick, Pool, whole_images
from mtal.acquisition.registry import STRATEGIES
from mtal.acquisition.trial_pools import TASKS, trial_pool, trial_pools
from mtal.engine.stages.limits import Limits, pick_within, within
from mtal.engine.stages.pick import PickRequest

each = pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=lambda strategy: strategy.name)


def request_of(strategy, pool, budget, limits=None):
    return PickRequest(pool, budget, (3, 1, 4), Options(), limits or Limits())


def beyond(images, pool, limits):
    """Count the images of a batch that break the limits, in plain loops."""
    held, count, wrong = set(np.flatnonzero(pool.labelled.any(axis=1)).tolist()), Counter(), 0
    for image in images.tolist():
        twins = set()
        if limits.duplicates is not None and image not in held:
            twins = {j for j in held if limits.duplicates[j] == limits.duplicates[image]}
        if limits.sequences is not None:
            count[limits.sequences[image]] += 1
        over = count[limits.sequences[image]] > limits.most_per_sequence if count else False
        wrong += bool(twins or over)
        held.add(image)
    return wrong


def random_limits(images, seed):
    rng = np.random.default_rng(seed)
    groups, walks = rng.integers(0, images * 2 // 3, images), rng.integers(0, images // 3, images)
    return {
        "near-duplicates": Limits(groups),
        "sequences": Limits(None, walks, 2),
        "both": Limits(groups, walks, 1),
    }


@each
@pytest.mark.parametrize("budget", [1, 7, 12, 40, 1000])
def test_every_strategy_keeps_the_limits_as_long_as_anything_is_left(strategy, budget):
    for kind, pool in trial_pools(strategy).items():
        for name, limits in random_limits(len(pool.labelled), budget).items():
            pick = request_of(strategy, pool, budget, limits).pick_by(strategy)
            available = int(pool.open_pairs.sum())
            assert len(pick.pairs) == min(budget, available), (kind, name)
            assert len(np.unique(pick.pairs, axis=0)) == len(pick.pairs)
            assert pool.open_pairs[tuple(pick.pairs.T)].all()
            wrong = beyond(pick.images, pool, limits)
            if wrong:  # then nothing was left within the limits before
                kept = [
                    image
                    for row, image in enumerate(pick.images)
                    if not beyond(pick.images[: row + 1], pool, limits)
                ]
                before = pick.pairs[np.isin(pick.pairs[:, 0], kept)]
                assert not within(limits, pool, before).open_pairs.any(), (kind, name)


@each
def test_the_same_seed_gives_the_same_and_no_limit_what_the_strategy_picks(strategy):
    for pool in trial_pools(strategy).values():
        limits = random_limits(len(pool.labelled), 1)["both"]
        first, second = (request_of(strategy, pool, 20, limits).pick_by(strategy) for _ in range(2))
        assert np.array_equal(first.pairs, second.pairs)
        plain = strategy.pick(pool, 20, np.random.default_rng((3, 1, 4)), Options())
        free = request_of(strategy, pool, 20).pick_by(strategy)
        alone = Limits(np.arange(len(pool.labelled)), np.arange(len(pool.labelled)), 1)
        loose = request_of(strategy, pool, 20, alone).pick_by(strategy)
        for other in (free, loose):
            assert other.pairs.tolist() == plain.pairs.tolist()
            assert list(other.table) == list(plain.table)


@each
def test_whole_images_stay_whole_but_for_the_last(strategy):
    pool = trial_pools(strategy)["whole images"]
    if strategy.name == "partal":
        pytest.skip("it picks single labels")
    limits = random_limits(len(pool.labelled), 5)["near-duplicates"]
    pick = request_of(strategy, pool, 13, limits).pick_by(strategy)
    times = Counter(pick.pairs[:, 0].tolist())
    assert [times[image] for image in pick.images.tolist()] == [3, 3, 3, 3, 1]


def by_number(pool, budget, turns):
    """A strategy that takes the open images with the lowest numbers; it notes its turns."""

    def ask(pool, budget, turn):
        turns.append((turn, budget, np.flatnonzero(pool.open_images).tolist()))
        order = np.flatnonzero(pool.open_images)
        score = np.where(pool.open_images, -np.arange(len(pool.labelled)), np.nan)
        return Pick(whole_images(order, pool)[:budget], {"score": score})

    return ask


def one_task_pool(images, labelled=()):
    mask = np.zeros((images, 1), bool)
    mask[list(labelled)] = True
    return Pool(("a",), mask, {})


def test_turns_as_they_are_described():
    """Image 0 is labelled; 1 is its twin, 2 and 3 are twins, 4 and 5 are free."""
    turns, pool = [], one_task_pool(6, labelled=[0])
    limits = Limits(np.array([0, 0, 2, 2, 4, 5]))
    pick = pick_within(limits, pool, 4, by_number(pool, 4, turns))
    assert pick.images.tolist() == [2, 4, 5, 1]
    assert turns == [(0, 4, [1, 2, 3, 4, 5]), (1, 2, [5]), (2, 1, [1, 3])]
    assert pick.table["score"].tolist()[1:] == [-1, -2, -3, -4, -5]


def test_an_image_labelled_in_part_may_be_completed_beside_its_twins():
    pool = Pool(("a", "b"), np.array([[1, 1], [1, 0], [0, 0], [0, 0]], bool), {})
    limits = Limits(np.array([0, 0, 0, 3]))
    pick = pick_within(limits, pool, 3, by_number(pool, 3, []))
    assert pick.pairs.tolist() == [[1, 1], [3, 0], [3, 1]]


def test_what_the_limits_exclude_has_no_rank():
    strategy = STRATEGIES["entropy"]
    pool = trial_pool(strategy.signals(), tasks=TASKS[:3])
    twins = Limits(np.arange(len(pool.labelled)) // 2 * 2)
    request = request_of(strategy, pool, 12, twins)
    pick = request.pick_by(strategy)
    rank = request.ranking(pick)
    assert rank[pick.images].tolist() == [1, 2, 3, 4]
    held = set(twins.duplicates[pool.labelled.any(axis=1)]) | set(twins.duplicates[pick.images])
    others = np.setdiff1d(np.flatnonzero(pool.open_images), pick.images)
    for image in others:
        assert (rank[image] == 0) == (twins.duplicates[image] in held)
    assert sorted(rank[rank > 0]) == list(range(1, np.count_nonzero(rank) + 1))
    free = replace(request, limits=Limits())
    assert (free.ranking(pick)[others] > 0).all()
