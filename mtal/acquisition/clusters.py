"""One image per cluster: k-means over the pool, and the image nearest to each centre.

See docs/method.md, section 1.
"""

import numpy as np
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from mtal.acquisition.kmeans import distinct

TRIES = 3  # k-means from so many starts; the one with the smallest sum of squares is kept
NO_IMAGE = -1  # in a cluster


def cluster_centres(
    points: np.ndarray, count: int, rng: np.random.Generator, weight: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Cluster the points by k-means, the same for the same generator on any number of threads.

    points: (N, D).
    count: clusters; fewer where there are fewer different points.
    rng: draws the seed of k-means.
    weight: (N,) at least 0 and not all 0, how much a point counts; None: all the same.
    Returns the number of each point's cluster (N,) and the centres (count, D).
    """
    seed = int(rng.integers(2**32))
    with threadpool_limits(1):  # parallel sums would differ in the last digits
        kmeans = KMeans(distinct(points, count), n_init=TRIES, random_state=seed)
        cluster = kmeans.fit_predict(points, sample_weight=weight)
    return np.asarray(cluster), np.asarray(kmeans.cluster_centers_)


def medoids(
    points: np.ndarray, cluster: np.ndarray, centres: np.ndarray, allowed: np.ndarray
) -> np.ndarray:
    """Find the allowed point of each cluster that is nearest to its centre: (K,) indices.

    points: (N, D); cluster: (N,) numbers below K; centres: (K, D); allowed: (N,) bool. -1 for a
    cluster without an allowed point; of equally near ones the first.
    """
    nearest = np.full(len(centres), NO_IMAGE, dtype=np.int64)
    candidates = np.flatnonzero(allowed)
    own = cluster[candidates]
    difference = points[candidates] - centres[own]
    squared = np.einsum("nd,nd->n", difference, difference)
    order = np.lexsort((squared, own))  # stable: of equal distances the first
    clusters, first = np.unique(own[order], return_index=True)
    nearest[clusters] = candidates[order][first]
    return nearest


def cluster_medoids(
    points: np.ndarray, count: int, rng: np.random.Generator, held: np.ndarray
) -> np.ndarray:
    """Pick the image nearest to the centre of each cluster that holds none: (count,) indices.

    points: (N, D).
    count: how many to pick, at most all images that are not held.
    rng: draws the seed of k-means, and images to fill up with.
    held: (N,) bool, images that are chosen already; there are as many clusters as these and
    `count` together, and of clusters without one the largest come first. Where there are too few
    different points, images drawn at random fill up.
    """
    cluster, centres = cluster_centres(points, int(held.sum()) + count, rng)
    size = np.bincount(cluster, minlength=len(centres))
    size[cluster[held]] = 0
    largest_first = np.argsort(-size, kind="stable")[: np.count_nonzero(size)]
    picked = medoids(points, cluster, centres, ~held)[largest_first][:count]
    rest = np.setdiff1d(np.flatnonzero(~held), picked)
    return np.concatenate([picked, rng.permutation(rest)[: count - len(picked)]])
