"""The rows of learning curves: which count, which are one point, and which direction is better.

Columns: group (a line: strategy and variant), seed, x (the budget, >= 0, in any unit), value;
cycle, if the runs have one; and task, where there may be several.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd


class Curves(NamedTuple):
    """One line at the points that all its seeds have. x, value: (seeds, points) float."""

    x: np.ndarray
    value: np.ndarray


def point(rows: pd.DataFrame) -> str:
    """Name the column that aligns seeds: cycle if there is one, else x."""
    return "cycle" if "cycle" in rows.columns else "x"


def sign(better: str) -> int:
    """1 for "higher", -1 for "lower"; ValueError for another word."""
    if better not in {"higher", "lower"}:
        raise ValueError(f'better must be "higher" or "lower", not {better!r}')
    return 1 if better == "higher" else -1


def direction(rows: pd.DataFrame) -> str:
    """The one entry of the column better; ValueError if it has several."""
    directions = rows["better"].unique()
    if len(directions) != 1:
        raise ValueError(f"one task has one direction, not {list(directions)}")
    return str(directions[0])


def tidy(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep one row per (task,) group, seed and point, sorted by `in_order`.

    Columns: (task), group, seed, (cycle), x, value.

    A row with a NaN or infinite x or value was not measured: it is left out, and the seed lacks the
    point. Rows that repeat a point of a seed are averaged (our choice).
    """
    keys = [*line(rows), "seed", point(rows)]
    kept = rows[[*dict.fromkeys([*keys, "x", "value"])]].astype({"x": float, "value": float})
    kept = kept[np.isfinite(kept["x"]) & np.isfinite(kept["value"])]
    if kept.duplicated(keys).any():
        averaged = [name for name in ("x", "value") if name not in keys]
        kept = kept.groupby(keys, sort=False)[averaged].mean().reset_index()
    return in_order(kept)


def line(rows: pd.DataFrame) -> list[str]:
    """The columns that say which line a row belongs to."""
    return [name for name in ("task", "group") if name in rows.columns]


def in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Sort rows by task and group as they first appear, then by seed, x and cycle if present."""
    by = [pd.factorize(rows[name])[0] for name in line(rows)]
    by += [rows[name].to_numpy(float) for name in ("seed", "x", "cycle") if name in rows.columns]
    return rows.take(np.lexsort(by[::-1])).reset_index(drop=True)


def seeds_of(kept: pd.DataFrame, group: str) -> list[int]:
    """List the seeds of a line in order. kept: as `tidy` gives it."""
    return sorted(int(seed) for seed in kept.loc[kept["group"] == group, "seed"].unique())


def curves(kept: pd.DataFrame, group: str, seeds: Iterable[int]) -> Curves:
    """Extract a line at the points that all `seeds` have.

    So no step of their mean comes from a change of seeds (our choice).
    """
    rows = kept[(kept["group"] == group) & kept["seed"].isin([*seeds])].copy()
    if not len(rows):
        return Curves(np.empty((0, 0)), np.empty((0, 0)))
    rows["point"] = rows[point(kept)]
    wide = rows.pivot(index="seed", columns="point", values=["x", "value"])
    x, value = wide["x"].to_numpy(float), wide["value"].to_numpy(float)
    complete = np.isfinite(value).all(axis=0)
    return Curves(x[:, complete], value[:, complete])
