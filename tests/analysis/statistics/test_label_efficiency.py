"""The budget that reaches a target."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtal.analysis.statistics.label_efficiency import Reach, reach, reach_by_group, reaches, text
from tests.analysis.statistics.drawn import NUMBERS, rows

CURVES = st.dictionaries(st.integers(1, 50).map(float), NUMBERS, min_size=1, max_size=8).map(
    lambda curve: (np.array(list(curve)), np.array(list(curve.values())))
)


def by_hand(x, value, target, better):
    """The budget and its censoring by the running best, point by point."""
    turn = 1 if better == "higher" else -1
    best, before = None, None
    for budget, height in sorted(zip(x, value, strict=True)):
        if turn * height >= turn * target:
            if best is None:
                return budget, "<="
            return before + (budget - before) * (target - best) / (height - best), ""
        if best is None or turn * height > turn * best:
            best = height
        before = budget
    return before, ">"


@given(CURVES, NUMBERS, st.sampled_from(["higher", "lower"]))
def test_it_is_what_a_loop_finds(curve, target, better):
    budget, (x, censor) = reach(*curve, target, better), by_hand(*curve, target, better)
    assert budget.censor == censor
    assert budget.x == pytest.approx(x, abs=1e-9)


@given(CURVES, st.tuples(NUMBERS, NUMBERS), st.sampled_from(["higher", "lower"]))
def test_a_harder_target_is_never_reached_earlier(curve, targets, better):
    easy, hard = sorted(targets, reverse=better == "lower")
    first, second = reach(*curve, easy, better), reach(*curve, hard, better)
    order = ["<=", "", ">"]
    assert first.x <= second.x + 1e-9
    assert order.index(first.censor) <= order.index(second.censor)


@given(CURVES, NUMBERS)
def test_directions_mirror_each_other(curve, target):
    x, value = curve
    assert reach(x, value, target, "higher") == reach(x, -value, -target, "lower")


@given(st.lists(st.tuples(*[NUMBERS] * 4), min_size=1, max_size=5), NUMBERS)
def test_many_curves_at_once_are_each_as_alone(values, target):
    x = np.tile([1.0, 4, 6, 9], (len(values), 1))
    budgets, censors = reaches(x, np.array(values), np.full(len(values), target), "lower")
    assert [Reach(*budget) for budget in zip(budgets, censors, strict=True)] == [
        reach(x[0], curve, target, "lower") for curve in values
    ]


def test_a_dip_does_not_unreach_and_a_plateau_is_left_at_its_end():
    assert reach([1, 2, 3, 4], [1, 5, 2, 9], 4, "higher") == Reach(1.75, "")
    assert reach([1, 2, 3, 4], [1, 5, 2, 9], 7, "higher") == Reach(3.5, "")


def test_ends_are_censored():
    assert reach([20, 30], [5, 6], 5, "higher") == Reach(20, "<=")
    assert reach([20, 30], [5, 6], 6, "higher") == Reach(30, "")
    assert reach([20, 30], [5, 6], 6.1, "higher") == Reach(30, ">")


def test_rounding_is_not_a_miss():
    assert reach([1, 2], [0, 0.1 * 3 - 1e-16], 0.1 + 0.2, "higher") == Reach(2, "")


def test_order_gaps_repeats_and_nothing():
    assert reach([30, 10, np.nan, 20, 20], [3, 1, 9, np.nan, 2], 2.5, "higher") == Reach(25, "")
    assert reach([10, 20, 20], [0, 2, 4], 3, "higher") == Reach(20, "")
    for x, value, target in (([], [], 1), ([1], [np.nan], 1), ([1], [1], np.nan)):
        budget = reach(x, value, target, "higher")
        assert (np.isnan(budget.x), budget.censor) == (True, "")
    with pytest.raises(ValueError, match="better"):
        reach([1], [1], 1, "best")


def test_of_each_group_the_mean_over_the_points_that_all_its_seeds_have():
    table = rows({"a": [[0.0, 2, 4], [2.0, 4, np.nan]], "b": [[5.0, 6, 7]]}, [10, 20, 30])
    budgets = reach_by_group(table, 2, "higher")
    assert budgets.to_numpy().tolist() == [["a", 15, "", 2], ["b", 10, "<=", 1]]
    assert reach_by_group(table, 3.5, "higher")["censor"].tolist() == [">", "<="]
    assert reach_by_group(pd.DataFrame(columns=table.columns), 1, "higher").empty


def test_texts():
    assert [
        text(28.57),
        text(20, "<="),
        text(60, ">", 0),
        text(0.5, ">=", 2),
        text(np.nan, "?"),
    ] == ["28.6", "≤20.0", ">60", "≥0.50", "unknown"]
