"""Filters and orders of a batch, against plain loops."""

import numpy as np
import pandas as pd
import pytest

from mtal.runs.store.pool_table import driving_task, speaking_member
from mtal.ui.batch.filter_rows import Sieve, in_order, passes, sortings
from mtal.ui.components.batch_table import drivers, partners

CONTENT = pd.DataFrame({"semseg/bed": np.linspace(0, 1, 10), "semseg/wall": 0.0})


@pytest.fixture
def rows() -> pd.DataFrame:
    """Four of ten images, in no order; one without a rank and a score."""
    return pd.DataFrame(
        {
            "id": list("abcd"),
            "rank": [2, 1, 0, 3],
            "score": [0.4, 0.9, np.nan, 0.4],
            "decision": ["auto"] * 4,
            "driver": ["depth", "semseg", "", "depth"],
            "partner": ["semseg", "depth", "", "normals"],
            "cluster": [3, -1, 3, 7],
            "s.depth": [1.0, 2.0, np.nan, 4.0],
        },
        index=[9, 4, 0, 5],
    )


@pytest.mark.parametrize(
    ("sieve", "kept"),
    [
        (Sieve(), "abcd"),
        (Sieve(drivers=("depth",)), "ad"),
        (Sieve(drivers=("depth",), partners=("normals",)), "d"),
        (Sieve(clusters=("3",)), "ac"),
        (Sieve(best=2), "ab"),
        (Sieve(column="s.depth", least=2.0), "bd"),
        (Sieve(content="semseg/bed", share=50), "ad"),
        (Sieve(content="semseg/bed", share=0), "abcd"),
        (Sieve(content="semseg/wall", share=1), ""),
        (Sieve(decisions=("rejected",)), ""),
    ],
)
def test_what_a_sieve_lets_through(rows, sieve, kept):
    assert "".join(rows["id"][passes(rows, sieve, CONTENT)]) == kept


@pytest.mark.parametrize(
    ("by", "backwards", "order"),
    [
        ("rank", False, "badc"),
        ("rank", True, "dabc"),
        ("score", False, "badc"),
        ("s.depth", False, "dbac"),
        ("s.depth", True, "abdc"),
        ("semseg/bed", False, "adbc"),
        ("cluster", False, "bacd"),
    ],
)
def test_orders_end_with_what_is_unknown(rows, by, backwards, order):
    assert "".join(in_order(rows, by, backwards, CONTENT)["id"]) == order


def test_a_batch_can_be_sorted_by_what_was_measured_only(rows):
    assert list(sortings(rows)) == ["rank", "score", "cluster", "s.depth"]
    assert sortings(rows, "semseg/bed")["semseg/bed"] == "Share of bed"


@pytest.mark.parametrize("committee", ["max", "min", "mean"])
def test_driver_and_partner_of_many_rows_are_those_of_each(committee):
    rng, tasks = np.random.default_rng(3), ("semseg", "depth", "normals")
    table = pd.DataFrame(
        {f"n.{task}": rng.integers(0, 4, 200) / 4 for task in tasks}
        | {
            f"m.{task}.{other}": rng.integers(0, 3, 200) / 3
            for task in tasks
            for other in tasks
            if other != task
        }
    )
    table = table.mask(rng.random(table.shape) < 0.1)
    found = drivers(table)
    assert found.tolist() == [driving_task(table, image) for image in range(200)]
    assert "" in partners(table, found, committee)
    assert partners(table, found, committee).tolist() == [
        speaking_member(table, image, task, committee) if task else ""
        for image, task in enumerate(found)
    ]


def test_nothing_was_measured():
    bare = pd.DataFrame({"id": ["a", "b"]})
    assert drivers(bare).tolist() == ["", ""]
    assert partners(bare, drivers(bare), "max").tolist() == ["", ""]
