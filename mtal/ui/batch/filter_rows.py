"""Filter and sort the rows of a batch. Pure: tables and settings in, tables out."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mtal.runs.store.pool_table import scored_tasks, task_score_column

# columns whose smallest value comes first; all others begin with the largest
ASCENDING = ("rank", "cluster", "driver", "partner")


@dataclass(frozen=True)
class RowFilter:
    """Conditions that a row must meet. An empty tuple or text sets no condition."""

    decisions: tuple[str, ...] = ()
    drivers: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()  # numbers as text, as they stand in the address
    best: int = 0  # the last rank that passes; 0 = all
    column: str = ""  # a score, which must be at least `least`
    least: float = 0.0
    content: str = ""  # "<task>/<class>", which must cover at least `share` percent of the image
    share: float = 0.0


def passes(rows: pd.DataFrame, row_filter: RowFilter, content: pd.DataFrame) -> np.ndarray:
    """Which rows meet all conditions: (R,) bool.

    content: class shares in 0..1 of the whole pool, one row per position, as `Run.content`.
    """
    keep = np.ones(len(rows), bool)
    allowed = {
        "decision": row_filter.decisions,
        "driver": row_filter.drivers,
        "partner": row_filter.partners,
        "cluster": row_filter.clusters,
    }
    for column, values in allowed.items():
        if values:
            keep &= rows[column].astype(str).isin(values).to_numpy()
    if row_filter.best:
        keep &= rows["rank"].between(1, row_filter.best).to_numpy()
    if row_filter.column:
        keep &= rows[row_filter.column].to_numpy(float) >= row_filter.least
    if row_filter.content:
        shares = content[row_filter.content].to_numpy(float)[rows.index]
        keep &= shares >= row_filter.share / 100
    return keep


def in_order(rows: pd.DataFrame, by: str, backwards: bool, content: pd.DataFrame) -> pd.DataFrame:
    """Sort by a column of `rows`, or by a class of `content`. Unknown values come last; stable."""
    values = content[by].iloc[rows.index] if by in content else rows[by]
    if by == "rank":
        values = values.where(values != 0)  # 0 = not ranked
    order = (
        values.reset_index(drop=True)
        .sort_values(ascending=(by in ASCENDING) != backwards, kind="stable", na_position="last")
        .index
    )
    return rows.iloc[order]


def sortings(rows: pd.DataFrame, content: str = "") -> dict[str, str]:
    """Columns that a batch can be sorted by, as far as they were measured: column -> title.

    content: "<task>/<class>" to offer as well, or "".
    """
    titles = {
        name: name.capitalize()
        for name in ("rank", "score", "inconsistency", "diversity", "cluster")
        if name in rows
    }
    titles |= {task_score_column(task): f"Score of {task}" for task in scored_tasks(rows)}
    if content:
        titles[content] = f"Share of {content.partition('/')[2]}"
    return titles


def scores(rows: pd.DataFrame) -> dict[str, str]:
    """Columns for which a lowest value can be set: column -> title."""
    titles = sortings(rows)
    return {name: title for name, title in titles.items() if name not in {"rank", "cluster"}}
