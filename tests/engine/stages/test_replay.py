"""Replays within limits: a strategy is asked in turns, and all turns count as its work."""

import numpy as np
import pytest

from mtal.acquisition.pool import Options, Pick, Pool, whole_images
from mtal.acquisition.strategy import Strategy
from mtal.engine.stages.limits import Limits
from mtal.engine.stages.pick import PickRequest
from mtal.engine.stages.replay import replay, too_slow
from mtal.runs.paths import CyclePaths
from mtal.runs.store.run import Run
from tests.training.contexts import quiet

ABOUT = {"title": "S", "blurb": "It is.", "formula": "f", "source": "s"}
IMAGES, FRAMES = 20, 4
TURNS = [5, 3, 2, 1]  # images asked for: a walk of four frames gives one, so others are missing


@pytest.fixture
def asked():
    """Images asked for, turn by turn."""
    return []


@pytest.fixture
def replayed(tmp_path, asked):
    """replayed(replay_limit=...) -> the run with the replay of a strategy that takes the first."""

    def in_order(pool, budget, rng, options):
        asked.append(budget // len(pool.tasks))
        pairs = whole_images(np.flatnonzero(pool.open_images), pool)[:budget]
        return Pick(pairs, {})

    def make(limits, **most):
        pool, paths = Pool(("a", "b"), np.zeros((IMAGES, 2), bool), {}), CyclePaths(tmp_path)
        request = PickRequest(pool, 10, (0, 0, 4), Options(), limits)
        replay([Strategy("first", pick=in_order, **ABOUT, **most)], request, paths, quiet)
        run = Run(tmp_path)
        run.cycle = lambda number: paths
        return run

    return make


WALKS = Limits(sequences=np.arange(IMAGES) // FRAMES, most_per_sequence=1)


def test_the_work_of_all_turns_counts(replayed, asked):
    run = replayed(WALKS, replay_limit=IMAGES * sum(TURNS))
    assert asked == TURNS
    assert run.others_picked(0)["first"] == [0, 4, 8, 12, 16]


def test_a_replay_ends_before_the_turn_that_makes_it_too_slow(replayed, asked):
    run = replayed(WALKS, replay_limit=IMAGES * sum(TURNS) - 1)
    assert asked == TURNS[:-1]
    assert run.others_picked(0) == {}
    reason = run.others_left_out(0)["first"]
    assert "20 × 11" in reason
    assert "4 turns" in reason


def test_work_that_grows_with_the_square_of_the_pool_counts_once_per_turn(replayed, asked):
    run = replayed(WALKS, replay_pool=2 * IMAGES)  # (2 N)^2 = 4 N^2
    assert asked == TURNS
    assert run.others_left_out(0) == {}


def test_and_is_left_out_once_its_turns_are_too_many(replayed, asked):
    run = replayed(WALKS, replay_pool=2 * IMAGES - 1)
    assert asked == TURNS[:-1]
    assert "4 turns" in run.others_left_out(0)["first"]


def test_without_limits_there_is_a_single_turn(replayed, asked):
    run = replayed(Limits(), replay_limit=IMAGES * 5, replay_pool=IMAGES)
    assert asked == [5]
    assert run.others_picked(0)["first"] == [0, 1, 2, 3, 4]


def test_reasons_name_turns_only_where_there_are_several():
    strategy = Strategy("s", pick=None, **ABOUT, replay_limit=49, replay_pool=1000)
    assert too_slow(strategy, 10, [4]) == ""
    assert too_slow(strategy, 10, [5]) == (
        "its work grows with pool × picks: 10 × 5 is more than the 49 up to which it stays small "
        "beside the scoring pass"
    )
    assert too_slow(strategy, 10, [3, 2]).startswith(
        "its work grows with pool × picks: 10 × 5, in 2 turns within the limits of the batch, is "
    )
    assert "1,001 images are more than the 1,000" in too_slow(strategy, 1001, [0])
