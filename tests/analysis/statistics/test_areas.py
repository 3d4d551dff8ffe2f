"""Areas under learning curves."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtal.analysis.statistics.areas import areas, seed_areas
from tests.analysis.statistics.drawn import FEW, NUMBERS, rows, tables


def by_hand(points: list[tuple[float, float]], low: float, high: float, steps: int = 4000) -> float:
    """The mean of the polygon at many places between low and high."""
    x, y = zip(*sorted(points), strict=True)
    at = low + (np.arange(steps) + 0.5) * (high - low) / steps
    return float(np.mean(np.interp(at, x, y)))


@FEW
@given(tables())
def test_an_area_is_the_mean_height_over_the_common_range(table):
    measured = seed_areas(table)
    curves = {
        key: list(zip(curve["x"], curve["value"], strict=True))
        for key, curve in table.groupby(["group", "seed"])
    }
    assert len(measured) == len(curves)
    if not curves:
        return
    low, high = (
        max(min(curve)[0] for curve in curves.values()),
        min(max(curve)[0] for curve in curves.values()),
    )
    for row in measured.itertuples():
        assert (row.low, row.high) == (low, high)
        if low >= high:
            assert np.isnan(row.area)
        else:
            assert row.area == pytest.approx(
                by_hand(curves[row.group, row.seed], low, high), abs=0.2
            )


@given(NUMBERS, st.sets(st.integers(1, 99), min_size=2, max_size=6))
def test_the_area_of_a_constant_is_the_constant(height, x):
    measured = areas(rows({"a": [[height] * len(x)] * 2}, sorted(x)), "a").iloc[0]
    assert measured[["mean", "std", "gain"]].tolist() == pytest.approx([height, 0, 0])
    assert measured[["n", "pairs"]].tolist() == [2, 2]


@FEW
@given(tables(gaps=False))
def test_the_gain_is_the_mean_difference_seed_by_seed(table):
    measured, each = (
        areas(table, "b").set_index("group"),
        seed_areas(table).pivot(index="seed", columns="group", values="area"),
    )
    for group in "ac":
        assert measured.loc[group, "gain"] == pytest.approx((each[group] - each["b"]).mean())
        assert measured.loc[group, "gain_std"] == pytest.approx(
            (each[group] - each["b"]).std(), nan_ok=True
        )


def test_ranges_are_cut_to_what_all_cover_and_gaps_are_bridged():
    table = pd.concat(
        [rows({"a": [[0.0, np.nan, 30]]}, [10, 20, 40]), rows({"b": [[5.0, 5]]}, [20, 60])]
    )
    measured = areas(table.sample(frac=1, random_state=0), "b").set_index("group")
    assert measured.loc["a", ["mean", "low", "high"]].tolist() == [20, 20, 40]
    assert measured.loc["a", ["gain", "pairs"]].tolist() == [15, 1]
    assert np.isnan(measured.loc["a", "std"])


def test_without_reference_or_shared_seed_there_is_no_gain():
    table = rows({"a": [[1.0, 2]], "b": [[1.0, 2]]}, [1, 2])
    for reference in (None, "nobody", "b"):
        moved = table.assign(seed=np.where(table["group"] == "a", 7, 0))
        measured = areas(moved, reference).set_index("group").loc["a"]
        assert np.isnan(measured["gain"])
        assert measured["pairs"] == 0
    assert areas(table.iloc[:0], "a").empty


def test_a_run_of_one_cycle_leaves_no_range():
    table = pd.concat([rows({"a": [[1.0, 2]]}, [1, 2]), rows({"b": [[1.0]]}, [1])])
    assert areas(table)["mean"].isna().all()
    assert areas(table)["n"].tolist() == [0, 0]


def test_two_values_at_one_budget_are_a_step():
    """As with labels that cost nothing: the second cycle is as dear as the first."""
    step = {
        "group": "a",
        "seed": 0,
        "cycle": range(4),
        "x": [0.0, 1, 1, 2],
        "value": [0.0, 0, 10, 10],
    }
    table = pd.DataFrame(step)
    assert seed_areas(table)["area"].tolist() == [5]
    assert seed_areas(table.iloc[::-1])["area"].tolist() == [5]
    for low, high, height in ((1.0, 2.0, 10), (0.0, 1.0, 0), (0.5, 1.5, 5), (0.5, 1.0, 0)):
        other = pd.DataFrame(
            {"group": "b", "seed": 0, "cycle": range(2), "x": [low, high], "value": 1.0}
        )
        assert seed_areas(pd.concat([table, other]))["area"].tolist() == pytest.approx([height, 1])


def test_every_point_between_the_ends_counts():
    assert seed_areas(rows({"a": [[0.0, 8, 0]]}, [10, 20, 50]))["area"].tolist() == [4]
    assert seed_areas(rows({"a": [[0.0, 8, 8, 0]], "b": [[1.0] * 4]}, [10, 20, 40, 50]))[
        "area"
    ].tolist() == [6, 1]
