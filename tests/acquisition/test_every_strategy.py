"""Every strategy keeps the same contract; a new one is tested the moment it is listed."""
import numpy as np
import pytest

from mtal.acquisition import STRATEGIES
from mtal.acquisition.pool import Options, Pool
from tests.acquisition.pools import TASKS, random_pool


def pool_for(strategy, partly: int = 0) -> Pool:
    """With the signals and the tasks that it needs."""
    return random_pool(needs=strategy.needs, partly=partly, tasks=tuple(dict.fromkeys((*strategy.tasks, *TASKS)))[:3])


@pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=lambda strategy: strategy.name)
class TestEveryStrategy:
    @pytest.fixture
    def pool(self, strategy) -> Pool:
        return pool_for(strategy)

    def test_buys_the_budget_and_nothing_twice(self, strategy, pool):
        pairs = strategy.pick(pool, 12, np.random.default_rng(0), Options()).pairs
        assert pairs.shape == (12, 2)
        assert len({tuple(pair) for pair in pairs.tolist()}) == 12
        assert not pool.labelled[tuple(pairs.T)].any()

    def test_a_budget_that_ends_within_an_image_is_kept(self, strategy, pool):
        assert len(strategy.pick(pool, 10, np.random.default_rng(0), Options()).pairs) == 10

    def test_takes_all_that_is_left_and_no_more(self, strategy, pool):
        left = int((~pool.labelled).sum())
        for budget in (left, left + 5):
            pairs = strategy.pick(pool, budget, np.random.default_rng(0), Options()).pairs
            assert len(pairs) == left

    def test_partly_labelled_images_are_only_completed(self, strategy):
        pool = pool_for(strategy, partly=10)
        left = int((~pool.labelled).sum())
        pairs = strategy.pick(pool, left, np.random.default_rng(0), Options()).pairs
        assert len(pairs) == left
        assert not pool.labelled[tuple(pairs.T)].any()

    @pytest.mark.parametrize("budget", [1, 7, 12, 20, 100])
    def test_labels_that_cannot_be_had_are_never_bought_and_the_budget_is_still_spent(self, strategy, budget):
        """Else strategies would be compared at different numbers of labels where a data set is labelled in part."""
        whole = pool_for(strategy, partly=4)
        closed = np.random.default_rng(3).random(whole.labelled.shape) < 0.6
        pool = Pool(whole.tasks, whole.labelled, whole.signals, closed & ~whole.labelled)
        assert 0 < pool.open_pairs.sum() < 100
        pairs = strategy.pick(pool, budget, np.random.default_rng(0), Options()).pairs
        assert len(pairs) == min(budget, pool.open_pairs.sum())
        assert pool.open_pairs[tuple(pairs.T)].all()
        assert len({tuple(pair) for pair in pairs.tolist()}) == len(pairs)

    def test_same_seed_same_pick(self, strategy, pool):
        first, second = (strategy.pick(pool, 12, np.random.default_rng(7), Options()).pairs for _ in range(2))
        np.testing.assert_array_equal(first, second)

    def test_pool_is_not_changed(self, strategy, pool):
        before = {name: signal.copy() for name, signal in pool.signals.items()}
        labelled = pool.labelled.copy()
        strategy.pick(pool, 12, np.random.default_rng(0), Options())
        np.testing.assert_array_equal(pool.labelled, labelled)
        for name, signal in before.items():
            np.testing.assert_array_equal(pool[name], signal)

    def test_table_has_a_row_per_image(self, strategy, pool):
        for column in strategy.pick(pool, 12, np.random.default_rng(0), Options()).table.values():
            assert column.shape == (len(pool.labelled),)

    def test_a_number_that_is_none_is_an_error(self, strategy, pool):
        for name in strategy.needs:
            spoiled = pool[name].copy()
            spoiled.flat[-1] = np.nan
            with pytest.raises(ValueError, match="finite"):
                strategy.pick(Pool(pool.tasks, pool.labelled, {**pool.signals, name: spoiled}), 3,
                              np.random.default_rng(0), Options())

    def test_says_what_it_is(self, strategy):
        assert strategy.title
        assert strategy.blurb.endswith(".")
        assert strategy.formula
        assert strategy.source
