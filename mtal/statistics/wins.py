"""Who beats whom: the pairwise comparison of BADGE (Ash et al. 2020, "Deep batch active learning by diverse, uncertain gradient
lower bounds", section 4)."""
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from mtal.statistics.paired import LEVEL, critical, holm, paired_tests

MEAN = "mean over the column"
FEW = 3                                                     # seeds, below which a cell is weak


class Wins(NamedTuple):
    """Tables, row i against column j. matrix: how often i beats j, with the last row MEAN: how often the column is beaten.
    possible: the most that the cell could be. n: the least number of shared seeds in it, 0 if never compared. critical: the |t|
    needed at that n, before any correction. weak: n < 3. settings: how many count."""

    matrix: pd.DataFrame
    possible: pd.DataFrame
    n: pd.DataFrame
    critical: pd.DataFrame
    weak: pd.DataFrame
    settings: int


def wins(rows: pd.DataFrame, corrected: bool = False) -> Wins:
    """Cell (i, j) gains 1 / budgets of the setting for each budget at which i beats j in a paired two-sided t-test at 5 %.

    `rows` as for `paired_tests`. Budgets of a setting: the points at which any two groups share two seeds; two groups are
    compared at those that both have, so a pair with fewer can gain less (`possible`). All budgets count; BADGE takes the first
    and then doubles the step. corrected: Holm over all pairs and budgets of a setting. MEAN is over all rows, with the empty
    diagonal, as in BADGE's program.
    """
    groups = rows["group"].unique().tolist()
    tests = paired_tests(rows)
    size = (len(groups), len(groups))
    matrix, possible, least = np.zeros(size), np.zeros(size), np.full(size, np.inf)
    settings = 0
    for _, one in tests.groupby("setting", sort=False):
        i, j = (np.array([groups.index(name) for name in one[column]]) for column in ("one", "other"))
        n, p = one["n"].to_numpy(), one["p"].to_numpy(float)
        np.minimum.at(least, (i, j), n)
        budgets = one.loc[n > 1, "point"].nunique()
        if not budgets:
            continue
        settings += 1
        clear = (holm(p) if corrected else p) < LEVEL
        ahead = clear & (one["difference"].to_numpy() > 0)
        behind = clear & (one["difference"].to_numpy() < 0)
        np.add.at(matrix, (i[ahead], j[ahead]), 1 / budgets)
        np.add.at(matrix, (j[behind], i[behind]), 1 / budgets)
        np.add.at(possible, (i[n > 1], j[n > 1]), 1 / budgets)
    least = np.minimum(least, least.T)
    n = np.where(np.isfinite(least), least, 0).astype(int)
    table = pd.DataFrame(matrix, groups, groups)
    table.loc[MEAN] = matrix.mean(axis=0) if groups else 0.0
    needed = np.array([[critical(count) for count in row] for row in n]).reshape(size)
    weak = (n < FEW) & ~np.eye(len(groups), dtype=bool)
    square = partial(pd.DataFrame, index=groups, columns=groups)
    return Wins(table, square(possible + possible.T), square(n), square(needed), square(weak), settings)
