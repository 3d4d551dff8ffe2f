"""What the embedding says beside the pick: groups of similar images, distances to labelled ones.

See docs/method.md, section 13.
"""

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans, MiniBatchKMeans
from threadpoolctl import threadpool_limits

from mtal.acquisition.distances import Space
from mtal.acquisition.kmeans import distinct
from mtal.acquisition.select import distance_to_labelled
from mtal.pool_columns import CLUSTER, NEAREST, NEAREST_AFTER

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
    """Compute the columns cluster, nearest and nearest_after of the pool table.

    points: (N, D) embedding; labelled: (N,) bool, for any task; picked: (K,) positions; space: of
    the distances; before: (N,) clusters of the cycle before, if it has any; seed: of k-means.
    """
    nearest = nearest_after = distance_to_labelled(points, labelled, space)
    if len(picked):
        in_batch = np.zeros(len(points), dtype=bool)
        in_batch[picked] = True
        nearest_after = np.minimum(nearest, distance_to_labelled(points, in_batch, space))
    return {CLUSTER: clusters(points, before, seed), NEAREST: nearest, NEAREST_AFTER: nearest_after}


def cluster_count(images: int) -> int:
    """sqrt(N / 2), from 1 to 20 (our choice: a common rule, and so few that all can be viewed)."""
    return max(1, min(MOST_CLUSTERS, round((images / 2) ** 0.5)))


def clusters(points: np.ndarray, before: np.ndarray | None, seed: int) -> np.ndarray:
    """Cluster the embedding by Euclidean k-means: (N, D) -> (N,) int, the same for the same seed.

    Without clusters from before, 0 is the largest. Otherwise k-means starts from their means, and
    they keep their numbers as far as images stayed together.
    """
    count = distinct(points, cluster_count(len(points)))
    centres = "k-means++" if before is None else _centres(points, before, count)
    with threadpool_limits(1):  # sums in parallel would differ in their last digits
        if len(points) <= EXACT_UP_TO:
            kmeans = KMeans(count, init=centres, n_init=1, random_state=seed)
        else:
            kmeans = MiniBatchKMeans(
                count, init=centres, n_init=1, random_state=seed, batch_size=SAMPLE
            )
        labels = np.unique(kmeans.fit_predict(points), return_inverse=True)[1]
    numbered = by_size(labels) if before is None else renumbered(labels, before)
    return numbered.astype(np.int32)


def _centres(points: np.ndarray, before: np.ndarray, count: int) -> np.ndarray | str:
    """(count, D) means of the clusters before; k-means++ if there were not so many."""
    numbers = np.unique(before[before >= 0])
    if len(numbers) != count:
        return "k-means++"
    return np.stack([points[before == number].mean(axis=0) for number in numbers])


def by_size(labels: np.ndarray) -> np.ndarray:
    """Number clusters by size: (N,) -> (N,), the largest is 0."""
    order = np.argsort(-np.bincount(labels), kind="stable")
    return np.asarray(np.argsort(order)[labels])


def renumbered(labels: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Number clusters, (N,), like those before with which they share most images (Kuhn 1955).

    A cluster without a partner takes the next free number.
    """
    count, count_before = int(labels.max()) + 1, int(before.max()) + 1
    shared = np.zeros((count, max(count_before, 1)), dtype=np.int64)
    clustered = before >= 0
    np.add.at(shared, (labels[clustered], before[clustered]), 1)
    numbers = np.full(count, UNKNOWN)
    rows, columns = linear_sum_assignment(-shared)
    numbers[rows] = columns
    taken = set(numbers.tolist())
    free = (number for number in range(count + shared.shape[1]) if number not in taken)
    for label in np.flatnonzero(numbers < 0):
        numbers[label] = next(free)
    return np.asarray(numbers[labels])
