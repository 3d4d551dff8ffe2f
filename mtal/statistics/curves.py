"""Means over seeds with their spread, and the change against a reference. Nothing is smoothed, carried on or extrapolated."""
import numpy as np
import pandas as pd
from scipy import stats

from mtal.statistics.rows import direction, in_order, point, sign, tidy

SPREADS = {"std": "standard deviation", "sem": "standard error", "ci95": "95 % confidence interval (Student t)"}


def over_seeds(rows: pd.DataFrame, spread: str = "std") -> pd.DataFrame:
    """Columns: group, (cycle), x (mean over seeds), mean, spread (half of the band; NaN at n = 1), n (seeds that have the point).

    `spread`: one of SPREADS; std is of the sample (ddof 1), sem = std / sqrt(n), ci95 = t(0.975, n - 1) * sem. A NaN is a point
    that this seed lacks; n says so.
    """
    return _summary(tidy(rows), spread)


def changes(rows: pd.DataFrame, reference: str, better: str) -> pd.DataFrame:
    """Rows as given, tidy, with value = change in % against the same seed of `reference` at equal x; positive is better.

    100 * (value - r) / |r|, with the other sign where lower is better. r is read off linearly between the reference's points;
    NaN outside their range, for a seed that the reference lacks, and at r = 0.
    """
    kept = tidy(rows)
    x, base, theirs = kept["x"].to_numpy(), np.full(len(kept), np.nan), kept[kept["group"] == reference]
    for seed, twin in theirs.groupby("seed"):
        curve, mine = twin.groupby("x")["value"].mean(), (kept["seed"] == seed).to_numpy()
        base[mine] = np.interp(x[mine], curve.index.to_numpy(float), curve.to_numpy(), left=np.nan, right=np.nan)
    base[base == 0] = np.nan
    return kept.assign(value=100 * sign(better) * (kept["value"].to_numpy() - base) / np.abs(base))


def across_tasks(rows: pd.DataFrame, reference: str, spread: str = "std") -> pd.DataFrame:
    """Mean over tasks of `changes`, then over seeds, in %; columns as `over_seeds`. `rows` of several tasks, with the columns
    task and better. Only of points where every task of `rows` can be compared for that seed: else NaN, n = 0. Tasks count the
    same, as in the multi-task gain of Maninis et al. 2019 (there against single-task networks)."""
    pieces = [changes(one, reference, direction(one)) for _, one in rows.groupby("task", sort=False)]
    if not pieces:
        return _summary(tidy(rows), spread)
    every = pd.concat(pieces, ignore_index=True)
    every["budget"] = every["x"]
    found = (every.groupby(["group", "seed", point(rows)], sort=False)
             .agg(budget=("budget", "mean"), value=("value", "mean"), tasks=("value", "count")).reset_index())
    found = found.assign(x=found["budget"], value=found["value"].where(found["tasks"] == len(pieces)))
    return _summary(found, spread)


def _summary(kept: pd.DataFrame, spread: str) -> pd.DataFrame:
    """`kept`: a row per group, seed and point; NaN values count for nothing, but their points stay."""
    if spread not in SPREADS:
        raise ValueError(f"spread must be one of {', '.join(SPREADS)}, not {spread!r}")
    keys = [*dict.fromkeys(["group", point(kept)])]
    found = (kept.assign(budget=kept["x"]).groupby(keys, sort=False)
             .agg(budget=("budget", "mean"), mean=("value", "mean"), std=("value", "std"), n=("value", "count")).reset_index())
    n = found["n"].to_numpy()
    many = np.where(n > 1, n, np.nan)
    factor = {"std": np.ones(len(n)), "sem": many ** -0.5, "ci95": stats.t.ppf(0.975, many - 1) * many ** -0.5}[spread]
    found = in_order(found.assign(x=found["budget"], spread=found["std"] * factor))
    return found[[*keys, *(["x"] if "x" not in keys else []), "mean", "spread", "n"]]
