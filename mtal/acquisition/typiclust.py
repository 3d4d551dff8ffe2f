"""TypiClust: the most typical image of every cluster that has no label yet."""

import numpy as np
from sklearn.neighbors import NearestNeighbors

from mtal.acquisition.clusters import by_turns
from mtal.acquisition.kmeans import clustered
from mtal.acquisition.pool import Options, Pick, Pool
from mtal.acquisition.select import most_images, take_budget
from mtal.acquisition.strategy import Strategy

MOST_CLUSTERS = 500  # of the paper, as are the next two
NEIGHBOURS = 20
SMALL = 5  # images; smaller clusters come last
OWN_EMBEDDING = "shared"  # of `embedding_source: auto`


def pick(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
    """Pick the most typical images cluster by cluster.

    Typicality compares images of one cluster only, so it is no score.
    """
    count, covered = most_images(pool, budget), pool.covered
    points = pool[options.embedding(OWN_EMBEDDING)].astype(np.float64)
    clusters = min(MOST_CLUSTERS, int(covered.sum()) + count)
    cluster = clustered(points, clusters, rng)  # (N,)
    typical = typicality(points, cluster, ~covered)
    order = by_turns(cluster, typical, covered, pool.open_images, count, rng, small=SMALL)
    return Pick(take_budget(order, pool, budget), {"group": cluster, "typicality": typical})


def typicality(points: np.ndarray, cluster: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """Measure 1 / mean distance to the 20 nearest counted images of the same cluster: (N,).

    points (N, D), cluster (N,), counted (N,) bool. All others of the cluster count where they are
    fewer than 20. NaN for images that do not count, 0 for an image alone in its cluster.
    """
    result = np.full(len(points), np.nan)
    for number in np.unique(cluster[counted]):
        members = np.flatnonzero((cluster == number) & counted)
        neighbours = min(NEIGHBOURS, len(members) - 1)
        if not neighbours:
            result[members] = 0
            continue
        search = NearestNeighbors(n_neighbors=neighbours).fit(points[members])
        distance, _ = search.kneighbors()  # (members, neighbours), without the image itself
        result[members] = 1 / np.maximum(distance.mean(axis=1), 1e-5)
    return result


TYPICLUST = Strategy(
    "typiclust",
    title="TypiClust",
    pick=pick,
    needs=lambda options: (options.embedding(OWN_EMBEDDING),),
    own_embedding=OWN_EMBEDDING,
    uses=frozenset({"embedding_source"}),
    replay_pool=10_000,
    blurb="The most typical image of each group of similar images that has no label yet: meant for "
    "few labels.",
    formula="typicality(x) = 1 / mean distance to its 20 nearest neighbours;  "
    "k-means with min(500, labelled + batch) clusters",
    source="Hacohen, Dekel and Weinshall, ICML 2022, arXiv:2202.02794.",
    choices="The feature: the mean over pixels of what all tasks share, instead of a "
    "self-supervised one, and not scaled to length 1. The 20 neighbours are searched within the "
    "cluster, among images that lack a label, once per batch. Where there are more picks than "
    "clusters, the cluster with the fewest labelled and picked images comes next; clusters of "
    "fewer than 5 images come last. Only images with all of their labels count as labelled.",
)
