"""What the points of a map can be coloured by: a group each, or a number each. Pure; a row per pool image."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

MOST = 12  # groups that people can still tell apart; the rest is "other"
OTHER, NONE = "other", "unknown"


@dataclass(frozen=True)
class Groups:
    """A group per image. `codes` (N,) int: place in `names`, in the order of the legend."""

    title: str
    codes: np.ndarray
    names: tuple[str, ...]


@dataclass(frozen=True)
class Values:
    """A number per image. `values` (N,) float, NaN where there is none; `unit` "" where it has none."""

    title: str
    values: np.ndarray
    unit: str = ""

    @property
    def axis(self) -> str:
        """`error of depth (m)`"""
        return f"{self.title} ({self.unit})" if self.unit else self.title


Colouring = Groups | Values


def grouped(
    title: str,
    labels: Sequence[str] | np.ndarray | pd.Series,
    order: Sequence[str] = (),
    most: int = MOST,
) -> Groups:
    """Groups by their names. `order`: of those that have one; without it the largest comes first.

    More than `most` groups: the smallest become "other".
    """
    found = pd.Series(np.asarray(labels, dtype=object))
    counts = found.value_counts()  # the largest first
    names = [name for name in order if name in counts.index] + sorted(
        (name for name in counts.index if name not in order),
        key=lambda name: (-int(counts[name]), str(name)),
    )
    if len(names) > most:
        kept = set(sorted(names, key=lambda name: (name == OTHER, -int(counts[name])))[: most - 1])
        found = found.where(found.isin(kept), OTHER)
        names = [name for name in names if name in kept and name != OTHER] + [OTHER]
    place = {name: at for at, name in enumerate(names)}
    return Groups(title, found.map(place).to_numpy(np.int64), tuple(names))


def by_driving_task(driver: np.ndarray, tasks: Sequence[str]) -> Groups:
    """Group images by the task that drives their score. driver: (N,) names, "" without a score."""
    return grouped("driving task", np.where(driver == "", "no score", driver), [*tasks, "no score"])


def labelled_in(since: np.ndarray, cycle: int) -> Groups:
    """When each image was labelled, as it stands once a cycle has picked. since (N,): -1 at the start, a cycle, or a later
    one; what later cycles pick still counts as not labelled."""
    order = ["start", *[f"cycle {number}" for number in range(cycle + 1)], "not labelled"]
    labels = np.where(
        since < 0,
        order[0],
        np.where(since > cycle, order[-1], [f"cycle {int(number)}" for number in since]),
    )
    return grouped("labelled in", labels, order, most=len(order))


def compared(pool: pd.DataFrame, others: Sequence[int], own: str, other: str) -> Groups:
    """Who picks an image: the run's strategy, another one with the same budget, both or neither. `others`: its positions."""
    theirs = np.zeros(len(pool), bool)
    theirs[list(others)] = True
    mine = pool["picked"].to_numpy(bool)
    order = ["both", f"only {own}", f"only {other}", "neither", "labelled before"]
    labels = np.select(
        [pool["labelled"].to_numpy(bool), mine & theirs, mine, theirs],
        [order[4], *order[:3]],
        order[3],
    )
    return grouped(f"picked by {own} or {other}", labels, order)


def dominant(content: pd.DataFrame, task: str, title: str) -> Groups:
    """The class that a task sees in most pixels of an image. Columns of `content`: <task>/<class>, shares 0..1."""
    return grouped(f"largest class of {title}", _largest(content, f"{task}/", NONE)[1])


def clusters(found: pd.Series) -> Groups:
    """Clusters of the embedding by number, the largest first; -1 is unknown."""
    return grouped(
        "cluster", [NONE if number < 0 else f"cluster {int(number)}" for number in found]
    )


def _largest(table: pd.DataFrame, prefix: str, none: str) -> tuple[list[str], np.ndarray]:
    """What the columns with a prefix are called without it, and per row the one with the largest value; `none` without any."""
    columns = [name for name in map(str, table.columns) if name.startswith(prefix)]
    values = table[columns].to_numpy(float)
    names = [name.removeprefix(prefix) for name in columns]
    best = np.where(np.isnan(values), -np.inf, values).argmax(axis=1)
    return names, np.where(np.isnan(values).all(axis=1), none, np.array(names)[best])
