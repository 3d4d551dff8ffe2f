"""Mean differences to a reference after the start, seed by seed, with Student's interval."""

import numpy as np
import pandas as pd
from scipy import stats

from mtal.analysis.statistics.curves import with_reference
from mtal.analysis.statistics.paired_tests import critical

COLUMNS = ["group", "difference", "low", "high", "p", "pairs"]


def paired_means(rows: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Average value - the reference's value at equal x, over the points after the first.

    rows: of learning curves of one metric. Columns: group, difference (mean over seeds, in the unit
    of the metric), low, high (95 %, by Student's t), p (of no difference; all three NaN below two
    seeds), pairs (seeds that count).

    The first point is left out since strategies have their start in common. A seed counts if it
    has all points that the group has, each with a value of the reference beside it, so that all
    seeds are means over the same budgets (our choice). Groups without such a seed have no row.
    """
    curves = with_reference(rows, reference)
    curves = curves[curves["group"] != reference]
    first = curves.groupby(["group", "seed"])["x"].transform("min")
    later = curves[curves["x"] > first]
    later = later.assign(difference=later["value"] - later["base"]).dropna(subset="difference")
    by_seed = later.groupby(["group", "seed"], sort=False)["difference"]
    means = by_seed.agg(["mean", "count"]).reset_index()
    complete = means[means["count"] == means.groupby("group")["count"].transform("max")]
    records = [
        (group, values.mean(), *_tested(values.to_numpy()), len(values))
        for group, values in complete.groupby("group", sort=False)["mean"]
    ]
    return pd.DataFrame(records, columns=COLUMNS)


def _tested(values: np.ndarray) -> tuple[float, float, float]:
    """Ends of the interval of the mean, and p. Without spread: 0, or 1 where all are zero."""
    if len(values) < 2:
        return np.nan, np.nan, np.nan
    mean, error = values.mean(), values.std(ddof=1) / np.sqrt(len(values))
    half = critical(len(values)) * error
    p = 2 * stats.t.sf(abs(mean) / error, len(values) - 1) if error else float(mean == 0)
    return mean - half, mean + half, float(p)
