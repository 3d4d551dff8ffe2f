"""Score × diversity: what a signal says of an image, times its distance to what is labelled.

docs/method.md, sections 2 to 4. The paper's method and its control differ in the signal only.
N images in the pool, T tasks.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mtal.acquisition.pool import Options, Pick, Pool, columns
from mtal.acquisition.scores import comparable
from mtal.acquisition.select import diversity, highest, k_centre, most_images, take_budget, top

OWN_EMBEDDING = "embedding"  # of `embedding_source: auto`, the paper's auto-encoder


@dataclass(frozen=True)
class ScoreDiversity:
    """The rule for one signal, with the ablations of the paper: either term alone, no update."""

    signal: str
    scores: Callable[[Pool, Options], np.ndarray]  # (N, T) s_k, in the unit of each task
    column: str  # of the scores in the table: <column>.<task>
    joined_column: str  # of S

    def needs(self, options: Options) -> tuple[str, ...]:
        """Name the signals of the terms: without a term nothing is fitted for it."""
        score = () if options.terms == "diversity" else (self.signal,)
        space = () if options.terms == "inconsistency" else (options.embedding(OWN_EMBEDDING),)
        return score + space

    def pick(self, pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
        """Pick greedily by score = S x div (Eq. 1 and 3), or by the variants of the ablations."""
        weight = np.ones(len(pool.labelled))
        table: dict[str, np.ndarray] = {}
        if options.terms != "diversity":
            weight, table = self._joined(pool, options)
        if options.terms == "inconsistency":
            return highest(weight, pool, budget, rng, table)
        points = pool[options.embedding(OWN_EMBEDDING)]
        if options.picking == "top":
            at_start = distance = diversity(points, pool, options.diversity)  # (N,) div
            order = top(weight * at_start, pool.open_images, most_images(pool, budget), rng)
            pairs = take_budget(order, pool, budget)
        else:
            pairs, at_start, distance = k_centre(
                points, pool, budget, rng, weight, options.diversity
            )
        score = np.where(pool.open_images, weight * distance, np.nan)
        diversities = {"diversity_start": at_start, "diversity": distance, "score": score}
        return Pick(pairs, table | diversities)

    def _joined(self, pool: Pool, options: Options) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Join the tasks' scores to S: (N,), 0 where nothing is open, and columns of the table."""
        scores = self.scores(pool, options)
        normalised = comparable(scores, pool.open_images, options.normalise)
        joined = getattr(np, options.across)(normalised, axis=1)
        table = columns(self.column, scores, pool) | columns("n", normalised, pool)
        return np.nan_to_num(joined), table | {self.joined_column: joined}
