"""Friedman's test and Nemenyi's critical difference."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mtal.analysis.statistics.friedman import friedman, nemenyi

VALUES = np.array([[1.0, 2, 3], [1, 3, 2], [1, 2, 3], [4, 5, 6], [2, 2, 9]])


def scores(values: np.ndarray, better: str = "lower") -> pd.DataFrame:
    return pd.DataFrame(
        [
            (f"s{row}", group, value, better)
            for row, line in enumerate(values)
            for group, value in zip("abc", line, strict=True)
        ],
        columns=["setting", "group", "value", "better"],
    )


def test_ranks_and_test():
    result = friedman(scores(VALUES))
    assert result.ranks.to_dict() == pytest.approx({"a": 1.1, "b": 2.1, "c": 2.8})
    expected = stats.friedmanchisquare(*VALUES.T)
    assert (result.statistic, result.p) == pytest.approx((expected.statistic, expected.pvalue))
    assert result.settings == 5
    assert friedman(scores(-VALUES, "higher")).ranks.to_dict() == pytest.approx(
        result.ranks.to_dict()
    )


@pytest.mark.parametrize(("groups", "q"), [(2, 1.960), (3, 2.343), (5, 2.728), (10, 3.164)])
def test_critical_differences_are_those_of_the_table(groups, q):
    """Demšar 2006, table 5a."""
    assert nemenyi(groups, 14) == pytest.approx(
        q * (groups * (groups + 1) / (6 * 14)) ** 0.5, abs=1e-3
    )


def test_too_little_is_none():
    assert friedman(scores(VALUES[:4])) is None
    assert friedman(scores(VALUES).query("group != 'c'")) is None
    assert friedman(scores(VALUES).iloc[:0]) is None
    gap = VALUES.copy()
    gap[2, 1] = np.nan
    assert friedman(scores(gap)) is None


def test_ties_everywhere_are_no_difference():
    result = friedman(scores(np.ones((6, 3))))
    assert (result.statistic, result.p, result.ranks.tolist()) == (0, 1, [2, 2, 2])
