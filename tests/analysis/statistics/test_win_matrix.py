"""The win matrix of BADGE, against a case by hand and a loop."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mtal.analysis.statistics.paired_tests import holm
from mtal.analysis.statistics.win_matrix import MEAN, wins
from tests.analysis.statistics.drawn import FEW, rows, tables

# Differences of three seeds. 1, 2, 3: t = 3.46 < 4.303, no win. 1, 1.1, 1.2: t = 19.1, a win.
# 2, 3, 4: t = 5.20, a win.
DEPTH = {"ours": [[2.0, 2.0], [3.0, 2.1], [4.0, 2.2]], "random": [[1.0, 1.0]] * 3}
NORMALS = {"ours": [[2.0, 1.0], [3.0, 2.0], [4.0, 3.0]], "random": [[0.0, 0.0]] * 3}


def two_settings() -> pd.DataFrame:
    return pd.concat(
        [
            rows(DEPTH, [10, 20], setting="depth", better="higher"),
            rows(NORMALS, [10, 20], setting="normals", better="lower"),
        ]
    )


def test_by_hand():
    result = wins(two_settings())
    assert result.matrix.index.tolist() == ["ours", "random", MEAN]
    assert result.matrix.to_numpy().tolist() == [[0, 0.5], [0.5, 0], [0.25, 0.25]]
    assert result.possible.to_numpy().tolist() == [[0, 2], [2, 0]]
    assert result.n.loc["ours", "random"] == 3
    assert result.critical.loc["ours", "random"] == pytest.approx(4.303, abs=5e-4)
    assert not result.weak.to_numpy().any()
    assert result.settings == 2


def test_holm_counts_the_tests_of_a_setting():
    """Twice the smaller p stays below 0.05 for depth (0.0027, 0.074), not for normals (0.035)."""
    assert wins(two_settings(), corrected=True).matrix.to_numpy().tolist() == [
        [0, 0.5],
        [0, 0],
        [0, 0.25],
    ]


def test_two_seeds_are_weak_and_a_budget_that_one_lacks_is_not_compared():
    table = rows(
        {
            "a": [[2.0, 2, 2], [3.0, 3, 3]],
            "b": [[1.0, 1, np.nan], [2.0, 2, np.nan]],
            "c": [[9.0, 7, 9], [9.0, 8, 8]],
        },
        [1, 2, 3],
        setting="s",
        better="lower",
    )
    result = wins(table)
    assert result.matrix.loc["b", "a"] == pytest.approx(2 / 3)
    assert result.possible.loc["b", "a"] == pytest.approx(2 / 3)
    assert result.possible.loc["a", "c"] == pytest.approx(1)
    assert result.weak.to_numpy().tolist() == [
        [False, True, True],
        [True, False, True],
        [True, True, False],
    ]
    assert result.critical.loc["a", "b"] == pytest.approx(12.706, abs=5e-4)


def test_a_seed_that_is_a_cycle_ahead_does_not_hide_the_shared_seeds():
    ahead = {
        "a": [[2.0, 2, 2], [3.0, 3, np.nan], [4.0, 4, np.nan]],
        "b": [[1.0, 1, 1], [2.0, 2, np.nan], [3.1, 3, np.nan]],
    }
    result = wins(rows({**ahead, "c": [[5.0, 5, 5]]}, [1, 2, 3], setting="s", better="lower"))
    assert result.n.to_numpy().tolist() == [[0, 3, 1], [3, 0, 1], [1, 1, 0]]
    assert result.critical.loc["a", "b"] == pytest.approx(4.303, abs=5e-4)
    assert not result.weak.loc["a", "b"]
    assert result.weak.loc["a", "c"]


def test_the_start_that_all_share_is_no_budget():
    """Without it a cell can reach all that is possible, and Holm has fewer tests."""
    start = rows(
        {group: [[5.0], [6.0], [7.0]] for group in "abc"}, [0], setting="s", better="lower"
    )
    later = rows(
        {
            "a": [[1.0, 1.1], [2.0, 2.1], [3.0, 3.2]],
            "b": [[3.0, 3.0], [4.1, 4.0], [5.0, 5.0]],
            "c": [[3.1, 3.5], [4.0, 4.9], [5.2, 5.1]],
        },
        [1, 2],
        setting="s",
        better="lower",
    )
    for corrected in (False, True):
        result, without = wins(pd.concat([start, later]), corrected), wins(later, corrected)
        pd.testing.assert_frame_equal(result.matrix, without.matrix)
        pd.testing.assert_frame_equal(result.possible, without.possible)
        assert (result.settings, result.tests) == (without.settings, without.tests) == (1, 6)
    assert result.possible.loc["a", "b"] == result.matrix.loc["a", "b"] == 1
    alone = wins(start)
    assert (alone.settings, alone.tests, alone.n.loc["a", "b"]) == (0, 0, 3)


def test_a_tie_between_some_lines_is_a_budget():
    result = wins(
        rows(
            {"a": [[1.0], [2.0]], "b": [[1.0], [2.0]], "c": [[3.0], [9.0]]},
            [1],
            setting="s",
            better="lower",
        )
    )
    assert (result.settings, result.possible.loc["a", "b"]) == (1, 1)


def test_one_seed_says_nothing():
    result = wins(rows({"a": [[1.0, 2]], "b": [[2.0, 3]]}, [1, 2], setting="s", better="lower"))
    assert (result.settings, result.matrix.to_numpy().sum(), result.n.loc["a", "b"]) == (0, 0, 1)
    assert np.isnan(result.critical.loc["a", "b"])
    assert result.weak.loc["a", "b"]


def test_nothing_gives_nothing():
    result = wins(pd.DataFrame(columns=["setting", "better", "group", "seed", "x", "value"]))
    assert (result.matrix.shape, result.settings) == ((1, 0), 0)
    lonely = wins(rows({"a": [[1.0], [2.0]]}, [1], setting="s", better="lower"))
    assert lonely.matrix.to_numpy().tolist() == [[0], [0]]


@FEW
@given(tables(), tables(), st.booleans())
def test_it_is_what_a_loop_counts(first, second, corrected):
    table = pd.concat(
        [first.assign(setting="1", better="higher"), second.assign(setting="2", better="lower")]
    )
    expected = {(i, j): 0.0 for i in "abc" for j in "abc"}
    for setting, better in (("1", 1), ("2", -1)):
        part = table[table["setting"] == setting]
        tests = []
        for x in sorted(part["x"].unique()):
            at_budget = []
            wide = better * part[part["x"] == x].pivot(
                index="seed", columns="group", values="value"
            )
            for i, j in ("ab", "ac", "bc"):
                pair = wide[[i, j]].dropna() if {i, j} <= {*wide} else wide.iloc[:0]
                if len(pair) > 1:
                    gap = pair[i] - pair[j]
                    flat = gap.std() < 1e-9
                    p = float(abs(gap.mean()) < 1e-9) if flat else stats.ttest_1samp(gap, 0).pvalue
                    at_budget.append((x, *((i, j) if gap.mean() > 0 else (j, i)), p))
            common = part[part["x"] == x].groupby("seed")["value"].nunique()
            tests += at_budget if (common > 1).any() else []
        adjusted = (
            holm(np.array([test[-1] for test in tests]))
            if corrected
            else [test[-1] for test in tests]
        )
        for (_, winner, loser, _), p in zip(tests, adjusted, strict=True):
            expected[winner, loser] += (p < 0.05) / len({x for x, *_ in tests})
    result = wins(table, corrected)
    for i in result.matrix.columns:
        for j in result.matrix.columns:
            assert result.matrix.loc[i, j] == pytest.approx(expected[i, j])
    np.testing.assert_array_less(
        result.matrix.iloc[:-1].to_numpy() + result.matrix.iloc[:-1].to_numpy().T,
        result.possible.to_numpy() + 1e-9,
    )


@FEW
@given(tables(), st.booleans())
def test_the_other_direction_turns_winners_into_losers(table, corrected):
    up, down = (
        wins(table.assign(setting="s", better=better), corrected) for better in ("higher", "lower")
    )
    np.testing.assert_allclose(up.matrix.iloc[:-1].T, down.matrix.iloc[:-1])
    np.testing.assert_allclose(up.possible, down.possible)
