"""Columns of the pool table, and which task and which committee member gave an image its score."""

import math

import numpy as np
import pandas as pd
import pytest

from mtal.runs.store import pool_table
from mtal.runs.store.pool_table import (
    by_rank,
    deciding_member,
    deciding_members,
    deciding_members_of,
    driving_task,
    driving_tasks,
    loss_tasks,
    members,
    near_misses,
    normalised_tasks,
    ranking,
    scored_tasks,
)

TASKS = ("semseg", "depth", "normals")
IMAGES = 200


@pytest.fixture(scope="module")
def pool() -> pd.DataFrame:
    """Few distinct values, so that many are equal, and a tenth of all missing."""
    rng = np.random.default_rng(3)
    table = pd.DataFrame(
        {f"n.{task}": rng.integers(0, 4, IMAGES) / 4 for task in TASKS}
        | {
            f"m.{task}.{partner}": rng.integers(0, 3, IMAGES) / 3
            for task in TASKS
            for partner in TASKS
            if partner != task
        }
    )
    return table.mask(rng.random(table.shape) < 0.1)


def driving_task_by_hand(row: pd.Series) -> str:
    """In plain loops: the first of the highest normalised scores."""
    best, highest = "", -math.inf
    for task in TASKS:
        value = row[f"n.{task}"]
        if not math.isnan(value) and value > highest:
            best, highest = task, value
    return best


def deciding_member_by_hand(row: pd.Series, task: str, committee: str) -> str:
    """In plain loops: the first partner whose member is the score; none if one was not measured."""
    values = {partner: row[f"m.{task}.{partner}"] for partner in TASKS if partner != task}
    if committee == "mean" or any(math.isnan(value) for value in values.values()):
        return ""
    score = max(values.values()) if committee == "max" else min(values.values())
    return next(partner for partner, value in values.items() if value == score)


def test_driving_task_is_that_of_plain_loops(pool):
    expected = [driving_task_by_hand(row) for _, row in pool.iterrows()]
    assert driving_tasks(pool).tolist() == expected
    assert [driving_task(pool, image) for image in range(IMAGES)] == expected
    assert set(expected) == set(TASKS)


@pytest.mark.parametrize("committee", ["max", "min", "mean"])
def test_deciding_member_is_that_of_plain_loops(pool, committee):
    for task in TASKS:
        expected = [deciding_member_by_hand(row, task, committee) for _, row in pool.iterrows()]
        assert deciding_members(pool, task, committee).tolist() == expected
        assert [deciding_member(pool, i, task, committee) for i in range(IMAGES)] == expected
        assert len(set(expected)) == (1 if committee == "mean" else 3)


@pytest.mark.parametrize("committee", ["max", "min", "mean"])
def test_each_image_can_have_a_task_of_its_own(pool, committee):
    driver = driving_tasks(pool)
    assert deciding_members_of(pool, driver, committee).tolist() == [
        deciding_member(pool, image, task, committee) if task else ""
        for image, task in enumerate(driver)
    ]


def test_a_table_without_scores_names_nobody():
    bare = pd.DataFrame({"id": ["a", "b"]})
    assert driving_tasks(bare).tolist() == ["", ""]
    assert deciding_members(bare, "depth", "max").tolist() == ["", ""]
    assert deciding_members_of(bare, driving_tasks(bare), "max").tolist() == ["", ""]
    assert (normalised_tasks(bare), scored_tasks(bare), members(bare, "depth")) == ([], [], [])


def test_columns_are_read_as_they_are_named(pool):
    named = pd.DataFrame(
        {
            pool_table.task_score_column("a"): [1.0],
            pool_table.normalised_column("b"): [1.0],
            pool_table.member_column("a", "b"): [1.0],
            pool_table.loss_column("a"): [1.0],
        }
    )
    assert (scored_tasks(named), normalised_tasks(named)) == (["a"], ["b"])
    assert (members(named, "a"), members(named, "b")) == (["b"], [])
    assert list(named) == ["s.a", "n.b", "m.a.b", "loss.a"]


def test_images_are_sorted_by_rank_and_those_without_come_last():
    pool = pd.DataFrame({"rank": [0, 3, 1, 0, 2]})
    assert ranking(pool).tolist() == [2, 4, 1]
    assert by_rank(pool, (0, 1, 2, 3)).tolist() == [2, 1, 0, 3]
    assert by_rank(pool, ()).tolist() == []


@pytest.mark.parametrize("seed", range(5))
def test_sorting_by_rank_keeps_all_images(seed):
    random = np.random.default_rng(seed)
    pool = pd.DataFrame({"rank": random.permutation(30) * random.integers(0, 2, 30)})
    chosen = random.choice(30, 12, replace=False)
    assert sorted(by_rank(pool, chosen)) == sorted(chosen)


def test_near_misses_are_the_next_ranks_outside_the_batch():
    pool = pd.DataFrame({"rank": [0, *range(1, 41)]})
    near = near_misses(pool, range(1, 11), 10)
    assert pool["rank"].iloc[near].tolist() == list(range(11, 21))
    with_refill = [1, 2, *range(4, 12)]  # the third pick was rejected
    assert pool["rank"].iloc[near_misses(pool, with_refill, 3)].tolist() == [3, 12, 13]
    assert len(near_misses(pool.assign(rank=0), [], 10)) == 0
    assert len(near_misses(pool, range(1, 41), 10)) == 0


def test_tasks_with_a_true_loss():
    pool = pd.DataFrame(columns=["id", "loss.depth", "s.semseg", "loss.normals", "nearest"])
    assert loss_tasks(pool) == ["depth", "normals"]
