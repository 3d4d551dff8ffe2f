"""The win matrix of BADGE, against a case by hand and a loop."""
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mtal.statistics.paired import holm
from mtal.statistics.wins import MEAN, wins
from tests.statistics.drawn import FEW, rows, tables

# Differences of three seeds. 1, 2, 3: t = 3.46 < 4.303, no win. 1, 1.1, 1.2: t = 19.1, a win. 2, 3, 4: t = 5.20, a win.
DEPTH = {"ours": [[2.0, 2.0], [3.0, 2.1], [4.0, 2.2]], "random": [[1.0, 1.0]] * 3}
NORMALS = {"ours": [[2.0, 9.0], [3.0, 9.0], [4.0, 9.0]], "random": [[0.0, 9.0]] * 3}


def two_settings() -> pd.DataFrame:
    return pd.concat([rows(DEPTH, [10, 20], setting="depth", better="higher"),
                      rows(NORMALS, [10, 20], setting="normals", better="lower")])


def test_by_hand():
    found = wins(two_settings())
    assert found.matrix.index.tolist() == ["ours", "random", MEAN]
    assert found.matrix.to_numpy().tolist() == [[0, 0.5], [0.5, 0], [0.25, 0.25]]
    assert found.possible.to_numpy().tolist() == [[0, 2], [2, 0]]
    assert found.n.loc["ours", "random"] == 3
    assert found.critical.loc["ours", "random"] == pytest.approx(4.303, abs=5e-4)
    assert not found.weak.to_numpy().any()
    assert found.settings == 2


def test_holm_counts_the_tests_of_a_setting():
    """Depth: p = 0.074 and 0.0027, which times 2 is still below 0.05. Normals: 0.035, which times 2 is not, and 1."""
    assert wins(two_settings(), corrected=True).matrix.to_numpy().tolist() == [[0, 0.5], [0, 0], [0, 0.25]]


def test_two_seeds_are_weak_and_a_budget_that_one_lacks_is_not_compared():
    table = rows({"a": [[2.0, 2, 2], [3.0, 3, 3]], "b": [[1.0, 1, np.nan], [2.0, 2, np.nan]], "c": [[9.0, 7, 9], [9.0, 8, 8]]},
                 [1, 2, 3], setting="s", better="lower")
    found = wins(table)
    assert found.matrix.loc["b", "a"] == pytest.approx(2 / 3)
    assert found.possible.loc["b", "a"] == pytest.approx(2 / 3)
    assert found.possible.loc["a", "c"] == pytest.approx(1)
    assert found.weak.to_numpy().tolist() == [[False, True, True], [True, False, True], [True, True, False]]
    assert found.critical.loc["a", "b"] == pytest.approx(12.706, abs=5e-4)


def test_one_seed_says_nothing():
    found = wins(rows({"a": [[1.0, 2]], "b": [[2.0, 3]]}, [1, 2], setting="s", better="lower"))
    assert (found.settings, found.matrix.to_numpy().sum(), found.n.loc["a", "b"]) == (0, 0, 1)
    assert np.isnan(found.critical.loc["a", "b"])
    assert found.weak.loc["a", "b"]


def test_nothing_gives_nothing():
    found = wins(pd.DataFrame(columns=["setting", "better", "group", "seed", "x", "value"]))
    assert (found.matrix.shape, found.settings) == ((1, 0), 0)
    lonely = wins(rows({"a": [[1.0], [2.0]]}, [1], setting="s", better="lower"))
    assert lonely.matrix.to_numpy().tolist() == [[0], [0]]


@FEW
@given(tables(), tables(), st.booleans())
def test_it_is_what_a_loop_counts(first, second, corrected):
    table = pd.concat([first.assign(setting="1", better="higher"), second.assign(setting="2", better="lower")])
    expected = {(i, j): 0.0 for i in "abc" for j in "abc"}
    for setting, better in (("1", 1), ("2", -1)):
        one = table[table["setting"] == setting]
        tests = []
        for x in sorted(one["x"].unique()):
            wide = better * one[one["x"] == x].pivot(index="seed", columns="group", values="value")
            for i, j in ("ab", "ac", "bc"):
                pair = wide[[i, j]].dropna() if {i, j} <= {*wide} else wide.iloc[:0]
                if len(pair) > 1:
                    gap = pair[i] - pair[j]
                    flat = gap.std() < 1e-9
                    p = float(abs(gap.mean()) < 1e-9) if flat else stats.ttest_1samp(gap, 0).pvalue
                    tests.append((x, *((i, j) if gap.mean() > 0 else (j, i)), p))
        adjusted = holm(np.array([test[-1] for test in tests])) if corrected else [test[-1] for test in tests]
        for (_, winner, loser, _), p in zip(tests, adjusted, strict=True):
            expected[winner, loser] += (p < 0.05) / len({x for x, *_ in tests})
    found = wins(table, corrected)
    for i in found.matrix.columns:
        for j in found.matrix.columns:
            assert found.matrix.loc[i, j] == pytest.approx(expected[i, j])
    np.testing.assert_array_less(found.matrix.iloc[:-1].to_numpy() + found.matrix.iloc[:-1].to_numpy().T,
                                 found.possible.to_numpy() + 1e-9)


@FEW
@given(tables(), st.booleans())
def test_the_other_direction_turns_winners_into_losers(table, corrected):
    up, down = (wins(table.assign(setting="s", better=better), corrected) for better in ("higher", "lower"))
    np.testing.assert_allclose(up.matrix.iloc[:-1].T, down.matrix.iloc[:-1])
    np.testing.assert_allclose(up.possible, down.possible)
