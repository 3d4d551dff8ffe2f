"""Limits on a batch: one of each group of near-duplicates, at most so many of a sequence.

A limited batch is asked for in turns (docs/method.md, section 4): what a strategy picks is accepted
in its order as far as the limits allow, and it is asked again for the labels that are missing, with
the accepted pairs counted as labelled and what the limits exclude as closed. Where nothing is left
within the limits, it is asked for the rest without them. N images in the pool.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from mtal.acquisition.pool import Pick, Pool

Ask = Callable[[Pool, int, int], Pick]  # pool, budget in labels, number of the turn from 0 -> pick


@dataclass(frozen=True)
class Limits:
    """Groups of which a batch may take a limited number of images; None: no such limit."""

    duplicates: np.ndarray | None = None  # (N,) number of the near-duplicate group; one of each
    sequences: np.ndarray | None = None  # (N,) number of the sequence; `most_per_sequence` of each
    most_per_sequence: int = 0

    def __bool__(self) -> bool:
        """Whether there is a limit."""
        return self.duplicates is not None or self.sequences is not None


NO_LIMITS = Limits()


class _Held:
    """What labelled images and a growing batch hold of the limits."""

    def __init__(self, limits: Limits, labelled: np.ndarray) -> None:
        """labelled: (N,) bool, images with a label of any task."""
        self.limits, self.batch = limits, np.zeros(len(labelled), bool)
        self._labelled = labelled

    def allowed(self) -> np.ndarray:
        """Images that the batch may take, (N,) bool, those that it has among them.

        An image that is labelled in part may be completed whatever its near-duplicates are.
        """
        limits, held = self.limits, self._labelled | self.batch
        allowed = np.ones(len(held), bool)
        if limits.duplicates is not None:
            allowed &= held | ~np.isin(limits.duplicates, limits.duplicates[held])
        if limits.sequences is not None:
            count = np.bincount(limits.sequences[self.batch], minlength=limits.sequences.max() + 1)
            allowed &= self.batch | (count[limits.sequences] < limits.most_per_sequence)
        return allowed

    def take(self, images: np.ndarray) -> np.ndarray:
        """Take images in order as far as they are allowed. images: (K,); returns (K,) bool."""
        limits, batch = self.limits, self.batch
        held = self._labelled | batch
        groups = set() if limits.duplicates is None else set(limits.duplicates[held].tolist())
        count: dict[int, int] = {}
        if limits.sequences is not None:
            numbers, times = np.unique(limits.sequences[batch], return_counts=True)
            count = dict(zip(numbers.tolist(), times.tolist(), strict=True))
        taken = np.zeros(len(images), bool)
        for row, image in enumerate(images.tolist()):
            if not batch[image]:
                group = None if limits.duplicates is None else int(limits.duplicates[image])
                sequence = None if limits.sequences is None else int(limits.sequences[image])
                if group in groups and not held[image]:
                    continue
                if sequence is not None and count.get(sequence, 0) >= limits.most_per_sequence:
                    continue
                batch[image] = True
                if group is not None:
                    groups.add(group)
                if sequence is not None:
                    count[sequence] = count.get(sequence, 0) + 1
            taken[row] = True
        return taken


def pick_within(limits: Limits, pool: Pool, budget: int, ask: Ask) -> Pick:
    """Pick `budget` labels within limits, as long as there are any. The table is of the first turn.

    ask: asks the strategy; a pool of a later turn differs from `pool` in what is labelled and
    closed only.
    """
    held = _Held(limits, np.asarray(pool.labelled.any(axis=1)))
    first = ask(pool, budget, 0)
    due = len(first.pairs)  # fewer than the budget where the pool has no more
    pairs = _accepted(first.pairs, pool, held)
    turn = 1
    while len(pairs) < due:
        rest = _without(pool, pairs, held.allowed())
        limited = bool(rest.open_pairs.any())
        if not limited:
            rest = _without(pool, pairs, np.ones(len(pool.labelled), bool))
        answer = ask(rest, due - len(pairs), turn)
        more = _accepted(answer.pairs, rest, held) if limited else answer.pairs
        pairs = np.concatenate([pairs, more])
        turn += 1
        if not (limited and len(answer.pairs)):
            break
    return Pick(pairs, first.table)


def within(limits: Limits, pool: Pool, pairs: np.ndarray) -> Pool:
    """The pool once some pairs are labelled, with what the limits then exclude closed.

    pairs: (K, 2) a batch so far, in order; images beyond the limits close nothing.
    """
    if not limits:
        return pool
    held = _Held(limits, np.asarray(pool.labelled.any(axis=1)))
    held.take(pairs[:, 0])
    return _without(pool, pairs, held.allowed())


def _without(pool: Pool, pairs: np.ndarray, allowed: np.ndarray) -> Pool:
    """The pool with pairs labelled, and closed but for the allowed images. allowed: (N,) bool."""
    labelled = pool.labelled.copy()
    labelled[pairs[:, 0], pairs[:, 1]] = True
    excluded = np.broadcast_to(~allowed[:, None], labelled.shape)
    closed = excluded if pool.closed is None else pool.closed | excluded
    return replace(pool, labelled=labelled, closed=closed)


def _accepted(pairs: np.ndarray, pool: Pool, held: _Held) -> np.ndarray:
    """The pairs, in order, whose images the limits allow; their images are held from now on.

    An image of which the end of the budget cut some tasks is left to the next turn if there will
    be one, which can take it whole. pairs: (K, 2).
    """
    if not len(pairs):
        return pairs
    last = pairs[-1, 0]
    tail = len(pairs) - int(np.argmin(pairs[::-1, 0] == last)) if (pairs[:, 0] != last).any() else 0
    body = pairs[:tail]
    kept = body[held.take(body[:, 0])]
    is_cut = np.count_nonzero(pairs[:, 0] == last) < np.count_nonzero(pool.open_pairs[last])
    if is_cut and len(kept) < len(body):
        return kept
    rest = pairs[tail:]
    return np.concatenate([kept, rest[held.take(rest[:, 0])]])
