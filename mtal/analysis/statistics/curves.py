"""Means over seeds with their spread, and the change against a reference.

Nothing is smoothed, extended or extrapolated.
"""

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
    """Average each point over its seeds; tasks stay apart where there is a column task.

    Columns: (task), group, (cycle), x (mean over seeds), mean, spread (half of the band; NaN at
    n = 1), n (seeds that have the point).

    spread: one of SPREADS; std is of the sample (ddof 1), sem = std / sqrt(n), ci95 =
    t(0.975, n - 1) * sem. ValueError for another one. A NaN value is a point that a seed lacks,
    and n says so.
    """
    return _summary(tidy(rows), spread)


def with_reference(rows: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Add the column base: the value of the group `reference` at equal x, seed (and task).

    Rows are tidy. The reference is interpolated linearly between its points; base is NaN outside
    their range, and for a seed that the reference lacks.
    """
    curves = tidy(rows)
    keys = [name for name in ("task", "seed") if name in curves.columns]
    is_reference = (curves["group"] == reference).to_numpy()
    x, value = curves["x"].to_numpy(), curves["value"].to_numpy()
    base = np.full(len(curves), np.nan)
    for indices in map(np.asarray, curves.groupby(keys, sort=False).indices.values()):
        points = indices[is_reference[indices]]
        if not len(points):
            continue
        budgets, which = np.unique(x[points], return_inverse=True)
        heights = np.bincount(which, value[points]) / np.bincount(which)  # some cycles share an x
        base[indices] = np.interp(x[indices], budgets, heights, left=np.nan, right=np.nan)
    return curves.assign(base=base)


def changes(rows: pd.DataFrame, reference: str, better: str | Mapping[str, str]) -> pd.DataFrame:
    """Replace value by its change in % against the same seed of `reference` at equal x.

    100 * (value - r) / |r|, with the other sign where lower is better, so that positive is better;
    r as `with_reference` interpolates it, NaN at r = 0. Rows are tidy.

    better: "higher" or "lower", for all rows or per task. ValueError for another word.
    """
    curves = with_reference(rows, reference)
    signs: float | pd.Series[float]
    if isinstance(better, str):
        signs = sign(better)
    else:
        by_task = {task: sign(direction) for task, direction in better.items()}
        signs = curves["task"].map(by_task).astype(float)
    base = curves["base"].where(curves["base"] != 0)
    change = 100 * signs * (curves["value"] - base) / base.abs()
    return curves.assign(value=change).drop(columns="base")


def across_tasks(rows: pd.DataFrame, reference: str, spread: str = "std") -> pd.DataFrame:
    """Average `changes` over tasks, then over seeds, in %. Columns as of `over_seeds`.

    rows: of several tasks, with the columns task and better. A point counts only where every task
    can be compared for that seed: else NaN, n = 0. Tasks count equally, as in the multi-task gain
    of Maninis et al. 2019 (there against single-task networks).
    """
    better = {str(task): direction(part) for task, part in rows.groupby("task", sort=False)}
    keys = [*dict.fromkeys(["group", "seed", point(rows)])]
    of_tasks = changes(rows, reference, better)
    points = of_tasks.assign(budget=of_tasks["x"]).groupby(keys, sort=False)
    mean = points[["budget", "value"]].mean().reset_index()
    complete = points["value"].count().to_numpy() == len(better)
    mean["value"] = mean["value"].where(complete)
    return _summary(mean.assign(x=mean["budget"]), spread)


def _summary(curves: pd.DataFrame, spread: str) -> pd.DataFrame:
    """Average over seeds. `curves`: a row per line, seed and point, whose value may be NaN."""
    if spread not in SPREADS:
        raise ValueError(f"spread must be one of {', '.join(SPREADS)}, not {spread!r}")
    keys = [*line(curves), point(curves)]
    points = curves.assign(budget=curves["x"]).groupby(keys, sort=False)
    mean = points[["budget", "value"]].mean()
    n, std = points["value"].count().to_numpy(), points["value"].std().to_numpy()
    several = np.where(n > 1, n, np.nan)
    factor = {
        "std": np.ones(len(n)),
        "sem": several**-0.5,
        "ci95": stats.t.ppf(0.975, several - 1) * several**-0.5,
    }[spread]
    table = mean.assign(spread=std * factor, n=n).reset_index().rename(columns={"value": "mean"})
    table = in_order(table.assign(x=table["budget"]))
    return table[[*dict.fromkeys([*keys, "x"]), "mean", "spread", "n"]]
