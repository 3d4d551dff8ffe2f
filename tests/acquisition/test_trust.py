"""Trust in a score, against plain loops; and what trust-weighted makes of it."""

import math
import statistics
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from mtal.acquisition.pool import Options, PastBatch
from mtal.acquisition.registry import STRATEGIES
from mtal.acquisition.trial_pools import trial_past, trial_pool
from mtal.acquisition.trust import MOST, trust_per_task, trusted_weight

TRUST_WEIGHTED, COVERAGE = STRATEGIES["trust-weighted"], STRATEGIES["coverage"]


def batch(order, images=30, tasks=1, noise=0.5, seed=0):
    """A batch whose scores order its losses: by 1 well, by 0 not at all, by -1 reversed."""
    rng = np.random.default_rng(seed)
    losses = rng.normal(size=(images, tasks))
    return PastBatch(order * losses + noise * rng.normal(size=losses.shape), losses)


def trust_by_hand(past, task):
    z, variances, weights = [], [], []
    for age, earlier in enumerate(past[::-1]):
        rows = [
            (s, loss)
            for s, loss in zip(earlier.scores[:, task], earlier.losses[:, task], strict=True)
            if not (math.isnan(s) or math.isnan(loss))
        ]
        if len(rows) < 4:
            continue
        rho = float(spearmanr(*zip(*rows, strict=True)).statistic)
        most = 1 - 1 / len(rows)  # as much as so many images can stand for
        rho = max(-most, min(most, rho))
        z.append(math.atanh(rho))
        variances.append((1 + rho**2 / 2) / (len(rows) - 3))
        weights.append((len(rows) - 3) / 2**age)
    total = sum(weights)
    shares = [weight / total for weight in weights]
    mean = sum(share * value for share, value in zip(shares, z, strict=True))
    variance = sum(share**2 * value for share, value in zip(shares, variances, strict=True))
    return max(0.0, math.tanh(mean - math.sqrt(variance)))


@pytest.mark.parametrize("seed", range(4))
def test_trust_equals_the_plain_loops(seed):
    rng = np.random.default_rng(seed)
    past = []
    for number in range(4):
        earlier = batch(1, images=10 + 3 * number, tasks=3, noise=1, seed=10 * seed + number)
        losses = np.where(rng.random(earlier.losses.shape) < 0.3, np.nan, earlier.losses)
        past.append(replace(earlier, losses=losses))
    by_hand = [trust_by_hand(past, task) for task in range(3)]
    np.testing.assert_allclose(trust_per_task(past, 3), by_hand)
    assert max(by_hand) > 0


def test_without_evidence_there_is_no_trust():
    assert trust_per_task((), 3).tolist() == [0, 0, 0]
    few = PastBatch(np.arange(3.0)[:, None], np.arange(3.0)[:, None])
    constant = PastBatch(np.ones((20, 1)), np.arange(20.0)[:, None])
    missing = PastBatch(np.full((20, 1), np.nan), np.arange(20.0)[:, None])
    for past in ([few], [constant], [missing]):
        assert trust_per_task(past, 1).tolist() == [0]


def test_a_score_that_misleads_has_no_trust_and_one_that_is_right_has_much():
    assert trust_per_task([batch(-1)], 1)[0] == 0
    assert trust_per_task([batch(1)], 1)[0] > 0.6
    assert trust_per_task([batch(1, noise=0)], 1)[0] > 0.9  # a perfect order is no error


def test_chance_earns_little_trust():
    """The standard error is taken off, so a score by chance has trust 0 most of the time."""
    trust = [trust_per_task([batch(0, seed=seed)], 1)[0] for seed in range(200)]
    assert sum(value == 0 for value in trust) > 150
    assert statistics.mean(trust) < 0.05


def test_trust_grows_with_the_images_that_say_the_same():
    few, many = (trust_per_task([batch(1, images=n, noise=1)], 1)[0] for n in (30, 3000))
    again = trust_per_task([batch(1, noise=1)] * 3, 1)[0]
    assert few < again
    assert few < many


def test_the_last_batch_counts_most():
    good, bad = batch(1), batch(-1)
    assert trust_per_task([bad, good], 1)[0] > 0
    assert trust_per_task([good, bad], 1)[0] == 0


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(1, 5))
def test_weights_lie_between_one_less_g_and_one(seed, tasks):
    rng = np.random.default_rng(seed)
    ranked = rng.random((20, tasks))
    ranked[:4] = np.nan
    trust = rng.random(tasks) * (rng.random(tasks) < 0.6)
    weight = trusted_weight(ranked, trust)
    g = min(MOST, trust.mean())
    assert (weight >= 1 - g - 1e-12).all()
    assert (weight <= 1 + 1e-12).all()
    np.testing.assert_allclose(weight[:4], 1 - g)
    by_hand = [
        (1 - g) + g * sum(t * r for t, r in zip(trust, row, strict=True)) / max(trust.sum(), 1e-9)
        for row in ranked[4:].tolist()
    ]
    np.testing.assert_allclose(weight[4:], by_hand)


def test_a_task_without_trust_has_no_say():
    ranked = np.random.default_rng(0).random((20, 3))
    other = ranked.copy()
    other[:, 1] = 1 - other[:, 1]
    trust = np.array([0.4, 0, 0.2])
    np.testing.assert_array_equal(trusted_weight(ranked, trust), trusted_weight(other, trust))


def pick(strategy, pool, **settings):
    options = replace(Options(), **settings)
    return strategy.pick(pool, 24, np.random.default_rng(3), options)


def pool_with(past, seed=0):
    pool = trial_pool(("committee", "frozen"), images=50, labelled=8, partly=4, seed=seed)
    return replace(pool, past=tuple(past))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("past", [(), [batch(-1, tasks=3)], [batch(-1, tasks=3)] * 3])
def test_without_trust_it_picks_exactly_what_coverage_picks(seed, past):
    pool = pool_with(past, seed)
    own, plain = pick(TRUST_WEIGHTED, pool), pick(COVERAGE, pool)
    np.testing.assert_array_equal(own.pairs, plain.pairs)
    np.testing.assert_array_equal(own.table["score"], plain.table["score"])


@pytest.mark.parametrize("form", ["clusters", "greedy"])
def test_with_trust_it_picks_images_of_higher_rank_than_without(form):
    """Over many pools; one pick of a cluster may well stay the same."""

    def mean_rank(past):
        ranks = []
        for seed in range(12):
            picked = pick(TRUST_WEIGHTED, pool_with(past, seed), trust_form=form)
            ranks.append(np.mean([picked.table[f"n.{task}"][picked.images] for task in TASKS]))
        return statistics.mean(ranks)

    assert mean_rank([batch(1, tasks=3, noise=0.1)]) > mean_rank([]) + 0.02


TASKS = ("semseg", "depth", "normals")


def test_greedy_weighs_distances():
    pool = pool_with(trial_past(3))
    picked = pick(TRUST_WEIGHTED, pool, trust_form="greedy")
    table = picked.table
    trust = np.array([table[f"trust.{task}"][0] for task in TASKS])
    assert trust[0] > 0
    assert trust[1] == 0
    np.testing.assert_allclose(
        table["score"][pool.open_images], (table["weight"] * table["diversity"])[pool.open_images]
    )
    plain = pick(TRUST_WEIGHTED, pool_with(()), trust_form="greedy")
    space = {"embedding_source": "frozen"}
    np.testing.assert_array_equal(plain.pairs, pick(STRATEGIES["core-set"], pool, **space).pairs)


def test_the_table_says_how_far_each_task_is_trusted():
    past = trial_past(3)
    table = pick(TRUST_WEIGHTED, pool_with(past)).table
    for column, task in enumerate(TASKS):
        assert set(table[f"trust.{task}"]) == {trust_per_task(past, 3)[column]}


def test_four_images_in_order_by_chance_gain_no_trust():
    past = [PastBatch(np.arange(4.0)[:, None], np.arange(4.0)[:, None])]
    assert trust_per_task(past, 1).tolist() == [0.0]
