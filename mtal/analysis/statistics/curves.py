"""Means over seeds with their spread, and the change against a reference. Nothing is smoothed, carried on or extrapolated."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import stats

from mtal.analysis.statistics.rows import direction, in_order, line, point, sign, tidy

SPREADS = {
    "std": "standard deviation",
    "sem": "standard error",
    "ci95": "95 % confidence interval (Student t)",
}


def over_seeds(rows: pd.DataFrame, spread: str = "std") -> pd.DataFrame:
    """Columns: (task), group, (cycle), x (mean over seeds), mean, spread (half of the band; NaN at n = 1), n (seeds that have the
    point). With a column task the tasks stay apart: one pass for all of them.

    `spread`: one of SPREADS; std is of the sample (ddof 1), sem = std / sqrt(n), ci95 = t(0.975, n - 1) * sem. A NaN is a point
    that this seed lacks; n says so.
    """
    return _summary(tidy(rows), spread)


def beside(rows: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Rows as given, tidy, and base: what the same seed (and task) of the group `reference` has at equal x, read off linearly
    between its points; NaN outside their range and for a seed that it lacks."""
    kept = tidy(rows)
    keys = [name for name in ("task", "seed") if name in kept.columns]
    theirs, x, value = (
        (kept["group"] == reference).to_numpy(),
        kept["x"].to_numpy(),
        kept["value"].to_numpy(),
    )
    base = np.full(len(kept), np.nan)
    for place in map(np.asarray, kept.groupby(keys, sort=False).indices.values()):
        twin = place[theirs[place]]  # cycles that cost nothing share an x
        if len(twin):
            known, which = np.unique(x[twin], return_inverse=True)
            curve = np.bincount(which, value[twin]) / np.bincount(which)
            base[place] = np.interp(x[place], known, curve, left=np.nan, right=np.nan)
    return kept.assign(base=base)


def changes(rows: pd.DataFrame, reference: str, better: str | Mapping[str, str]) -> pd.DataFrame:
    """Rows as given, tidy, with value = change in % against the same seed of `reference` at equal x; positive is better.

    100 * (value - r) / |r|, with the other sign where lower is better; r as `beside` reads it off, NaN at r = 0. `better`: one
    for all rows, or per task.
    """
    found = beside(rows, reference)
    turned: float | pd.Series[float] = (
        sign(better)
        if isinstance(better, str)
        else found["task"].map({task: sign(one) for task, one in better.items()}).astype(float)
    )
    base = found["base"].where(found["base"] != 0)
    return found.assign(value=100 * turned * (found["value"] - base) / base.abs()).drop(
        columns="base"
    )


def across_tasks(rows: pd.DataFrame, reference: str, spread: str = "std") -> pd.DataFrame:
    """Mean over tasks of `changes`, then over seeds, in %; columns as `over_seeds`. `rows` of several tasks, with the columns
    task and better. Only of points where every task of `rows` can be compared for that seed: else NaN, n = 0. Tasks count the
    same, as in the multi-task gain of Maninis et al. 2019 (there against single-task networks)."""
    better = {str(task): direction(one) for task, one in rows.groupby("task", sort=False)}
    keys = [*dict.fromkeys(["group", "seed", point(rows)])]
    every = changes(rows, reference, better)
    points = every.assign(budget=every["x"]).groupby(keys, sort=False)
    found = points[["budget", "value"]].mean().reset_index()
    found["value"] = found["value"].where(points["value"].count().to_numpy() == len(better))
    return _summary(found.assign(x=found["budget"]), spread)


def _summary(kept: pd.DataFrame, spread: str) -> pd.DataFrame:
    """`kept`: a row per line, seed and point; NaN values count for nothing, but their points stay."""
    if spread not in SPREADS:
        raise ValueError(f"spread must be one of {', '.join(SPREADS)}, not {spread!r}")
    keys = [*line(kept), point(kept)]
    points = kept.assign(budget=kept["x"]).groupby(keys, sort=False)
    found = points[["budget", "value"]].mean()
    n, std = points["value"].count().to_numpy(), points["value"].std().to_numpy()
    many = np.where(n > 1, n, np.nan)
    factor = {
        "std": np.ones(len(n)),
        "sem": many**-0.5,
        "ci95": stats.t.ppf(0.975, many - 1) * many**-0.5,
    }[spread]
    found = found.assign(spread=std * factor, n=n).reset_index().rename(columns={"value": "mean"})
    found = in_order(found.assign(x=found["budget"]))
    return found[[*dict.fromkeys([*keys, "x"]), "mean", "spread", "n"]]
