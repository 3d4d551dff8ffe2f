"""Distances between images in the embedding, to what is labelled in each task."""

from typing import Literal

import numpy as np
from sklearn.metrics import pairwise_distances_argmin_min

Space = Literal["euclidean", "cosine"]


def to_euclidean(points: np.ndarray, space: Space) -> np.ndarray:
    """Convert points to float64, scaled so that Euclidean distance serves both spaces. (N, D).

    ValueError if a point is not finite.
    """
    finite = np.isfinite(points).all(axis=1)  # (N,)
    if not finite.all():
        raise ValueError(f"{np.count_nonzero(~finite)} embeddings are not finite")
    points = np.asarray(points, dtype=np.float64)
    if space == "cosine":
        return points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-12)
    return points


def from_euclidean(distance: np.ndarray, space: Space) -> np.ndarray:
    """Convert Euclidean distances of `to_euclidean` points to those of `space`."""
    if space == "cosine":
        return distance**2 / 2  # of unit vectors: |a - b|^2 = 2 (1 - cos)
    return distance


def nearest(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Measure the Euclidean distance to the nearest centre: (N,), infinite if there is none.

    points (N, D); centres (N,) bool, which have distance 0.
    """
    distance = np.where(centres, 0, np.inf)
    others = np.flatnonzero(~centres)
    if len(others) and centres.any():
        distance[others] = pairwise_distances_argmin_min(
            points[others], points[centres], metric="euclidean"
        )[1]
    return distance


def nearest_per_task(points: np.ndarray, centres: np.ndarray, space: Space) -> np.ndarray:
    """Measure the distance to the nearest centre of each task: (N, T), infinite without one.

    points (N, D) as `to_euclidean` gives them; centres (N, T) bool, which have distance 0.
    """
    of_all_tasks = np.asarray(centres.all(axis=1))
    common = nearest(points, of_all_tasks)  # most centres are of all tasks: measured once
    by_centres: dict[bytes, np.ndarray] = {}  # tasks with the same centres share a measurement
    for column in centres.T:
        key = column.tobytes()
        if key not in by_centres:
            by_centres[key] = np.minimum(common, nearest(points, column & ~of_all_tasks))
    columns = [by_centres[column.tobytes()] for column in centres.T]
    return from_euclidean(np.column_stack(columns), space)


def mean_over_tasks(distance: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """Average distances (N, T) over the tasks that count, (N, T) bool: (N,), 0 where none does."""
    total = np.where(counted, distance, 0).sum(axis=1)
    return np.asarray(total / np.maximum(counted.sum(axis=1), 1))
