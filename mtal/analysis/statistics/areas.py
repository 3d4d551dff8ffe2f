"""Area under the learning curve (AULC) as a mean height, comparable within one range of budgets."""

import numpy as np
import pandas as pd

from mtal.analysis.statistics.rows import tidy


def seed_areas(rows: pd.DataFrame) -> pd.DataFrame:
    """Measure the area under each curve: columns group, seed, area, low, high.

    area: trapezoids from low to high, divided by high - low, so a mean value of the metric.
    low, high: the range of x that every curve in `rows` covers, of all groups and seeds. Where it
    cuts between two points of a curve, the curve is interpolated linearly there.

    Without a common range, as with a run of one cycle, area is NaN, so leave such runs out. A NaN
    value is a missing point, which the trapezoid bridges.
    """
    curves = tidy(rows)
    ends = curves.groupby(["group", "seed"], sort=False)["x"].agg(["min", "max"])
    low, high = float(ends["min"].max()), float(ends["max"].min())
    seed_area = [
        (group, seed, _area(curve["x"].to_numpy(), curve["value"].to_numpy(), low, high))
        for (group, seed), curve in curves.groupby(["group", "seed"], sort=False)
    ]
    return pd.DataFrame(seed_area, columns=["group", "seed", "area"]).assign(low=low, high=high)


def areas(rows: pd.DataFrame, reference: str | None = None) -> pd.DataFrame:
    """Average the areas over seeds.

    Columns: group, mean, std (of the sample, NaN at n = 1), n, low, high, gain, gain_std, pairs.

    gain: mean of area - the reference's area over the seeds that both have, in the unit of the
    metric, whichever direction is better; NaN with pairs = 0 where there is no such seed or no
    reference.
    """
    seed_area = seed_areas(rows)
    base = seed_area[seed_area["group"] == reference].set_index("seed")["area"]
    seed_area["gain"] = seed_area["area"] - seed_area["seed"].map(base).astype(float)
    by_group = seed_area.groupby("group", sort=False)
    return by_group.agg(
        mean=("area", "mean"),
        std=("area", "std"),
        n=("area", "count"),
        low=("low", "first"),
        high=("high", "first"),
        gain=("gain", "mean"),
        gain_std=("gain", "std"),
        pairs=("gain", "count"),
    ).reset_index()


def _area(x: np.ndarray, value: np.ndarray, low: float, high: float) -> float:
    """Mean height of one curve from low to high; NaN for an empty range. x ascending."""
    if not low < high:
        return np.nan
    inside = (x >= low) & (x <= high)
    inner_x, height = x[inside], value[inside]  # two points at one x are a step
    for end in (low, high):
        if end not in inner_x:
            index = int(np.searchsorted(inner_x, end))
            height = np.insert(height, index, np.interp(end, x, value))
            inner_x = np.insert(inner_x, index, end)
    return float(np.trapezoid(height, inner_x) / (high - low))
