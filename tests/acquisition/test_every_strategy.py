"""Every strategy keeps every rule of the contract; a new one is tested the moment it is listed."""

from dataclasses import replace

import numpy as np
import pytest

from mtal.acquisition.contract import RULES, SWITCHES
from mtal.acquisition.pool import Options, Pool
from mtal.acquisition.registry import STRATEGIES
from mtal.acquisition.trial_pools import TASKS, trial_pool, trial_pools
from mtal.config import Config

# Strategies without any randomness but for ties; others may draw or cluster.
WITHOUT_CHANCE = {
    *("core-set", "rbal", "ll4al", "partal", "ours", "entropy", "margin", "bald"),
    "entropy-diversity",
    *("equal", "equal-ss", "equal-de", "equal-sn", "equal-ed", "equal-hps", "equal-se"),
}
PAPER = [  # the strategies of the paper, in the order of its tables
    *("random", "core-set", "rbal", "ll4al"),
    *("equal-ss", "equal-de", "equal-sn", "equal-ed", "equal-hps", "equal-se", "equal"),
    *("partal", "ours"),
]
each = pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=lambda strategy: strategy.name)


@each
@pytest.mark.parametrize("rule", RULES)
def test_every_strategy_keeps_every_rule(strategy, rule):
    RULES[rule](strategy)


def tasks_of(strategy):
    """Three tasks, among them those that the strategy cannot do without."""
    return tuple(dict.fromkeys((*strategy.tasks, *TASKS)))[:3]


def score_of(strategy, pool, seed):
    """(N,) the score in the table of a pick; None if it has none."""
    return strategy.pick(pool, 12, np.random.default_rng(seed), Options()).table.get("score")


def picks_by_chance(strategy, pool):
    """Whether the pick has no score, or one that another seed changes."""
    first, second = score_of(strategy, pool, seed=1), score_of(strategy, pool, seed=2)
    return first is None or not np.array_equal(first, second, equal_nan=True)


@each
@pytest.mark.parametrize("seed", range(3))
def test_where_an_image_stands_in_the_pool_does_not_matter(strategy, seed):
    tasks = tasks_of(strategy)
    pool = trial_pool(strategy.signals(), partly=5, closed=0.3, tasks=tasks, seed=seed)
    if picks_by_chance(strategy, pool):
        assert strategy.name not in WITHOUT_CHANCE
        pytest.skip("it draws")
    order = np.random.default_rng(seed).permutation(len(pool.labelled))
    moved = Pool(
        tasks,
        pool.labelled[order],
        {name: signal[order] for name, signal in pool.signals.items()},
        pool.closed[order],
    )
    first = strategy.pick(pool, 12, np.random.default_rng(1), Options())
    second = strategy.pick(moved, 12, np.random.default_rng(1), Options())
    score = first.table["score"]
    np.testing.assert_allclose(second.table["score"], score[order], rtol=1e-6)
    if len(np.unique(score[pool.open_images])) < pool.open_images.sum():  # ties, as of rank sums
        np.testing.assert_allclose(second.table["score"][second.images], score[first.images])
    else:
        in_pool = [(order[image], task) for image, task in second.pairs.tolist()]
        assert in_pool == [tuple(pair) for pair in first.pairs.tolist()]


@each
def test_every_setting_that_it_uses_spends_the_budget_on_open_pairs(strategy):
    for name in strategy.uses & set(SWITCHES):
        for value in SWITCHES[name]:
            options = replace(Options(), **{name: value})
            for pool in trial_pools(strategy, options).values():
                pick = strategy.pick(pool, 12, np.random.default_rng(0), options)
                assert len(np.unique(pick.pairs, axis=0)) == min(12, pool.open_pairs.sum())
                assert pool.open_pairs[tuple(pick.pairs.T)].all()
                if "score" in pick.table:
                    scored = np.isfinite(pick.table["score"])
                    np.testing.assert_array_equal(scored, pool.open_images)


@each
def test_ties_fall_by_the_generator(strategy):
    tasks = tasks_of(strategy)
    pool = trial_pool(strategy.signals(), tasks=tasks)
    alike = Pool(
        tasks, pool.labelled, {name: np.ones_like(pool[name]) for name in strategy.signals()}
    )
    firsts = {
        int(strategy.pick(alike, 1, np.random.default_rng(seed), Options()).pairs[0, 0])
        for seed in range(30)
    }
    assert len(firsts) > 5


@each
def test_a_change_of_the_training_is_said_in_the_choices(strategy):
    """What a strategy changes beside the picks must be read before its curve is compared."""
    assert strategy.weights_samples == ("sample weights" in strategy.choices)
    assert strategy.weights_samples == ("sample_weights" in strategy.uses)
    assert strategy.pseudo_labels == ("pseudo-labels" in strategy.choices)
    assert bool(strategy.dropout) == ("Dropout" in strategy.choices)
    if strategy.dropout:
        assert f"Dropout of {100 * strategy.dropout:g} %" in strategy.choices


def test_strategies_that_change_the_training_still_do():
    assert STRATEGIES["ours"].weights_samples
    assert STRATEGIES["partal"].pseudo_labels
    assert STRATEGIES["bald"].dropout == 0.2


def test_the_strategies_of_the_paper_come_first_in_its_order():
    assert list(STRATEGIES)[: len(PAPER)] == PAPER


def test_no_two_strategies_share_a_name_or_a_title():
    assert [strategy.name for strategy in STRATEGIES.values()] == list(STRATEGIES)
    titles = [strategy.title for strategy in STRATEGIES.values()]
    assert len(set(titles)) == len(titles)


@each
def test_settings_that_only_measure_more_change_no_pick(strategy):
    assert not strategy.uses & {"describe", "signal_quality", "strategy"}
    assert strategy.uses <= set(Config.model_fields)
