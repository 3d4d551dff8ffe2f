"""What the embedding says about the pool beside the pick: groups of similar images, and how far each is from what is labelled."""

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans, MiniBatchKMeans
from threadpoolctl import threadpool_limits

from mtal.acquisition.distances import Space
from mtal.acquisition.kmeans import distinct
from mtal.acquisition.select import distance_to_labelled
from mtal.runs.store.pool_table import CLUSTER, NEAREST, NEAREST_AFTER

MOST_CLUSTERS = 20  # as many as people can tell apart in a list or by colour
EXACT_UP_TO = 10_000  # points; beyond, k-means looks at a sample in every step
SAMPLE = 4096
UNKNOWN = -1  # the cluster of an image of which nothing is known


def cluster_columns(
    points: np.ndarray,
    labelled: np.ndarray,
    picked: np.ndarray,
    space: Space,
    before: np.ndarray | None,
    seed: int,
) -> dict[str, np.ndarray]:
    """The columns cluster, nearest and nearest_after of the pool table. points (N, D); labelled (N,) bool, any task; picked (K,)
    positions; before (N,): the clusters of the cycle before, if there is one."""
    nearest = distance_to_labelled(points, labelled, space)
    of_batch = np.zeros(len(points), dtype=bool)
    of_batch[picked] = True
    after = (
        np.minimum(nearest, distance_to_labelled(points, of_batch, space))
        if len(picked)
        else nearest
    )
    return {CLUSTER: clusters(points, before, seed), NEAREST: nearest, NEAREST_AFTER: after}


def cluster_count(images: int) -> int:
    """sqrt(N / 2), from 1 to 20 (our choice: the old rule of thumb, so many that each can be looked at)."""
    return max(1, min(MOST_CLUSTERS, round((images / 2) ** 0.5)))


def clusters(points: np.ndarray, before: np.ndarray | None, seed: int) -> np.ndarray:
    """(N,) int: k-means of the embedding (N, D), Euclidean, of `cluster_count` clusters; the same for the same seed.

    From the second cycle on it starts from the means of the clusters before, and keeps their numbers as far as images stayed
    together. In the first cycle 0 is the largest.
    """
    count = distinct(points, cluster_count(len(points)))
    start = "k-means++" if before is None else _means(points, before, count)
    with threadpool_limits(1):  # sums in parallel would differ in their last digits
        if len(points) <= EXACT_UP_TO:
            kind = KMeans(count, init=start, n_init=1, random_state=seed)
        else:
            kind = MiniBatchKMeans(
                count, init=start, n_init=1, random_state=seed, batch_size=SAMPLE
            )
        found = np.unique(kind.fit_predict(points), return_inverse=True)[1]
    return (by_size(found) if before is None else renumbered(found, before)).astype(np.int32)


def _means(points: np.ndarray, before: np.ndarray, count: int) -> np.ndarray | str:
    """(count, D) centres to start from; by chance if there were not so many clusters before."""
    numbers = np.unique(before[before >= 0])
    return (
        np.stack([points[before == number].mean(axis=0) for number in numbers])
        if len(numbers) == count
        else "k-means++"
    )


def by_size(found: np.ndarray) -> np.ndarray:
    """(N,) the same clusters, the largest called 0."""
    order = np.argsort(-np.bincount(found), kind="stable")
    return np.asarray(np.argsort(order)[found])


def renumbered(found: np.ndarray, before: np.ndarray) -> np.ndarray:
    """(N,) the same clusters under the numbers of those before with which they share most images (Kuhn 1955); a cluster that
    finds no partner takes the next free number."""
    fresh, old = int(found.max()) + 1, int(before.max()) + 1
    shared = np.zeros((fresh, max(old, 1)), dtype=np.int64)
    known = before >= 0
    np.add.at(shared, (found[known], before[known]), 1)
    names = np.full(fresh, UNKNOWN)
    for own, partner in zip(*linear_sum_assignment(-shared), strict=True):
        names[own] = partner
    free = (
        number for number in range(fresh + shared.shape[1]) if number not in set(names.tolist())
    )
    for own in np.flatnonzero(names < 0):
        names[own] = next(free)
    return np.asarray(names[found])
