"""Every strategy keeps every rule of the contract; a new one is tested the moment it is listed."""

import numpy as np
import pytest

from mtal.acquisition.contract import RULES
from mtal.acquisition.pool import Options, Pool
from mtal.acquisition.registry import STRATEGIES
from mtal.acquisition.trial_pools import TASKS, trial_pool
from mtal.config import Config

BY_CHANCE = {
    "random",
    "badge",
    "typiclust",
    "probcover",
}  # what draws or clusters: other places in the pool, other draws
each = pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=lambda strategy: strategy.name)


@each
@pytest.mark.parametrize("rule", RULES)
def test_every_strategy_keeps_every_rule(strategy, rule):
    RULES[rule](strategy)


@each
@pytest.mark.parametrize("seed", range(3))
def test_where_an_image_stands_in_the_pool_does_not_matter(strategy, seed):
    if strategy.name in BY_CHANCE:
        pytest.skip("it draws")
    tasks = tuple(dict.fromkeys((*strategy.tasks, *TASKS)))[:3]
    pool = trial_pool(strategy.needs, partly=5, closed=0.3, tasks=tasks, seed=seed)
    order = np.random.default_rng(seed).permutation(len(pool.labelled))
    moved = Pool(
        tasks,
        pool.labelled[order],
        {name: signal[order] for name, signal in pool.signals.items()},
        pool.closed[order],
    )
    rank_sums = strategy.name in {
        "rbal",
        "ll4al",
        "equal",
    }  # these tie often: a score has to be enough
    first, second = (
        strategy.pick(one, 12, np.random.default_rng(1), Options()) for one in (pool, moved)
    )
    np.testing.assert_allclose(second.table["score"], first.table["score"][order], rtol=1e-6)
    if rank_sums:
        scores = (first.table["score"][first.images], second.table["score"][second.images])
        np.testing.assert_allclose(*scores)
    else:
        assert [(order[image], task) for image, task in second.pairs.tolist()] == [
            tuple(pair) for pair in first.pairs.tolist()
        ]


@each
def test_ties_fall_by_the_generator(strategy):
    tasks = tuple(dict.fromkeys((*strategy.tasks, *TASKS)))[:3]
    pool = trial_pool(strategy.needs, tasks=tasks)
    alike = Pool(tasks, pool.labelled, {name: np.ones_like(pool[name]) for name in strategy.needs})
    firsts = {
        int(strategy.pick(alike, 1, np.random.default_rng(seed), Options()).pairs[0, 0])
        for seed in range(30)
    }
    assert len(firsts) > 5


def test_only_ours_and_partal_change_the_training():
    assert {name for name, strategy in STRATEGIES.items() if strategy.weights_samples} == {"ours"}
    assert {name for name, strategy in STRATEGIES.items() if strategy.pseudo_labels} == {"partal"}
    assert {name for name, strategy in STRATEGIES.items() if strategy.dropout} == {"bald"}


def test_those_of_the_paper_come_first_and_ours_ends_them():
    assert list(STRATEGIES) == [
        "random",
        "core-set",
        "rbal",
        "ll4al",
        "equal-ss",
        "equal-de",
        "equal-sn",
        "equal-ed",
        "equal-hps",
        "equal-se",
        "equal",
        "partal",
        "ours",
        "entropy",
        "margin",
        "badge",
        "typiclust",
        "probcover",
        "bald",
    ]


def test_what_only_words_or_measures_more_changes_no_pick():
    for strategy in STRATEGIES.values():
        assert not strategy.uses & {"describe", "signal_quality", "strategy"}
        assert strategy.uses <= set(Config.model_fields)
