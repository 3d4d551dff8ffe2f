"""Clusters of the pool, the same for the same seed on any number of threads."""

import numpy as np
from sklearn.cluster import KMeans, MiniBatchKMeans
from threadpoolctl import threadpool_limits

EXACT = 50  # up to so many clusters all points are looked at in every step


def clustered(points: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """(N,) the cluster of each point, by k-means; some of the `count` numbers may not occur. points (N, D)."""
    kind = KMeans if count <= EXACT else MiniBatchKMeans
    seed = int(rng.integers(2**32))
    with threadpool_limits(
        1, user_api="openmp"
    ):  # sums in parallel would differ in their last digits
        return np.asarray(
            kind(distinct(points, count), n_init=1, random_state=seed).fit_predict(points)
        )


def distinct(points: np.ndarray, most: int) -> int:
    """How many different rows there are, counted up to `most`, and so without a look at all of them where they differ."""
    seen: set[bytes] = set()
    for row in points:
        seen.add((row + 0.0).tobytes())  # -0.0 is 0.0
        if len(seen) == most:
            break
    return len(seen)
