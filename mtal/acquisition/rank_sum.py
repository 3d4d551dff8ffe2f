"""Rank sum: each task ranks the pool by a signal, and the images with the smallest sum are picked.

Used by RBAL and LL4AL, which differ in the signal.
"""

from collections.abc import Callable

import numpy as np

from mtal.acquisition.pool import Options, Pick, Pool, columns
from mtal.acquisition.scores import ranks
from mtal.acquisition.select import highest


def rank_sum(signal: str) -> Callable[[Pool, int, np.random.Generator, Options], Pick]:
    """Build the pick by score = -sum of ranks over the tasks. signal: name of a signal (N, T)."""

    def pick(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
        ranked = ranks(pool[signal], pool.open_images)  # (N, T), 1 = the highest value
        table = columns("u", pool[signal], pool) | columns("r", ranked, pool)
        return highest(-ranked.sum(axis=1), pool, budget, rng, table)

    return pick
