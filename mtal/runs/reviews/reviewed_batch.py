"""A batch after people looked at it: what they rejected makes room for the next best. Pure: tables in, tables out.

An image that is rejected frees the labels that were to be made of it. They pass, task by task, to the images that come next:
first those that somebody accepted, then by rank. So a batch asks for as many labels of each task as the strategy asked for,
whether it buys whole images or single labels. A strategy that ranks nothing (random) is refilled at random.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mtal.runs.reviews.review_database import ACCEPTED, DECISION_COLUMNS, REJECTED, UNDECIDED

AUTO, REFILL = "auto", "refill"  # of the strategy's picks and of what came for them, undecided
COLUMNS = ("id", "rank", "decision", "note", "who", "when", "picked")


@dataclass(frozen=True)
class Settled:
    """A batch with its decisions."""

    rows: pd.DataFrame  # as `batch` gives it
    pairs: np.ndarray  # (K, 2) (image, task): what is to be labelled


def batch(
    pool: pd.DataFrame, pairs: np.ndarray, decisions: pd.DataFrame, open_pairs: np.ndarray
) -> pd.DataFrame:
    """A row per image that the batch is about, index = position in the pool: the picks in order, then what came for the rejected.

    pool as `Run.pool`, pairs (K, 2) as `Run.picked`, decisions as `People.decisions`, open_pairs (N, T) bool: what could be
    labelled when the strategy picked. Columns: id, rank (0 = none), decision (auto, accepted, rejected; refill for one that
    came for a rejected image and has no decision of its own), note, who, when ("" where nobody said anything), picked (by the
    strategy). A refill that was rejected too stands among the others, with the one that came for it further down.
    """
    return settle(pool, pairs, decisions, open_pairs).rows


def batch_pairs(
    pool: pd.DataFrame, pairs: np.ndarray, decisions: pd.DataFrame, open_pairs: np.ndarray
) -> np.ndarray:
    """(K, 2) pairs that are to be labelled: those of the picks that were not rejected, then those of the refills."""
    return settle(pool, pairs, decisions, open_pairs).pairs


def settle(
    pool: pd.DataFrame, pairs: np.ndarray, decisions: pd.DataFrame, open_pairs: np.ndarray
) -> Settled:
    """Rows and pairs together; arguments as for `batch`. Nothing picked is an empty batch, whatever else is known."""
    if not len(pairs):
        return Settled(pd.DataFrame(columns=list(COLUMNS)), np.empty((0, 2), np.int64))
    said = dict(zip(decisions["sample"], decisions.itertuples(index=False), strict=True))
    names = pool["id"].to_numpy()
    picks = list(dict.fromkeys(pairs[:, 0].tolist()))
    rejected = {image for image in picks if _decision(said, names[image]) == REJECTED}
    kept = [pair for pair in map(tuple, pairs.tolist()) if pair[0] not in rejected]
    freed = Counter(task for image, task in pairs.tolist() if image in rejected)
    came = []
    for image in _next_best(pool, picks, said) if freed else ():
        tasks = [task for task in np.flatnonzero(open_pairs[image]).tolist() if freed[task]]
        if not tasks:
            continue
        came.append(image)
        if _decision(said, names[image]) != REJECTED:
            kept += [(image, task) for task in tasks]
            freed -= Counter(tasks)  # keeps what is above zero only
        if not freed:
            break
    rows = [_row(names[image], rank, said, AUTO) for rank, image in enumerate(picks, start=1)]
    rows += [_row(names[image], int(pool["rank"].iloc[image]), said, REFILL) for image in came]
    table = pd.DataFrame(
        rows, columns=list(COLUMNS), index=pd.Index([*picks, *came], dtype=np.int64)
    )
    return Settled(table, np.array(kept, dtype=np.int64).reshape(-1, 2))


def no_decisions() -> pd.DataFrame:
    """As `People.decisions` gives them where nobody said anything."""
    return pd.DataFrame(columns=list(DECISION_COLUMNS))


def _next_best(pool: pd.DataFrame, picks: list[int], said: Mapping[str, Any]) -> list[int]:
    """Positions of the images that could have been picked and were not, in the order in which they come for others."""
    rest = pool.index[pool["open"].to_numpy() & ~np.isin(np.arange(len(pool)), picks)].to_numpy()
    rank = pool["rank"].to_numpy()[rest]
    waiting = (
        np.array([_decision(said, name) != ACCEPTED for name in pool["id"].to_numpy()[rest]], bool)
        if said
        else rank < 0
    )
    chance = np.random.default_rng(picks).permutation(len(rest))  # the same for the same batch
    order = np.lexsort((chance, np.where(rank > 0, rank, len(pool) + 1), waiting))
    return [int(image) for image in rest[order]]


def _row(name: str, rank: int, said: Mapping[str, Any], undecided: str) -> tuple[Any, ...]:
    note, who, when = (
        (said[name].note, said[name].who, said[name].when) if name in said else ("", "", "")
    )
    return name, rank, _decision(said, name) or undecided, note, who, when, undecided == AUTO


def _decision(said: Mapping[str, Any], name: str) -> str:
    """`said`: id -> row of the decisions."""
    return str(said[name].decision) if name in said else UNDECIDED
