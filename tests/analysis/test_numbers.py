"""Counts and numbers for people."""

import math

import pytest

from mtal.analysis.numbers import count, decimals, fixed, listed, spread


def test_counts():
    assert [count(1, "image"), count(1200, "image"), count(2, "strategy", "strategies")] == [
        "1 image",
        "1,200 images",
        "2 strategies",
    ]


def test_lists():
    assert [listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"], "or")] == [
        "a",
        "a and b",
        "a, b or c",
    ]


@pytest.mark.parametrize(
    ("values", "digits"),
    [
        ([7.31, 6.734], 3),
        ([115.0, 83.12, 0.07984], 1),
        ([0.055, 0.165], 4),
        ([12345.0], 0),
        ([-41.2, float("nan")], 2),
        ([0.0], 3),
        ([], 3),
    ],
)
def test_a_column_has_one_number_of_decimals(values, digits):
    assert decimals(values) == digits


def test_spreads_are_left_out_for_one_seed_and_nothing_is_invented_for_none():
    assert spread(4.1, 0.05, 3, 2) == "4.10 ± 0.05"
    assert spread(4.1, math.nan, 1, 2) == "4.10"
    assert spread(0.25, 0.1, 2, 1, "+") == "+0.2 ± 0.1"
    assert spread(math.nan, math.nan, 0, 2) == "unknown"
    assert fixed(math.inf, 1) == "unknown"
