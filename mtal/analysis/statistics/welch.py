"""Welch's t-tests on printed means: what a table tells of differences without its runs."""

import pandas as pd
from scipy import stats

from mtal.analysis.statistics.rows import sign


def welch(rows: pd.DataFrame, group: str) -> pd.DataFrame:
    """`group` against each other one in every cell that both have, two-sided, without correction.

    `rows`: columns group, cell, better, mean, spread (standard deviation) and n of each. Columns: other, cell, ahead (of the
    means, positive where `group` is the better one), p (NaN where neither mean has a spread and both are equal).
    """
    found, mine = [], rows[rows["group"] == group].set_index("cell")
    for other in rows["group"].unique():
        theirs = (
            rows[rows["group"] == other]
            .set_index("cell")[["mean", "spread", "n"]]
            .add_suffix(".other")
        )
        cells = mine.join(theirs, how="inner")
        if other == group or cells.empty:
            continue
        given = (
            cells[name].to_numpy(float)
            for name in ("mean", "spread", "n", "mean.other", "spread.other", "n.other")
        )
        _, p = stats.ttest_ind_from_stats(*given, equal_var=False)
        ahead = (
            cells["better"].map(sign).to_numpy() * (cells["mean"] - cells["mean.other"]).to_numpy()
        )
        found.append(pd.DataFrame({"other": other, "cell": cells.index, "ahead": ahead, "p": p}))
    return (
        pd.concat(found, ignore_index=True)
        if found
        else pd.DataFrame(columns=["other", "cell", "ahead", "p"])
    )
