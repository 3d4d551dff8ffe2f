"""Welch's t-tests on printed means: what a table tells of differences without its runs."""
import numpy as np
import pandas as pd
from scipy import stats

from mtal.statistics.paired import LEVEL
from mtal.statistics.rows import sign


def welch(rows: pd.DataFrame, group: str) -> pd.DataFrame:
    """`group` against each other one over all cells that both have, two-sided at 5 %, without correction.

    `rows`: columns group, cell, better, mean, spread (standard deviation) and n of each. Columns: other, cells, better, worse,
    undecided (how many cells).
    """
    found, mine = [], rows[rows["group"] == group].set_index("cell")
    for other in rows["group"].unique():
        theirs = rows[rows["group"] == other].set_index("cell")[["mean", "spread", "n"]].add_suffix(".other")
        cells = mine.join(theirs, how="inner")
        if other == group or cells.empty:
            continue
        given = (cells[name].to_numpy(float) for name in ("mean", "spread", "n", "mean.other", "spread.other", "n.other"))
        _, p = stats.ttest_ind_from_stats(*given, equal_var=False)
        ahead = cells["better"].map(sign).to_numpy() * (cells["mean"] - cells["mean.other"]).to_numpy()
        clear = np.asarray(p) < LEVEL
        found.append((other, len(cells), int((clear & (ahead > 0)).sum()), int((clear & (ahead < 0)).sum()), int((~clear).sum())))
    return pd.DataFrame(found, columns=["other", "cells", "better", "worse", "undecided"])
