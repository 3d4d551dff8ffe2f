"""Clusters of the pool, the same for the same seed on any number of threads."""
import numpy as np
from sklearn.cluster import KMeans, MiniBatchKMeans
from threadpoolctl import threadpool_limits

EXACT = 50                                                  # up to so many clusters all points are looked at in every step


def clustered(points: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """(N,) the cluster of each point, by k-means; some of the `count` numbers may not occur. points (N, D)."""
    kind = KMeans if count <= EXACT else MiniBatchKMeans
    seed = int(rng.integers(2**32))
    with threadpool_limits(1, user_api="openmp"):           # sums in parallel would differ in their last digits
        return np.asarray(kind(min(count, len(np.unique(points, axis=0))), n_init=1, random_state=seed).fit_predict(points))
