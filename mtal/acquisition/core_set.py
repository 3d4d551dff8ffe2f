"""Core-Set: cover the pool, each pick as far as possible from all labelled images."""

import numpy as np

from mtal.acquisition.pool import Options, Pick, Pool
from mtal.acquisition.select import PARTLY_LABELLED, k_centre
from mtal.acquisition.strategy import Strategy

OWN_EMBEDDING = "shared"  # of `embedding_source: auto`


def pick(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
    """Pick by greedy k-centre in the feature space; labelled images are centres."""
    points = pool[options.embedding(OWN_EMBEDDING)]
    pairs, at_start, distance = k_centre(points, pool, budget, rng)
    score = np.where(pool.open_images, distance, np.nan)
    return Pick(pairs, {"diversity_start": at_start, "diversity": distance, "score": score})


CORE_SET = Strategy(
    "core-set",
    title="Core-Set",
    pick=pick,
    needs=lambda options: (options.embedding(OWN_EMBEDDING),),
    own_embedding=OWN_EMBEDDING,
    uses=frozenset({"embedding_source"}),
    replay_limit=1e7,
    blurb="Images that are unlike all labelled ones in the network's shared features.",
    formula="score(x) = min_j ||f(x) - f(x_j)||, x_j labelled or picked before;  "
    "f = mean over pixels of the backbone's last map",
    source="Greedy k-centre of Sener and Savarese, ICLR 2018, arXiv:1708.00489.",
    choices="The feature: the mean over pixels of the backbone's map, which all tasks share, "
    "compared by Euclidean distance. The greedy solution only, without the paper's mixed integer "
    f"program and its share of outliers. {PARTLY_LABELLED}",
)
