"""Welch's t-tests on printed means: what a table says about differences without its runs."""

import pandas as pd
from scipy import stats

from mtal.analysis.statistics.rows import sign


def welch(rows: pd.DataFrame, group: str) -> pd.DataFrame:
    """Test `group` against each other one in every cell that both have, two-sided, uncorrected.

    rows: columns group, cell, better, mean, spread (standard deviation) and n of each. ValueError
    if better is neither "higher" nor "lower".

    Columns: other, cell, ahead (difference of the means, positive where `group` is better), p (NaN
    where neither mean has a spread and both are equal).
    """
    tables = []
    own = rows[rows["group"] == group].set_index("cell")
    statistics = ["mean", "spread", "n"]
    for other in rows["group"].unique():
        other_rows = rows[rows["group"] == other].set_index("cell")[statistics]
        cells = own.join(other_rows.add_suffix(".other"), how="inner")
        if other == group or cells.empty:
            continue
        names = [*statistics, *(f"{name}.other" for name in statistics)]
        _, p = stats.ttest_ind_from_stats(
            *(cells[name].to_numpy(float) for name in names), equal_var=False
        )
        difference = (cells["mean"] - cells["mean.other"]).to_numpy()
        ahead = cells["better"].map(sign).to_numpy() * difference
        tables.append(pd.DataFrame({"other": other, "cell": cells.index, "ahead": ahead, "p": p}))
    if not tables:
        return pd.DataFrame(columns=["other", "cell", "ahead", "p"])
    return pd.concat(tables, ignore_index=True)
