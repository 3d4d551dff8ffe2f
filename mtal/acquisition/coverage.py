"""Coverage: the image nearest to the centre of every cluster without a labelled image."""

import numpy as np

from mtal.acquisition.cluster_pick import FORMULA, ORDER, pick_by_clusters
from mtal.acquisition.pool import Options, Pick, Pool
from mtal.acquisition.strategy import Strategy

OWN_EMBEDDING = "frozen"  # of `embedding_source: auto`


def pick(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
    """Pick by clusters in which all images weigh the same."""
    return pick_by_clusters(pool[options.embedding(OWN_EMBEDDING)], pool, budget, rng)


COVERAGE = Strategy(
    "coverage",
    title="Coverage",
    pick=pick,
    needs=lambda options: (options.embedding(OWN_EMBEDDING),),
    own_embedding=OWN_EMBEDDING,
    uses=frozenset({"embedding_source"}),
    replay_pool=10_000,
    blurb="One image from the middle of each group of similar images that has no label yet: "
    "diversity alone, without outliers.",
    formula=f"{FORMULA};  weight of a cluster = its images",
    source="Ours; the clusters of CLUE (Prabhu et al., ICCV 2021) with equal weights.",
    choices="The feature: the means over pixels of a pretrained backbone's maps, standardised, the "
    f"same in all cycles, compared by Euclidean distance. K-means from three starts. {ORDER}",
)
