"""Nearest images in an embedding, read in blocks: that of 100,000 images need not fit in memory."""

import numpy as np

ROWS = 8192  # of the embedding at a time: 16 MB at 512 dimensions


def closest_images(
    points: np.ndarray, image: int, allowed: np.ndarray, count: int
) -> list[tuple[int, float]]:
    """Find the `count` allowed images nearest to an image, with their Euclidean distances.

    points: (N, D), may be mapped from disk; allowed: (N,) bool. Equal distances come in the order
    of the pool.
    """
    others = np.flatnonzero(allowed)
    blocks = [others[start : start + ROWS] for start in range(0, len(others), ROWS)]
    distances = [np.linalg.norm(points[block] - points[image], axis=1) for block in blocks]
    joined = np.concatenate([np.empty(0, points.dtype), *distances])
    first = np.argsort(joined, kind="stable")[:count]
    return list(zip(others[first].tolist(), joined[first].tolist(), strict=True))
