"""The budget at which a learning curve first reaches a target."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from mtal.analysis.statistics.rows import curves, seeds_of, sign, tidy

CLOSE = 1e-12  # of the target: so much is rounding, and counts as reached


class Reach(NamedTuple):
    """A budget. censor: "" as it stands; "<=" reached at the first point already; ">" not reached by the last. x is NaN where
    there is no curve or no target."""

    x: float
    censor: str


def reach(x: np.ndarray, value: np.ndarray, target: float, better: str) -> Reach:
    """x, value: [points] of one curve in any order; points with a NaN are left out, points at equal x averaged.

    The curve is made monotone by its running best and read off linearly between its points; never extrapolated: the first or
    last x is given with `censor` instead. A target that the first point just has is "<=" too, since the curve may have had it
    before. (docs/method.md, section 11.)
    """
    x, value = np.asarray(x, float), np.asarray(value, float)
    there = np.isfinite(x) & np.isfinite(value)
    budgets, place, times = np.unique(x[there], return_inverse=True, return_counts=True)
    if not len(budgets) or np.isnan(target):
        return Reach(np.nan, "")
    means = np.bincount(place, weights=value[there]) / times
    found, censor = reaches(budgets[None], means[None], np.array([target]), better)
    return Reach(float(found[0]), str(censor[0]))


def reaches(
    x: np.ndarray, value: np.ndarray, target: np.ndarray, better: str
) -> tuple[np.ndarray, np.ndarray]:
    """Many curves at once, as `reach`. x, value: float [curves, points >= 1] without NaN; target: float [curves].

    Budgets float [curves] and censors str [curves].
    """
    order = np.argsort(x, axis=1, kind="stable")
    x, value = np.take_along_axis(x, order, axis=1), np.take_along_axis(value, order, axis=1)
    best, aim = np.maximum.accumulate(sign(better) * value, axis=1), sign(better) * target
    near = best >= (aim - CLOSE * np.abs(aim))[:, None]
    reached, first, curve = near.any(axis=1), near.argmax(axis=1), np.arange(len(x))
    before = np.maximum(first - 1, 0)
    start, rise = best[curve, before], best[curve, first] - best[curve, before]
    part = np.clip(np.divide(aim - start, rise, out=np.ones(len(x)), where=rise > 0), 0, 1)
    between = x[curve, before] + part * (x[curve, first] - x[curve, before])
    return (
        np.where(reached, np.where(first == 0, x[:, 0], between), x[:, -1]),
        np.where(reached, np.where(first == 0, "<=", ""), ">"),
    )


def reach_by_group(rows: pd.DataFrame, target: float, better: str) -> pd.DataFrame:
    """Columns: group, x, censor, n. Of the mean over all n seeds of a group, at the points that all of them have."""
    kept, found = tidy(rows), []
    for group in kept["group"].unique():
        line = curves(kept, group, seeds_of(kept, group))
        found.append(
            (
                group,
                *reach(line.x.mean(axis=0), line.value.mean(axis=0), target, better),
                len(line.x),
            )
        )
    return pd.DataFrame(found, columns=["group", "x", "censor", "n"])


def text(value: float, censor: str = "", places: int = 1) -> str:
    """`28.6`, `≤20.0`, `>60.0`; `unknown` for NaN."""
    return (
        "unknown"
        if np.isnan(value)
        else {"<=": "≤", ">=": "≥"}.get(censor, censor) + f"{value:.{places}f}"
    )
