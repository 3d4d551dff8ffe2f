"""Paired t-tests between lines at equal budget, and their correction for many tests."""

import numpy as np
import pandas as pd
from scipy import stats

from mtal.analysis.statistics.rows import direction, point, sign, tidy

LEVEL = 0.05
ROUNDING = 1e-12  # of the largest value: smaller differences are none


def critical(n: float, tests: int = 1) -> float:
    """|t| that n pairs must exceed, two-sided at 5 %: 4.303 at n = 3, 2.776 at n = 5; NaN below 2. tests: for the smallest p of
    so many under Holm's correction."""
    return float(stats.t.ppf(1 - LEVEL / 2 / tests, n - 1)) if n > 1 else np.nan


def paired_tests(rows: pd.DataFrame) -> pd.DataFrame:
    """Every two groups of a setting at every budget that both have. `rows`: also with the columns setting and better.

    Columns: setting, point (cycle if `rows` have one, else x), one, other, n (seeds that both have there), difference (mean of
    one - other; positive: one is better), t, p (two-sided; NaN below n = 2), same (all differences are zero). Where the variance
    is zero t has no value, and we choose: all differences zero is t = 0, p = 1; all equal and not zero is t = ±inf, p = 0.
    """
    pieces = []
    for setting, one in rows.groupby("setting", sort=False):
        kept, better = tidy(one), direction(one)
        for at, here in kept.groupby(point(kept)):
            wide = here.pivot(index="seed", columns="group", values="value")
            pieces.append(_tests(sign(better) * wide).assign(setting=setting, point=at))
    columns = ["setting", "point", "one", "other", "n", "difference", "t", "p", "same"]
    return (
        pd.concat(pieces, ignore_index=True)[columns] if pieces else pd.DataFrame(columns=columns)
    )


def holm(p: np.ndarray) -> np.ndarray:
    """p-values [tests] adjusted by the step-down of Holm 1979: to be compared with the level as they stand. NaN: no test."""
    adjusted = np.full(len(p), np.nan)
    order = np.argsort(p)[: np.isfinite(p).sum()]  # NaN are sorted last
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted


def _tests(wide: pd.DataFrame) -> pd.DataFrame:
    """`wide`: seeds x groups, higher is better, NaN where a seed is missing."""
    value, names = wide.to_numpy(float), wide.columns.to_numpy()
    one, other = np.triu_indices(len(names), 1)
    differences = value[:, one] - value[:, other]
    n = np.isfinite(differences).sum(axis=0)
    one, other, differences, n = one[n > 0], other[n > 0], differences[:, n > 0], n[n > 0]
    mean = np.nansum(differences, axis=0) / n
    scale = ROUNDING * np.nanmax(np.abs(value), axis=0, initial=0)
    tiny = np.maximum(scale[one], scale[other])
    with np.errstate(divide="ignore", invalid="ignore"):
        std = np.sqrt(np.nansum((differences - mean) ** 2, axis=0) / (n - 1))
        t = np.where(
            std <= tiny,
            np.where(np.abs(mean) <= tiny, 0, np.inf * np.sign(mean)),
            mean / (std / np.sqrt(n)),
        )
        t = np.where(n > 1, t, np.nan)
        p = 2 * stats.t.sf(np.abs(t), n - 1)
    return pd.DataFrame(
        {
            "one": names[one],
            "other": names[other],
            "n": n,
            "difference": mean,
            "t": t,
            "p": p,
            "same": np.nanmax(np.abs(differences), axis=0, initial=0) <= tiny,
        }
    )
