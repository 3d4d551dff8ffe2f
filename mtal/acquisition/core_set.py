"""Core-Set: cover the pool, each image as far as possible from all that is labelled."""

import numpy as np

from mtal.acquisition.pool import Options, Pick, Pool
from mtal.acquisition.select import k_center
from mtal.acquisition.strategy import Strategy


def pick(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
    """Greedy k-centre on the shared feature; labelled images are centres."""
    pairs, at_start, diversity = k_center(pool["shared"], pool, budget, rng)
    return Pick(
        pairs,
        {
            "diversity_start": at_start,
            "diversity": diversity,
            "score": np.where(pool.open_images, diversity, np.nan),
        },
    )


CORE_SET = Strategy(
    "core-set",
    title="Core-Set",
    pick=pick,
    needs=("shared",),
    replay_limit=1e7,
    blurb="Images that are unlike all labelled ones in the network's shared features.",
    formula="score(x) = min_j ||f(x) - f(x_j)||, x_j labelled or picked before;  f = mean over pixels of the backbone's last map",
    source="Greedy k-centre of Sener and Savarese, ICLR 2018, arXiv:1708.00489.",
    choices="The feature: the mean over pixels of what all tasks share, measured in Euclidean distance. The greedy solution "
    "stands alone, without the paper's mixed integer program for outliers. An image that is labelled in part keeps "
    "away, in each task that it lacks, from the images labelled in that task: the mean counts.",
)
