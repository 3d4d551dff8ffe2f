"""A batch with the decisions about it: rejected images make room for the next best.

A rejected image frees the labels that were to be acquired for it. They pass, task by task, to the
next images: accepted ones first, then by rank. So a batch acquires as many labels of each task as
the strategy picked, whether it picks whole images or single labels. The batch of a strategy that
ranks nothing (random) is refilled at random. Tables in, tables out: nothing is read or written.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mtal.runs.reviews.review_database import ACCEPTED, DECISION_COLUMNS, REJECTED, UNDECIDED
from mtal.runs.store.pool_table import ranks_for_sorting

AUTO, REFILL = "auto", "refill"  # undecided picks of the strategy, and undecided replacements
COLUMNS = ("id", "rank", "decision", "note", "who", "when", "picked")
Decisions = Mapping[str, Any]  # id -> row of the decisions


@dataclass(frozen=True)
class ReviewedBatch:
    """A batch with its decisions.

    rows: a row per image, index = position in the pool: the picks in order, then the replacements.
    Columns: id; rank (0 = none); decision (auto, accepted or rejected; refill for an undecided
    replacement); note, who, when ("" where nobody decided or wrote anything); picked (by the
    strategy). A rejected replacement stays in the table, and its own replacement follows.
    """

    rows: pd.DataFrame
    pairs: np.ndarray  # (K, 2) pairs (image, task) to label: the picks kept, then the replacements


def apply_decisions(
    pool: pd.DataFrame, pairs: np.ndarray, decisions: pd.DataFrame, open_pairs: np.ndarray
) -> ReviewedBatch:
    """Apply decisions to a batch; nothing picked is an empty batch.

    pool: as `Run.pool`; pairs: (K, 2) as `Run.picked`; decisions: as `ReviewDatabase.decisions`;
    open_pairs: (N, T) bool, what could be labelled when the strategy picked.
    """
    if not len(pairs):
        return ReviewedBatch(pd.DataFrame(columns=list(COLUMNS)), np.empty((0, 2), np.int64))
    by_id = dict(zip(decisions["sample"], decisions.itertuples(index=False), strict=True))
    ids, ranks = pool["id"].to_numpy(), pool["rank"].to_numpy()
    picks = list(dict.fromkeys(pairs[:, 0].tolist()))
    rejected = {image for image in picks if _decision(by_id, ids[image]) == REJECTED}
    kept = [(image, task) for image, task in pairs.tolist() if image not in rejected]
    freed = Counter(task for image, task in pairs.tolist() if image in rejected)
    replacements = []
    for image in _next_best(pool, picks, by_id) if freed else ():
        tasks = [task for task in np.flatnonzero(open_pairs[image]).tolist() if freed[task]]
        if not tasks:
            continue
        replacements.append(image)
        if _decision(by_id, ids[image]) != REJECTED:
            kept += [(image, task) for task in tasks]
            freed -= Counter(tasks)  # keeps positive counts only
        if not freed:
            break
    rows = [_row(ids[image], rank, by_id, AUTO) for rank, image in enumerate(picks, start=1)]
    rows += [_row(ids[image], int(ranks[image]), by_id, REFILL) for image in replacements]
    index = pd.Index([*picks, *replacements], dtype=np.int64)
    table = pd.DataFrame(rows, columns=list(COLUMNS), index=index)
    return ReviewedBatch(table, np.array(kept, dtype=np.int64).reshape(-1, 2))


def no_decisions() -> pd.DataFrame:
    """Return an empty table in the form of `ReviewDatabase.decisions`."""
    return pd.DataFrame(columns=list(DECISION_COLUMNS))


def _next_best(pool: pd.DataFrame, picks: list[int], by_id: Decisions) -> list[int]:
    """List the images that could replace a pick, the best first: accepted ones, then by rank."""
    rest = pool.index[pool["open"].to_numpy() & ~np.isin(np.arange(len(pool)), picks)].to_numpy()
    rank = ranks_for_sorting(pool)[rest]
    ids = pool["id"].to_numpy()[rest]
    not_accepted = np.zeros(len(rest), bool)
    if by_id:
        not_accepted = np.array([_decision(by_id, id_) != ACCEPTED for id_ in ids], bool)
    chance = np.random.default_rng(picks).permutation(len(rest))  # the same for the same batch
    order = np.lexsort((chance, rank, not_accepted))
    return [int(image) for image in rest[order]]


def _row(id_: str, rank: int, by_id: Decisions, undecided: str) -> tuple[Any, ...]:
    note, who, when = "", "", ""
    if id_ in by_id:
        note, who, when = by_id[id_].note, by_id[id_].who, by_id[id_].when
    return id_, rank, _decision(by_id, id_) or undecided, note, who, when, undecided == AUTO


def _decision(by_id: Decisions, id_: str) -> str:
    return str(by_id[id_].decision) if id_ in by_id else UNDECIDED
