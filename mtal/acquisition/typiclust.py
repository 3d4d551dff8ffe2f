"""TypiClust: the most typical image of every cluster that has no label yet."""

import heapq

import numpy as np
from sklearn.neighbors import NearestNeighbors

from mtal.acquisition.kmeans import clustered
from mtal.acquisition.pool import Options, Pick, Pool
from mtal.acquisition.select import buy, most_images, top
from mtal.acquisition.strategy import Strategy

MOST_CLUSTERS, NEIGHBOURS, SMALL = (
    500,
    20,
    5,
)  # of the paper; a cluster of fewer than 5 images comes last


def pick(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
    """The order follows from the clusters; typicality compares images of one cluster only, so it is no score."""
    count, covered = most_images(pool, budget), pool.covered
    points = pool["shared"].astype(np.float64)
    cluster = clustered(points, min(MOST_CLUSTERS, int(covered.sum()) + count), rng)  # (N,)
    typical = typicality(points, cluster, ~covered)
    order = by_turns(cluster, typical, covered, pool.open_images, count, rng)
    return Pick(buy(order, pool, budget), {"group": cluster, "typicality": typical})


def typicality(points: np.ndarray, cluster: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """(N,) 1 / mean distance to the 20 nearest counted images of the same cluster, to all of them if they are fewer.

    NaN for images that do not count, and 0 for an image that is alone.
    """
    result = np.full(len(points), np.nan)
    for number in np.unique(cluster[counted]):
        members = np.flatnonzero((cluster == number) & counted)
        near = min(NEIGHBOURS, len(members) - 1)
        if not near:
            result[members] = 0
            continue
        found = (
            NearestNeighbors(n_neighbors=near).fit(points[members]).kneighbors()[0]
        )  # (m, near), without itself
        result[members] = 1 / np.maximum(found.mean(axis=1), 1e-5)
    return result


def by_turns(
    cluster: np.ndarray,
    typical: np.ndarray,
    covered: np.ndarray,
    open_images: np.ndarray,
    count: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """(count,) images: always the most typical one left of the cluster with the fewest labels and picks, the largest of these."""
    waiting: dict[int, list[int]] = {}
    queue: list[tuple[bool, int, int, int, int]] = []
    for number in rng.permutation(
        np.unique(cluster)
    ).tolist():  # among equals the first of this order goes first
        inside = cluster == number
        waiting[number] = top(typical, inside & open_images, len(cluster), rng)[::-1].tolist()
        size = int(inside.sum())
        queue.append((size < SMALL, int((inside & covered).sum()), -size, len(queue), number))
    heapq.heapify(queue)
    order: list[int] = []
    while queue and len(order) < count:
        small, labels, size, turn, number = heapq.heappop(queue)
        if waiting[number]:
            order.append(waiting[number].pop())
            heapq.heappush(queue, (small, labels + 1, size, turn, number))
    return np.array(order, dtype=np.int64)


TYPICLUST = Strategy(
    "typiclust",
    title="TypiClust",
    pick=pick,
    needs=("shared",),
    replay_pool=10_000,
    blurb="The most typical image of each group of similar images that has no label yet: meant for few labels.",
    formula="typicality(x) = 1 / mean distance to its 20 nearest neighbours;  k-means with min(500, labelled + batch) clusters",
    source="Hacohen, Dekel and Weinshall, ICML 2022, arXiv:2202.02794.",
    choices="The feature: the mean over pixels of what all tasks share, instead of a self-supervised one. Neighbours are "
    "searched within the cluster, once per batch. Where there are more picks than clusters, the cluster with the "
    "fewest labelled and picked images comes next; clusters of fewer than 5 images come last. Only images "
    "with all of their labels count as labelled.",
)
