"""Area under the learning curve (AULC), as a mean height: comparable only within one range of budgets."""

import numpy as np
import pandas as pd

from mtal.analysis.statistics.rows import tidy


def seed_areas(rows: pd.DataFrame) -> pd.DataFrame:
    """Columns: group, seed, area, low, high. area = trapezoids from low to high, divided by high - low: a mean value.

    low, high: the range of x that every curve in `rows` covers, of all groups and seeds; where it cuts between two points of a
    curve, the curve is read off linearly there. No common range, as with a run of one cycle: area is NaN, so leave such runs
    out. A NaN value is a missing point, which the trapezoid bridges.
    """
    kept = tidy(rows)
    ends = kept.groupby(["group", "seed"], sort=False)["x"].agg(["min", "max"])
    low, high = float(ends["min"].max()), float(ends["max"].min())
    found = [
        (group, seed, _area(one["x"].to_numpy(), one["value"].to_numpy(), low, high))
        for (group, seed), one in kept.groupby(["group", "seed"], sort=False)
    ]
    return pd.DataFrame(found, columns=["group", "seed", "area"]).assign(low=low, high=high)


def areas(rows: pd.DataFrame, reference: str | None = None) -> pd.DataFrame:
    """Columns: group, mean, std (of the sample, NaN at n = 1), n, low, high, gain, gain_std, pairs.

    gain: mean over the seeds that both have of area - the reference's area, in the unit of the metric, whichever direction is
    better; NaN with pairs = 0 where there is no such seed or no reference.
    """
    found = seed_areas(rows)
    base = found[found["group"] == reference].set_index("seed")["area"]
    found["gain"] = found["area"] - found["seed"].map(base).astype(float)
    return (
        found.groupby("group", sort=False)
        .agg(
            mean=("area", "mean"),
            std=("area", "std"),
            n=("area", "count"),
            low=("low", "first"),
            high=("high", "first"),
            gain=("gain", "mean"),
            gain_std=("gain", "std"),
            pairs=("gain", "count"),
        )
        .reset_index()
    )


def _area(x: np.ndarray, value: np.ndarray, low: float, high: float) -> float:
    """x in ascending order."""
    if not low < high:
        return np.nan
    inside = (x >= low) & (x <= high)
    at, height = x[inside], value[inside]  # as they are: two at one x are a step
    for end in (low, high):
        if end not in at:
            place = int(np.searchsorted(at, end))
            at, height = (
                np.insert(at, place, end),
                np.insert(height, place, np.interp(end, x, value)),
            )
    return float(np.trapezoid(height, at) / (high - low))
