import numpy as np
import pytest

from mtal.config import Config
from mtal.engine.stages.start_labels import chosen_start
from tests.real_runs import random_start, tiny_config


def no_feature():
    raise AssertionError("nothing is covered, so no feature is needed")


def feature(images=40):
    return np.random.default_rng(0).normal(size=(images, 6)).astype(np.float32)


def none_held(images=40):
    return np.zeros(images, bool)


def start(*sets, images=40, held=(), obtainable=None, feature=feature):
    mask = none_held(images)
    mask[list(held)] = True
    obtainable = np.ones((images, 3), bool) if obtainable is None else obtainable
    chosen = chosen_start(tiny_config(*sets), obtainable, mask, feature)
    return np.flatnonzero(chosen.any(axis=1)).tolist()


def test_a_random_start_is_as_it_always_was():
    config, whole = Config(seed=3), np.ones((50, 3), bool)
    labels = chosen_start(config, whole, none_held(50), no_feature)
    np.testing.assert_array_equal(labels, random_start(config, whole))
    assert labels.sum() == 15


def test_a_random_start_is_the_same_for_all_strategies_of_a_seed():
    first, other = start("strategy=random"), start("strategy=ours", "epochs=9")
    assert first == other
    assert first != start("strategy=random", "seed=1")


@pytest.mark.parametrize("cover", ["clusters", "k-centre", "typiclust"])
def test_a_covering_start_is_the_same_for_all_strategies_of_a_seed(cover):
    sets = ("start=coverage", f"start_coverage={cover}")
    first, other = start(*sets, "strategy=random"), start(*sets, "strategy=ours", "lr=1")
    assert first == other
    assert len(first) == 10  # a quarter of the pool
    assert first != start(*sets, feature=lambda: feature()[::-1])


def test_only_labels_that_somebody_can_supply_count():
    obtainable = np.random.default_rng(1).random((40, 3)) < 0.7
    labels = chosen_start(tiny_config("start=coverage"), obtainable, none_held(), feature)
    images = labels.any(axis=1)
    np.testing.assert_array_equal(labels[images], obtainable[images])


@pytest.mark.parametrize("kind", ["random", "coverage"])
def test_a_set_is_part_of_the_start_and_counts_in_its_share(kind):
    chosen = start(f"start={kind}", held=(1, 2, 3))
    assert {1, 2, 3} <= set(chosen)
    assert len(chosen) == 10


@pytest.mark.parametrize("kind", ["random", "coverage"])
def test_a_set_of_that_share_is_the_whole_start(kind):
    assert start(f"start={kind}", held=range(10), feature=no_feature) == list(range(10))


def test_the_whole_pool_needs_no_feature():
    sets = ("start=coverage", "start_percent=100", "cycles=1")
    assert start(*sets, feature=no_feature) == list(range(40))


def test_a_set_alone_is_the_start_whatever_its_share():
    assert start("start=set", "start_set=mine", held=(4, 30), feature=no_feature) == [4, 30]
