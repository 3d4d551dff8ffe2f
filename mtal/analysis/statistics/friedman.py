"""Ranks over many settings: Friedman's test and Nemenyi's difference (Demšar 2006, JMLR 7)."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from mtal.analysis.statistics.rows import direction, sign

SETTINGS = 5  # with fewer the test says nothing (our choice)
LEVEL = 0.05


class Friedman(NamedTuple):
    """Mean ranks, and whether they differ.

    Two groups differ at 5 % if their ranks differ by more than `difference` (Nemenyi); this counts
    only if p < 0.05.
    """

    ranks: pd.Series  # group -> mean rank; 1 is best, the best first
    statistic: float
    p: float
    difference: float
    settings: int


def friedman(rows: pd.DataFrame) -> Friedman | None:
    """Rank the groups in each setting and test whether they differ.

    rows: columns setting, group, value (such as the area under the curve; several of one pair are
    averaged), better. ValueError if a setting has two directions.

    Settings in which a group has no number are left out. None for fewer than 5 settings or 3
    groups. Ties share their mean rank; if all groups tie everywhere, the statistic is 0 and p = 1.
    """
    scores = []
    for setting, part in rows.groupby("setting", sort=False):
        mean = part.groupby("group", sort=False)["value"].mean()
        scores.append(sign(direction(part)) * mean.rename(str(setting)))
    if not scores:
        return None
    complete = pd.concat(scores, axis=1).T.dropna()  # settings x groups, higher is better
    settings, groups = complete.shape
    if settings < SETTINGS or groups < 3:
        return None
    ranks = complete.rank(axis=1, ascending=False)
    statistic, p = 0.0, 1.0
    if not (ranks.nunique(axis=1) == 1).all():
        test = stats.friedmanchisquare(*complete.to_numpy().T)
        statistic, p = float(test.statistic), float(test.pvalue)
    mean_ranks = ranks.mean().sort_values(kind="stable")
    return Friedman(mean_ranks, statistic, p, nemenyi(groups, settings), settings)


def nemenyi(groups: int, settings: int) -> float:
    """Critical difference of mean ranks at 5 % of k groups in N settings: q sqrt(k (k + 1) / 6 N).

    q is the studentized range of k groups and infinite degrees of freedom, divided by sqrt(2).
    """
    q = stats.studentized_range.ppf(1 - LEVEL, groups, np.inf) / np.sqrt(2)
    return float(q * np.sqrt(groups * (groups + 1) / (6 * settings)))
