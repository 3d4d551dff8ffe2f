"""Means, spreads and changes against a reference, each held against a loop."""

import statistics
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from mtal.analysis.statistics.curves import SPREADS, across_tasks, changes, over_seeds
from tests.analysis.statistics.drawn import FEW, rows, tables

EMPTY = pd.DataFrame(columns=["group", "seed", "x", "value"])


@FEW
@given(tables(), st.sampled_from(sorted(SPREADS)))
def test_means_and_spreads_are_those_of_a_loop(table, spread):
    for row in over_seeds(table, spread).itertuples():
        values = table[(table["group"] == row.group) & (table["x"] == row.x)]["value"].tolist()
        assert row.n == len(values)
        assert row.mean == pytest.approx(statistics.mean(values), abs=1e-9)
        if row.n == 1:
            assert np.isnan(row.spread)
            continue
        std = statistics.stdev(values)
        sem = std / row.n**0.5
        expected = {"std": std, "sem": sem, "ci95": stats.t.ppf(0.975, row.n - 1) * sem}
        assert row.spread == pytest.approx(expected[spread], abs=1e-9)
    assert len(over_seeds(table)) == len(table.drop_duplicates(["group", "x"]))


def test_confidence_interval_is_that_of_scipy():
    means = over_seeds(rows({"a": [[1.0], [2.0], [4.0]]}, [10]), "ci95").iloc[0]
    low, high = stats.t.interval(0.95, 2, loc=7 / 3, scale=stats.sem([1, 2, 4]))
    assert (means["mean"] - means["spread"], means["mean"] + means["spread"]) == pytest.approx(
        (low, high)
    )


def test_groups_stay_in_their_order_and_budgets_rise():
    means = over_seeds(
        pd.DataFrame({"group": ["z", "a", "z"], "seed": 0, "x": [30, 5, 10], "value": 1.0})
    )
    assert means[["group", "x"]].to_numpy().tolist() == [["z", 10], ["z", 30], ["a", 5]]


def test_cycles_match_where_seeds_have_other_budgets():
    table = pd.DataFrame(
        {
            "group": "a",
            "seed": [0, 0, 1, 1],
            "cycle": [0, 1, 0, 1],
            "x": [1.0, 2, 3, 6],
            "value": [1.0, 2, 3, 4],
        }
    )
    means = over_seeds(table)
    assert means.columns.tolist() == ["group", "cycle", "x", "mean", "spread", "n"]
    assert means[["x", "mean", "n"]].to_numpy().tolist() == [[2, 2, 2], [4, 3, 2]]


def test_nan_is_a_missing_point_and_a_repeated_one_is_averaged():
    table = rows({"a": [[1.0, np.nan], [3.0, 5.0]]}, [10, 20])
    table = pd.concat([table, rows({"a": [[2.0, np.inf]]}, [10, 20])])
    means = over_seeds(table)
    assert means["n"].tolist() == [2, 1]
    assert means["mean"].tolist() == [2.25, 5.0]


@pytest.mark.parametrize(
    "columns", [["group", "seed", "x", "value"], ["group", "seed", "cycle", "x", "value"]]
)
def test_nothing_gives_nothing(columns):
    empty = pd.DataFrame(columns=columns)
    assert over_seeds(empty).empty
    assert across_tasks(empty.assign(task="", better=""), "a").empty


def test_unknown_words_are_refused():
    with pytest.raises(ValueError, match="spread"):
        over_seeds(EMPTY, "iqr")
    with pytest.raises(ValueError, match="better"):
        changes(EMPTY, "a", "up")


@FEW
@given(tables(), st.sampled_from(["higher", "lower"]))
def test_changes_are_those_of_a_loop(table, better):
    rows_of_changes = changes(table, "b", better)
    assert len(rows_of_changes) == len(table)
    for row in rows_of_changes.itertuples():
        base = _read(table[(table["group"] == "b") & (table["seed"] == row.seed)], row.x)
        value = table[
            (table["group"] == row.group) & (table["seed"] == row.seed) & (table["x"] == row.x)
        ]["value"].iloc[0]
        if base is None or base == 0:
            assert np.isnan(row.value)
        else:
            gain = value - base if better == "higher" else base - value
            assert row.value == pytest.approx(100 * gain / abs(base), rel=1e-6, abs=1e-6)


def test_less_error_than_the_reference_is_a_positive_change():
    means = across_tasks(
        rows(
            {"ours": [[9.0], [6.0]], "random": [[10.0], [8.0]]}, [20], task="depth", better="lower"
        ),
        "random",
    )
    means = means.set_index("group")
    assert means.loc["ours", "mean"] == pytest.approx((10 + 25) / 2)
    assert means.loc["ours", "n"] == 2
    assert means.loc["random", "mean"] == 0


def test_nothing_is_said_outside_the_reference():
    table = pd.DataFrame(
        {
            "group": ["a", "a", "a", "b", "b"],
            "seed": 0,
            "x": [5, 15, 25, 10, 20],
            "value": [1.0, 3, 1, 1, 2],
        }
    )
    means = across_tasks(table.assign(task="edge", better="higher"), "b")
    of_a = means[means["group"] == "a"]
    np.testing.assert_allclose(of_a["mean"], [np.nan, 100, np.nan])
    assert of_a["n"].tolist() == [0, 1, 0]


def test_a_seed_that_the_reference_lacks_is_not_compared():
    means = across_tasks(
        rows({"a": [[2.0], [9.0]], "b": [[1.0]]}, [10], task="edge", better="higher"), "b"
    ).set_index("group")
    assert means.loc["a", ["mean", "n"]].tolist() == [100, 1]


@FEW
@given(tables(groups="ab"), tables(groups="ab"))
def test_the_mean_over_tasks_is_that_of_a_loop(depth, normals):
    assume(len(depth) and len(normals))  # a task without rows is not known of
    both = pd.concat(
        [
            depth.assign(task="depth", better="lower"),
            normals.assign(task="normals", better="higher"),
        ]
    )
    parts = [changes(depth, "b", "lower"), changes(normals, "b", "higher")]
    rows_of_means = across_tasks(both, "b")
    assert len(rows_of_means)
    for row in rows_of_means.itertuples():
        values = []
        for seed in range(4):
            changed = [
                part[(part["group"] == row.group) & (part["seed"] == seed) & (part["x"] == row.x)][
                    "value"
                ]
                for part in parts
            ]
            if all(len(change) == 1 and np.isfinite(change.iloc[0]) for change in changed):
                values.append(sum(change.iloc[0] for change in changed) / 2)
        assert row.n == len(values)
        assert (
            np.isnan(row.mean)
            if not values
            else row.mean == pytest.approx(np.mean(values), rel=1e-6, abs=1e-6)
        )


def test_a_task_has_one_direction():
    with pytest.raises(ValueError, match="one direction"):
        across_tasks(
            rows({"a": [[1.0, 2.0]]}, [1, 2], task="depth", better=["lower", "higher"]), "a"
        )


def _read(curve: pd.DataFrame, budget: float) -> float | None:
    """The value of a curve at a budget, linearly between its points; None outside them."""
    points = sorted(zip(curve["x"], curve["value"], strict=True))
    for x, value in points:
        if x == budget:
            return value
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 < budget < x1:
            return y0 + (y1 - y0) * (budget - x0) / (x1 - x0)
    return None
