"""The budget at which a learning curve first reaches a target."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from mtal.analysis.statistics.rows import curves, seeds_of, sign, tidy

CLOSE = 1e-12  # share of the target that is rounding, so a value this close has reached it


class Reach(NamedTuple):
    """The budget at which a curve reaches a target.

    censor: "" for exactly `x`; "<=" if the first point has reached it already; ">" if the last
    point has not. x is NaN where there is no curve or no target.
    """

    x: float
    censor: str


def reach(x: np.ndarray, value: np.ndarray, target: float, better: str) -> Reach:
    """Find the budget at which one curve first reaches a target.

    x, value: (points,) in any order; points with a NaN are left out, points at equal x averaged.
    better: "higher" or "lower"; ValueError for another word.

    The curve is replaced by its running best and interpolated linearly, never extrapolated: else
    the first or last x is given, with `censor`. A target that the first point just has is "<=" too,
    since the curve may have had it before. (docs/method.md, section 11.)
    """
    x, value = np.asarray(x, float), np.asarray(value, float)
    measured = np.isfinite(x) & np.isfinite(value)
    budgets, index, repeats = np.unique(x[measured], return_inverse=True, return_counts=True)
    if not len(budgets) or np.isnan(target):
        return Reach(np.nan, "")
    means = np.bincount(index, weights=value[measured]) / repeats
    reached, censor = reaches(budgets[None], means[None], np.array([target]), better)
    return Reach(float(reached[0]), str(censor[0]))


def reaches(
    x: np.ndarray, value: np.ndarray, target: np.ndarray, better: str
) -> tuple[np.ndarray, np.ndarray]:
    """Find the budgets of many curves at once, as `reach`: floats (curves,), censors (curves,).

    x, value: (curves, points >= 1) without NaN. target: (curves,).
    """
    order = np.argsort(x, axis=1, kind="stable")
    x, value = np.take_along_axis(x, order, axis=1), np.take_along_axis(value, order, axis=1)
    best = np.maximum.accumulate(sign(better) * value, axis=1)  # higher is better from here on
    goal = sign(better) * target
    at_goal = best >= (goal - CLOSE * np.abs(goal))[:, None]
    reached, first, curve = at_goal.any(axis=1), at_goal.argmax(axis=1), np.arange(len(x))
    before = np.maximum(first - 1, 0)
    start, rise = best[curve, before], best[curve, first] - best[curve, before]
    part = np.clip(np.divide(goal - start, rise, out=np.ones(len(x)), where=rise > 0), 0, 1)
    between = x[curve, before] + part * (x[curve, first] - x[curve, before])
    at_first = reached & (first == 0)
    budgets = np.select([at_first, reached], [x[:, 0], between], x[:, -1])
    return budgets, np.select([at_first, reached], ["<=", ""], ">")


def reach_by_group(rows: pd.DataFrame, target: float, better: str) -> pd.DataFrame:
    """Find the budget of each group's mean curve. Columns: group, x, censor, n.

    The mean is over all n seeds of a group, at the points that all of them have.
    """
    kept = tidy(rows)
    table = []
    for group in kept["group"].unique():
        line = curves(kept, group, seeds_of(kept, group))
        budget = reach(line.x.mean(axis=0), line.value.mean(axis=0), target, better)
        table.append((group, *budget, len(line.x)))
    return pd.DataFrame(table, columns=["group", "x", "censor", "n"])


def text(value: float, censor: str = "", precision: int = 1) -> str:
    """`28.6`, `≤20.0`, `>60.0`; `unknown` for NaN."""
    if np.isnan(value):
        return "unknown"
    relation = {"<=": "≤", ">=": "≥"}.get(censor, censor)
    return f"{relation}{value:.{precision}f}"
