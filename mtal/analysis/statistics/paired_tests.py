"""Paired t-tests between lines at equal budget, and their correction for many tests."""

import numpy as np
import pandas as pd
from scipy import stats

from mtal.analysis.statistics.rows import direction, point, sign, tidy

LEVEL = 0.05
ROUNDING = 1e-12  # of the largest value; smaller differences are zero


def critical(n: float, tests: int = 1) -> float:
    """|t| that n pairs must exceed, two-sided at 5 %: 4.303 at n = 3, 2.776 at n = 5.

    NaN below n = 2. tests: of so many, for the smallest p under Holm's correction.
    """
    return float(stats.t.ppf(1 - LEVEL / 2 / tests, n - 1)) if n > 1 else np.nan


def paired_tests(rows: pd.DataFrame) -> pd.DataFrame:
    """Test every two groups of a setting at every budget that both have.

    rows: of learning curves, also with the columns setting and better. ValueError if a setting has
    two directions.

    Columns: setting, point (cycle if `rows` have one, else x), one, other, n (seeds that both have
    there), difference (mean of one - other; positive: one is better), t, p (two-sided; NaN below
    n = 2), same (all differences are zero).

    Where the variance is zero t has no value, and we choose: all differences zero is t = 0, p = 1;
    all equal and not zero is t = ±inf, p = 0.
    """
    tables = []
    for setting, part in rows.groupby("setting", sort=False):
        curves, better = tidy(part), direction(part)
        for budget, at_budget in curves.groupby(point(curves)):
            wide = at_budget.pivot(index="seed", columns="group", values="value")
            tables.append(_tests(sign(better) * wide).assign(setting=setting, point=budget))
    columns = ["setting", "point", "one", "other", "n", "difference", "t", "p", "same"]
    if not tables:
        return pd.DataFrame(columns=columns)
    return pd.concat(tables, ignore_index=True)[columns]


def holm(p: np.ndarray) -> np.ndarray:
    """Adjust p-values (tests,) by the step-down of Holm 1979, to be compared with the level.

    NaN is no test and stays NaN.
    """
    adjusted = np.full(len(p), np.nan)
    order = np.argsort(p)[: np.isfinite(p).sum()]  # NaN are sorted last
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted


def _tests(wide: pd.DataFrame) -> pd.DataFrame:
    """Test every two columns. `wide`: seeds x groups, higher is better, NaN for a missing seed."""
    value, names = wide.to_numpy(float), wide.columns.to_numpy()
    first, second = np.triu_indices(len(names), 1)
    differences = value[:, first] - value[:, second]  # (seeds, pairs)
    n = np.isfinite(differences).sum(axis=0)
    shared = n > 0
    first, second, differences, n = first[shared], second[shared], differences[:, shared], n[shared]
    mean = np.nansum(differences, axis=0) / n
    scale = ROUNDING * np.nanmax(np.abs(value), axis=0, initial=0)
    tiny = np.maximum(scale[first], scale[second])
    with np.errstate(divide="ignore", invalid="ignore"):
        std = np.sqrt(np.nansum((differences - mean) ** 2, axis=0) / (n - 1))
        without_variance = np.where(np.abs(mean) <= tiny, 0, np.inf * np.sign(mean))
        t = np.where(std <= tiny, without_variance, mean / (std / np.sqrt(n)))
        t = np.where(n > 1, t, np.nan)
        p = 2 * stats.t.sf(np.abs(t), n - 1)
    return pd.DataFrame(
        {
            "one": names[first],
            "other": names[second],
            "n": n,
            "difference": mean,
            "t": t,
            "p": p,
            "same": np.nanmax(np.abs(differences), axis=0, initial=0) <= tiny,
        }
    )
