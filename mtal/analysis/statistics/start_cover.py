"""How well a start covers the pool, against random starts of the same size."""

from dataclasses import dataclass

import numpy as np

DRAWS = 100  # random starts
MEASURED = 1000  # images, drawn at random, whose distances are averaged
MOST_DISTANCES = 20_000_000  # that are held at once


@dataclass(frozen=True)
class StartCover:
    """Mean distance of the pool's images to the nearest image of a start."""

    distance: float  # with the start
    random: np.ndarray  # (DRAWS,) with random ones

    @property
    def worse(self) -> int:
        """How many of the random starts leave images farther away."""
        return int(np.count_nonzero(self.random > self.distance))


def start_cover(points: np.ndarray, start: np.ndarray) -> StartCover:
    """Measure how well a start covers the pool; the same for the same arguments.

    points: (N, D). start: (N,) bool, with at least one image.
    """
    images, size = len(points), int(np.count_nonzero(start))
    rng = np.random.default_rng(images)
    measured = rng.permutation(images)[: max(1, min(MEASURED, MOST_DISTANCES // images))]
    distance = _distances(points[measured], points)

    def mean_to(chosen: np.ndarray) -> float:
        return float(distance[:, chosen].min(axis=1).mean())

    drawn = [mean_to(rng.permutation(images)[:size]) for _ in range(DRAWS)]
    return StartCover(mean_to(np.flatnonzero(start)), np.array(drawn))


def _distances(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Euclidean distances: (R, D), (C, D) -> (R, C) float32."""
    rows, columns = np.asarray(rows, np.float32), np.asarray(columns, np.float32)
    squared = (rows**2).sum(axis=1)[:, None] + (columns**2).sum(axis=1) - 2 * rows @ columns.T
    return np.asarray(np.sqrt(np.maximum(squared, 0)))
