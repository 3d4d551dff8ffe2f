"""Paired t-tests against SciPy's, and Holm's correction."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mtal.analysis.statistics.paired_tests import critical, holm, paired_tests
from tests.analysis.statistics.drawn import FEW, rows, tables


@pytest.mark.parametrize(("n", "t"), [(3, 4.303), (5, 2.776), (2, 12.706)])
def test_the_critical_t(n, t):
    assert critical(n) == pytest.approx(t, abs=5e-4)
    assert np.isnan(critical(1))


@FEW
@given(tables(), st.sampled_from(["higher", "lower"]))
def test_t_and_p_are_those_of_scipy(table, better):
    rows_of_tests = paired_tests(table.assign(setting="s", better=better))
    seeds = table.groupby(["x", "seed"])["group"].nunique()
    assert len(rows_of_tests) or not (seeds > 1).any()
    for row in rows_of_tests.itertuples():
        at_budget = table[table["x"] == row.point]
        wide = at_budget.pivot(index="seed", columns="group", values="value")
        wide = wide[[row.one, row.other]].dropna()
        assert row.n == len(wide)
        difference = (wide[row.one] - wide[row.other]) * (1 if better == "higher" else -1)
        assert row.difference == pytest.approx(difference.mean(), abs=1e-9)
        if row.n > 1 and difference.std() > 1e-9:
            expected = stats.ttest_rel(wide[row.one], wide[row.other])
            assert abs(row.t) == pytest.approx(abs(expected.statistic), rel=1e-6)
            assert row.p == pytest.approx(expected.pvalue, rel=1e-6)
            assert np.sign(row.t) == np.sign(row.difference)


def test_without_variance_it_is_all_or_nothing():
    table = rows(
        {"a": [[0.3], [0.4]], "b": [[0.2], [0.3]], "c": [[0.1 + 0.2], [0.4]]},
        [5],
        setting="s",
        better="higher",
    )
    tests = paired_tests(table).set_index(["one", "other"])
    assert tests.loc[("a", "b"), ["n", "t", "p"]].tolist() == [2, np.inf, 0]
    assert tests.loc[("b", "c"), ["n", "t", "p"]].tolist() == [2, -np.inf, 0]
    assert tests.loc[("a", "c"), ["n", "t", "p"]].tolist() == [2, 0, 1]


def test_one_shared_seed_is_no_test_and_none_no_row():
    table = rows(
        {"a": [[1.0], [2.0]], "b": [[3.0]], "c": [[1.0]]}, [5], setting="s", better="higher"
    )
    table.loc[table["group"] == "c", "seed"] = 9
    tests = paired_tests(table)
    assert tests[["one", "other", "n", "difference"]].to_numpy().tolist() == [["a", "b", 1, -2]]
    assert tests[["t", "p"]].isna().all(axis=None)


def test_cycles_are_matched_where_there_are_some():
    table = rows(
        {"a": [[1.0, 2], [2.0, 4]], "b": [[3.0, 3], [4.0, 7]]}, [1, 2], setting="s", better="lower"
    )
    table = table.assign(
        cycle=table["x"] - 1, x=table["x"] + 0.1 * table["seed"] + 5 * (table["group"] == "b")
    )
    assert paired_tests(table)["point"].tolist() == [0, 1]
    assert paired_tests(table.drop(columns="cycle")).empty


def test_nothing_gives_nothing():
    assert paired_tests(
        pd.DataFrame(columns=["setting", "better", "group", "seed", "x", "value"])
    ).empty
    alone = rows({"a": [[1.0], [2.0]]}, [5], setting="s", better="lower")
    assert paired_tests(alone).empty
    assert paired_tests(alone.assign(value=np.nan)).empty


def test_holm_by_hand():
    """Sorted 0.005, 0.01, 0.03, 0.04 times 4, 3, 2, 1 is 0.02, 0.03, 0.06, 0.04, never falling."""
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03, 0.005])), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(holm(np.array([0.01, np.nan, 0.9, 0.6])), [0.03, np.nan, 1, 1])
    assert holm(np.array([])).size == 0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_rejects_as_its_steps_say(p):
    rejected = set()
    for step, index in enumerate(sorted(range(len(p)), key=lambda index: p[index])):
        if p[index] * (len(p) - step) >= 0.05:
            break
        rejected.add(index)
    assert {
        index for index, adjusted in enumerate(holm(np.array(p))) if adjusted < 0.05
    } == rejected
