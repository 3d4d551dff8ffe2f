"""Ranks over many settings: Friedman's test with Nemenyi's critical difference (Demšar 2006, JMLR 7)."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from mtal.analysis.statistics.rows import direction, sign

SETTINGS = 5  # with fewer the test says nothing (our choice)
LEVEL = 0.05


class Friedman(NamedTuple):
    """ranks: mean rank per group, 1 is best, the best first. Two groups differ at 5 % if their ranks do by more than `difference`
    (Nemenyi), which only counts if p < 0.05."""

    ranks: pd.Series
    statistic: float
    p: float
    difference: float
    settings: int


def friedman(rows: pd.DataFrame) -> Friedman | None:
    """Columns: setting, group, value (such as the area under the curve; several of one pair are averaged), better.

    Settings where a group has no number are left out (NaN is none). None for fewer than 5 settings or 3 groups. Ties share
    their mean rank; if all groups tie everywhere, the statistic is 0 and p = 1.
    """
    tables = [
        sign(direction(one)) * one.groupby("group", sort=False)["value"].mean().rename(str(setting))
        for setting, one in rows.groupby("setting", sort=False)
    ]
    if not tables:
        return None
    whole = pd.concat(tables, axis=1).T.dropna()
    count, groups = whole.shape
    if count < SETTINGS or groups < 3:
        return None
    ranks = whole.rank(axis=1, ascending=False)
    if (ranks.nunique(axis=1) == 1).all():
        statistic, p = 0.0, 1.0
    else:
        statistic, p = (float(one) for one in stats.friedmanchisquare(*whole.to_numpy().T))
    return Friedman(
        ranks.mean().sort_values(kind="stable"), statistic, p, nemenyi(groups, count), count
    )


def nemenyi(groups: int, settings: int) -> float:
    """Critical difference of mean ranks at 5 %: q sqrt(k (k + 1) / 6 N), q the studentized range (k groups, inf) / sqrt(2)."""
    q = stats.studentized_range.ppf(1 - LEVEL, groups, np.inf) / np.sqrt(2)
    return float(q * np.sqrt(groups * (groups + 1) / (6 * settings)))
