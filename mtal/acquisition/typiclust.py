"""TypiClust: the most typical image of every cluster that has no label yet."""

import heapq

import numpy as np
from sklearn.neighbors import NearestNeighbors

from mtal.acquisition.kmeans import clustered
from mtal.acquisition.pool import Options, Pick, Pool
from mtal.acquisition.select import most_images, take_budget, top
from mtal.acquisition.strategy import Strategy

MOST_CLUSTERS = 500  # of the paper, as are the next two
NEIGHBOURS = 20
SMALL = 5  # images; smaller clusters come last


def pick(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
    """Pick the most typical images cluster by cluster.

    Typicality compares images of one cluster only, so it is no score.
    """
    count, covered = most_images(pool, budget), pool.covered
    points = pool["shared"].astype(np.float64)
    clusters = min(MOST_CLUSTERS, int(covered.sum()) + count)
    cluster = clustered(points, clusters, rng)  # (N,)
    typical = typicality(points, cluster, ~covered)
    order = by_turns(cluster, typical, covered, pool.open_images, count, rng)
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


def by_turns(
    cluster: np.ndarray,
    typical: np.ndarray,
    covered: np.ndarray,
    open_images: np.ndarray,
    count: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Pick the most typical image of the cluster with the fewest labels and picks: (count,).

    Of clusters with equally few the largest is next; those of fewer than 5 images come last.

    cluster: (N,) numbers.
    typical: (N,) typicality.
    covered: (N,) bool, images that count as labelled.
    open_images: (N,) bool, which can be picked.
    count: how many to pick, at most all open ones.
    rng: breaks ties.
    """
    waiting: dict[int, list[int]] = {}  # cluster -> its open images, the most typical last
    queue: list[tuple[bool, int, int, int, int]] = []  # small, labels, -size, turn, cluster
    for turn, number in enumerate(rng.permutation(np.unique(cluster)).tolist()):
        members = cluster == number
        waiting[number] = top(typical, members & open_images, len(cluster), rng)[::-1].tolist()
        size, labels = int(members.sum()), int((members & covered).sum())
        queue.append((size < SMALL, labels, -size, turn, number))
    heapq.heapify(queue)
    order: list[int] = []
    while queue and len(order) < count:
        small, labels, negative_size, turn, number = heapq.heappop(queue)
        if waiting[number]:
            order.append(waiting[number].pop())
            heapq.heappush(queue, (small, labels + 1, negative_size, turn, number))
    return np.array(order, dtype=np.int64)


TYPICLUST = Strategy(
    "typiclust",
    title="TypiClust",
    pick=pick,
    needs=("shared",),
    own_embedding="shared",
    replay_pool=10_000,
    blurb="The most typical image of each group of similar images that has no label yet: meant for "
    "few labels.",
    formula="typicality(x) = 1 / mean distance to its 20 nearest neighbours;  "
    "k-means with min(500, labelled + batch) clusters",
    source="Hacohen, Dekel and Weinshall, ICML 2022, arXiv:2202.02794.",
    choices="The feature: the mean over pixels of what all tasks share, instead of a "
    "self-supervised one. Neighbours are searched within the cluster, once per batch. Where there "
    "are more picks than clusters, the cluster with the fewest labelled and picked images comes "
    "next; clusters of fewer than 5 images come last. Only images with all of their labels count "
    "as labelled.",
)
