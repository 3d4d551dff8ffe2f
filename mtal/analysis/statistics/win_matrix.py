"""Who beats whom: the pairwise comparison of BADGE (Ash et al. 2020, "Deep batch active learning by diverse, uncertain gradient
lower bounds", section 4)."""

from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from mtal.analysis.statistics.paired_tests import LEVEL, critical, holm, paired_tests

MEAN = "mean over the column"
FEW = 3  # seeds, below which a cell is weak


class Wins(NamedTuple):
    """Tables, row i against column j. matrix: how often i beats j, with the last row MEAN: how often the column is beaten.
    possible: the most that the cell could be. n: the least number of shared seeds in its tests, 1 without a test, 0 if never
    compared. critical: the |t| needed at that n, before any correction. weak: n < 3. settings: how many count. tests: the most
    that a setting has, of which Holm's correction is."""

    matrix: pd.DataFrame
    possible: pd.DataFrame
    n: pd.DataFrame
    critical: pd.DataFrame
    weak: pd.DataFrame
    settings: int
    tests: int


def wins(rows: pd.DataFrame, corrected: bool = False) -> Wins:
    """Cell (i, j) gains 1 / budgets of the setting for each budget at which i beats j in a paired two-sided t-test at 5 %.

    `rows` as for `paired_tests`. Budgets of a setting: the points at which any two groups share two seeds; two groups are
    compared at those that both have, so a pair with fewer can gain less (`possible`). Left out is a budget at which no two
    groups differ in any seed, such as the start, which all share. All others count; BADGE takes the first and then doubles the
    step. corrected: Holm over all pairs and budgets of a setting. MEAN is over all rows, with the empty diagonal, as in BADGE's
    program.
    """
    groups = rows["group"].unique().tolist()
    tests = paired_tests(rows)
    size = (len(groups), len(groups))
    matrix, possible, least, never = (
        np.zeros(size),
        np.zeros(size),
        np.full(size, np.inf),
        np.ones(size, bool),
    )
    settings = most = 0
    for _, one in tests.groupby("setting", sort=False):
        i, j = (
            np.array([groups.index(name) for name in one[column]]) for column in ("one", "other")
        )
        n = one["n"].to_numpy()
        never[i, j] = False
        np.minimum.at(least, (i[n > 1], j[n > 1]), n[n > 1])
        tested = (n > 1) & ~one.groupby("point")["same"].transform("all").to_numpy(bool)
        budgets = one.loc[tested, "point"].nunique()
        if not budgets:
            continue
        settings, most = settings + 1, max(most, int(tested.sum()))
        p = one["p"].where(tested).to_numpy(float)
        clear = (holm(p) if corrected else p) < LEVEL
        ahead = clear & (one["difference"].to_numpy() > 0)
        behind = clear & (one["difference"].to_numpy() < 0)
        np.add.at(matrix, (i[ahead], j[ahead]), 1 / budgets)
        np.add.at(matrix, (j[behind], i[behind]), 1 / budgets)
        np.add.at(possible, (i[tested], j[tested]), 1 / budgets)
    least = np.minimum(least, least.T)
    n = np.where(np.isfinite(least), least, ~(never & never.T)).astype(int)
    table = pd.DataFrame(matrix, groups, groups)
    table.loc[MEAN] = matrix.mean(axis=0) if groups else 0.0
    needed = np.array([[critical(count) for count in row] for row in n]).reshape(size)
    weak = (n < FEW) & ~np.eye(len(groups), dtype=bool)
    square = partial(pd.DataFrame, index=groups, columns=groups)
    return Wins(
        table,
        square(possible + possible.T),
        square(n),
        square(needed),
        square(weak),
        settings,
        most,
    )
