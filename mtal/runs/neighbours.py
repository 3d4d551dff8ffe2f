"""Nearest images of a whole pool, read piece by piece: an embedding of 100,000 images need not fit into memory."""
import numpy as np

ROWS = 8192                                                 # of the embedding at a time: 16 MB at 512 dimensions


def nearest_images(points: np.ndarray, image: int, count: int) -> list[tuple[int, float]]:
    """The `count` images nearest to an image, without itself, and their Euclidean distances. points (N, D), may be on disk."""
    gaps = np.concatenate([np.linalg.norm(points[start:start + ROWS].astype(np.float32) - points[image], axis=1)
                           for start in range(0, len(points), ROWS)])
    gaps[image] = np.inf
    first = np.argsort(gaps, kind="stable")[:min(count, len(gaps) - 1)]
    return list(zip(first.tolist(), gaps[first].tolist(), strict=True))
