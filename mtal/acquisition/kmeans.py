"""Clusters of the pool by k-means, the same for the same seed on any number of threads."""

import numpy as np
from sklearn.cluster import KMeans, MiniBatchKMeans
from threadpoolctl import threadpool_limits

MOST_WORK = 1e11  # points x clusters x dimensions; beyond, a step looks at a part of the points


def clustered(points: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Assign each point (N, D) to one of at most `count` clusters: (N,) numbers below `count`."""
    algorithm = KMeans if points.size * count <= MOST_WORK else MiniBatchKMeans
    seed = int(rng.integers(2**32))
    with threadpool_limits(1, user_api="openmp"):  # parallel sums would differ in the last digits
        kmeans = algorithm(distinct(points, count), n_init=1, random_state=seed)
        return np.asarray(kmeans.fit_predict(points))


def distinct(points: np.ndarray, most: int) -> int:
    """Count the different rows, up to `most`; most pools show that many in their first rows."""
    seen: set[bytes] = set()
    for row in points:
        seen.add((row + 0.0).tobytes())  # turns -0.0 into 0.0
        if len(seen) == most:
            break
    return len(seen)
