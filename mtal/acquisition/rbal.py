"""RBAL: each task ranks the pool by its own uncertainty; the smallest sum of ranks first."""

import numpy as np

from mtal.acquisition.pool import Options, Pick, Pool, columns
from mtal.acquisition.scores import ranks
from mtal.acquisition.select import highest
from mtal.acquisition.strategy import Strategy


def pick(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
    """Pick by score = -sum of ranks, so that higher is more worth labelling."""
    ranked = ranks(pool["uncertainty"], pool.open_images)  # (N, T), 1 = most uncertain
    table = columns("u", pool["uncertainty"], pool) | columns("r", ranked, pool)
    return highest(-ranked.sum(axis=1), pool, budget, rng, table)


RBAL = Strategy(
    "rbal",
    title="RBAL",
    pick=pick,
    needs=("uncertainty",),
    blurb="Images that several tasks are unsure about: every task ranks the pool, and the ranks "
    "are added.",
    formula="score(x) = -sum_k rank_k(x);  "
    "rank 1 = highest uncertainty u_k over the unlabelled pool",
    source="Rank combination of Reichart et al., ACL 2008; the paper's tables call it RBAL and do "
    "not expand the name.",
    choices="The uncertainties: mean pixel entropy where a task has classes, else the variance "
    "between the prediction and that of the mirrored image. Images that tie share their mean rank. "
    "All tasks count, also those an image has labels for.",
)
