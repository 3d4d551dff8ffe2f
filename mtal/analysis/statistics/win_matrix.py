"""Who beats whom: the pairwise comparison of BADGE.

Ash et al. 2020, "Deep batch active learning by diverse, uncertain gradient lower bounds", section
4, "Pairwise comparisons".
"""

from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from mtal.analysis.statistics.paired_tests import LEVEL, critical, holm, paired_tests

MEAN = "mean over the column"
FEW = 3  # seeds, below which a cell is weak


class Wins(NamedTuple):
    """Tables, row i against column j."""

    matrix: pd.DataFrame  # how often i beats j; the last row MEAN: how often the column is beaten
    possible: pd.DataFrame  # the most that the cell could be
    n: pd.DataFrame  # fewest shared seeds in its tests; 1 without a test, 0 if never compared
    critical: pd.DataFrame  # the |t| needed at that n, before any correction
    weak: pd.DataFrame  # n < FEW
    settings: int  # that count
    tests: int  # the most that a setting has, which Holm's correction counts


def wins(rows: pd.DataFrame, corrected: bool = False) -> Wins:
    """Count at which share of the budgets group i beats group j, summed over the settings.

    BADGE calls the table the penalty matrix P: P[i, j] gains 1 / n for each budget, of the n
    budgets of a setting, at which i beats j in a paired two-sided t-test at 5 %. The mean of a
    column says how often that group is beaten: lower is better.

    rows: as of `paired_tests`.
    corrected: Holm's correction over all pairs and budgets of a setting.

    Budgets of a setting are the points at which any two groups share two seeds. Two groups are
    compared at those that both have, so a pair with fewer can gain less (`possible`). A budget at
    which no two groups differ in any seed is left out, such as the start, which all share. All
    others count; BADGE takes the first and then doubles the step. MEAN is over all rows with the
    empty diagonal, as in BADGE's program.
    """
    groups = rows["group"].unique().tolist()
    shape = (len(groups), len(groups))
    penalty, largest_penalty = np.zeros(shape), np.zeros(shape)
    shared_seeds = np.full(shape, np.inf)  # fewest in a test of i against j, in this order only
    compared = np.zeros(shape, bool)
    settings = most_tests = 0
    for _, pairs in paired_tests(rows).groupby("setting", sort=False):
        i = np.array([groups.index(name) for name in pairs["one"]])
        j = np.array([groups.index(name) for name in pairs["other"]])
        seeds = pairs["n"].to_numpy()
        compared[i, j] = True
        has_test = seeds > 1
        np.minimum.at(shared_seeds, (i[has_test], j[has_test]), seeds[has_test])
        all_same = pairs.groupby("point")["same"].transform("all").to_numpy(bool)
        tested = has_test & ~all_same
        budgets = pairs.loc[tested, "point"].nunique()
        if not budgets:
            continue
        settings, most_tests = settings + 1, max(most_tests, int(tested.sum()))
        p = pairs["p"].where(tested).to_numpy(float)
        significant = (holm(p) if corrected else p) < LEVEL
        difference = pairs["difference"].to_numpy()
        i_beats_j = significant & (difference > 0)
        j_beats_i = significant & (difference < 0)
        np.add.at(penalty, (i[i_beats_j], j[i_beats_j]), 1 / budgets)
        np.add.at(penalty, (j[j_beats_i], i[j_beats_i]), 1 / budgets)
        np.add.at(largest_penalty, (i[tested], j[tested]), 1 / budgets)
        np.add.at(largest_penalty, (j[tested], i[tested]), 1 / budgets)
    shared_seeds = np.minimum(shared_seeds, shared_seeds.T)
    n = np.where(np.isfinite(shared_seeds), shared_seeds, compared | compared.T).astype(int)
    matrix = pd.DataFrame(penalty, groups, groups)
    matrix.loc[MEAN] = penalty.mean(axis=0) if groups else 0.0  # BADGE's column averages
    critical_t = np.array([[critical(seeds) for seeds in row] for row in n]).reshape(shape)
    weak = (n < FEW) & ~np.eye(len(groups), dtype=bool)
    table = partial(pd.DataFrame, index=groups, columns=groups)
    return Wins(
        matrix,
        table(largest_penalty),
        table(n),
        table(critical_t),
        table(weak),
        settings,
        most_tests,
    )
