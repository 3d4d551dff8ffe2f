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
    for row in paired_tests(table.assign(setting="s", better=better)).itertuples():
        here = (
            table[table["x"] == row.point]
            .pivot(index="seed", columns="group", values="value")[[row.one, row.other]]
            .dropna()
        )
        assert row.n == len(here)
        difference = (here[row.one] - here[row.other]) * (1 if better == "higher" else -1)
        assert row.difference == pytest.approx(difference.mean(), abs=1e-9)
        if row.n > 1 and difference.std() > 1e-9:
            expected = stats.ttest_rel(here[row.one], here[row.other])
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
    found = paired_tests(table).set_index(["one", "other"])
    assert found.loc[("a", "b"), ["n", "t", "p"]].tolist() == [2, np.inf, 0]
    assert found.loc[("b", "c"), ["n", "t", "p"]].tolist() == [2, -np.inf, 0]
    assert found.loc[("a", "c"), ["n", "t", "p"]].tolist() == [2, 0, 1]


def test_one_shared_seed_is_no_test_and_none_no_row():
    table = rows(
        {"a": [[1.0], [2.0]], "b": [[3.0]], "c": [[1.0]]}, [5], setting="s", better="higher"
    )
    table.loc[table["group"] == "c", "seed"] = 9
    found = paired_tests(table)
    assert found[["one", "other", "n", "difference"]].to_numpy().tolist() == [["a", "b", 1, -2]]
    assert found[["t", "p"]].isna().all(axis=None)


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
    """Sorted 0.005, 0.01, 0.03, 0.04 times 4, 3, 2, 1: 0.02, 0.03, 0.06, 0.04, and never falling: 0.02, 0.03, 0.06, 0.06."""
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03, 0.005])), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(holm(np.array([0.01, np.nan, 0.9, 0.6])), [0.03, np.nan, 1, 1])
    assert holm(np.array([])).size == 0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_rejects_as_its_steps_say(p):
    rejected = set()
    for step, place in enumerate(sorted(range(len(p)), key=lambda place: p[place])):
        if p[place] * (len(p) - step) >= 0.05:
            break
        rejected.add(place)
    assert {place for place, one in enumerate(holm(np.array(p))) if one < 0.05} == rejected
