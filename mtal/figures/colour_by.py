"""What the points of a map are coloured by: a group or a number per pool image."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

MOST = 12  # groups that people can tell apart; smaller ones become "other"
OTHER, NONE = "other", "unknown"


@dataclass(frozen=True)
class Groups:
    """A group per image. `codes` (N,) int: index in `names`, in the order of the legend."""

    title: str
    codes: np.ndarray
    names: tuple[str, ...]


@dataclass(frozen=True)
class Values:
    """A number per image. `values` (N,) float, NaN where there is none; `unit` may be ""."""

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
    """Group images by label. labels (N,) names of groups.

    order: names that come first, in this order; the others follow by size, the largest first.
    most: of more groups, the smallest become "other".
    """
    group = pd.Series(np.asarray(labels, dtype=object))
    counts = group.value_counts()  # the largest first
    others = [name for name in counts.index if name not in order]
    others.sort(key=lambda name: (-int(counts[name]), str(name)))
    names = [name for name in order if name in counts.index] + others
    if len(names) > most:
        by_size = sorted(names, key=lambda name: (name == OTHER, -int(counts[name])))
        kept = set(by_size[: most - 1])
        group = group.where(group.isin(kept), OTHER)
        names = [name for name in names if name in kept and name != OTHER] + [OTHER]
    codes = {name: code for code, name in enumerate(names)}
    return Groups(title, group.map(codes).to_numpy(np.int64), tuple(names))


def by_driving_task(driver: np.ndarray, tasks: Sequence[str]) -> Groups:
    """Group images by the task that drives their score. driver: (N,) names, "" without a score."""
    return grouped("driving task", np.where(driver == "", "no score", driver), [*tasks, "no score"])


def labelled_in(since: np.ndarray, cycle: int) -> Groups:
    """Group images by when they were labelled, as seen after a cycle has picked.

    since (N,): the cycle that picked an image, -1 at the start. Picks of later cycles count as not
    labelled.
    """
    order = ["start", *[f"cycle {number}" for number in range(cycle + 1)], "not labelled"]
    cycles = [f"cycle {int(number)}" for number in since]
    labels = np.select([since < 0, since > cycle], [order[0], order[-1]], cycles)
    return grouped("labelled in", labels, order, most=len(order))


def compared(pool: pd.DataFrame, others: Sequence[int], own: str, other: str) -> Groups:
    """Group images by who picks them: the run's strategy, another one, both or neither.

    pool: columns used are picked, labelled.
    others: positions of the images that the other strategy picks with the same budget.
    own, other: titles of the two strategies.
    """
    by_other = np.zeros(len(pool), bool)
    by_other[list(others)] = True
    by_own = pool["picked"].to_numpy(bool)
    labelled = pool["labelled"].to_numpy(bool)
    both, only_own, only_other, neither = "both", f"only {own}", f"only {other}", "neither"
    before = "labelled before"
    labels = np.select(
        [labelled, by_own & by_other, by_own, by_other],
        [before, both, only_own, only_other],
        neither,
    )
    order = [both, only_own, only_other, neither, before]
    return grouped(f"picked by {own} or {other}", labels, order)


def dominant(content: pd.DataFrame, task: str, title: str) -> Groups:
    """Group images by the class that a task predicts for most of their pixels.

    Columns of `content`: <task>/<class>, shares 0..1.
    """
    return grouped(f"largest class of {title}", _largest(content, f"{task}/", NONE)[1])


def clusters(numbers: pd.Series) -> Groups:
    """Group images by their cluster in the embedding, the largest first; -1 is unknown."""
    names = [NONE if number < 0 else f"cluster {int(number)}" for number in numbers]
    return grouped("cluster", names)


def _largest(table: pd.DataFrame, prefix: str, none: str) -> tuple[list[str], np.ndarray]:
    """Find the column with the largest value in each row, among those with a prefix.

    Returns the names of these columns without the prefix, and (N,) names; `none` where a row has
    no value.
    """
    columns = [name for name in map(str, table.columns) if name.startswith(prefix)]
    values = table[columns].to_numpy(float)
    names = [name.removeprefix(prefix) for name in columns]
    best = np.where(np.isnan(values), -np.inf, values).argmax(axis=1)
    return names, np.where(np.isnan(values).all(axis=1), none, np.array(names)[best])
