"""Nearest images in an embedding, read piece by piece: one of 100,000 images need not fit into memory."""

import numpy as np

ROWS = 8192  # of the embedding at a time: 16 MB at 512 dimensions


def closest(
    points: np.ndarray, image: int, allowed: np.ndarray, count: int
) -> list[tuple[int, float]]:
    """The `count` allowed images nearest to an image, and their Euclidean distances; equally near ones in the order of the pool.

    points (N, D), may be on disk; allowed (N,) bool.
    """
    others = np.flatnonzero(allowed)
    gaps = np.concatenate(
        [
            np.empty(0, points.dtype),
            *(
                np.linalg.norm(points[others[start : start + ROWS]] - points[image], axis=1)
                for start in range(0, len(others), ROWS)
            ),
        ]
    )
    first = np.argsort(gaps, kind="stable")[:count]
    return list(zip(others[first].tolist(), gaps[first].tolist(), strict=True))
