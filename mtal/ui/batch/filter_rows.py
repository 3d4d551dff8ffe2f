"""Which rows of a batch are shown and in which order. Pure: a table and wishes in, a table out."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mtal.runs.store.pool_table import scored_tasks, task_score_column

ASCENDING = (
    "rank",
    "cluster",
    "driver",
    "partner",
)  # what begins with its smallest; all else with its largest


@dataclass(frozen=True)
class Sieve:
    """What a row must have. An empty tuple or text lets everything through."""

    decisions: tuple[str, ...] = ()
    drivers: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()  # numbers as text, as they stand in the address
    best: int = 0  # ranks up to this one; 0 = all
    column: str = ""  # with `least`: a score of at least that
    least: float = 0.0
    content: str = ""  # "<task>/<class>", with `share`: at least that many percent of it
    share: float = 0.0


def passes(rows: pd.DataFrame, sieve: Sieve, content: pd.DataFrame) -> np.ndarray:
    """(N,) bool. `content`: shares 0..1 of the whole pool, a row per position, as `Run.content`."""
    keep = np.ones(len(rows), bool)
    lists: Mapping[str, tuple[str, ...]] = {
        "decision": sieve.decisions,
        "driver": sieve.drivers,
        "partner": sieve.partners,
        "cluster": sieve.clusters,
    }
    for name, wanted in lists.items():
        if wanted:
            keep &= rows[name].astype(str).isin(wanted).to_numpy()
    if sieve.best:
        keep &= rows["rank"].between(1, sieve.best).to_numpy()
    if sieve.column:
        keep &= rows[sieve.column].to_numpy(float) >= sieve.least
    if sieve.content:
        keep &= content[sieve.content].to_numpy(float)[rows.index] >= sieve.share / 100
    return keep


def in_order(rows: pd.DataFrame, by: str, backwards: bool, content: pd.DataFrame) -> pd.DataFrame:
    """Sorted by a column of the table or by a class of `content`; what is unknown comes last, equals stay as they were."""
    values = content[by].iloc[rows.index] if by in content else rows[by]
    values = values.where(values != 0) if by == "rank" else values  # 0 = none
    order = (
        values.reset_index(drop=True)
        .sort_values(ascending=(by in ASCENDING) != backwards, kind="stable", na_position="last")
        .index
    )
    return rows.iloc[order]


def sortings(rows: pd.DataFrame, content: str = "") -> dict[str, str]:
    """Column -> title of what a batch can be sorted by, as far as it was measured. `content`: a class that is asked for."""
    found = {
        name: name.capitalize()
        for name in ("rank", "score", "inconsistency", "diversity", "cluster")
        if name in rows
    }
    found |= {task_score_column(task): f"Score of {task}" for task in scored_tasks(rows)}
    return found | ({content: f"Share of {content.partition('/')[2]}"} if content else {})


def scores(rows: pd.DataFrame) -> dict[str, str]:
    """Column -> title of what a lowest value can be asked for."""
    return {
        name: title for name, title in sortings(rows).items() if name not in {"rank", "cluster"}
    }
