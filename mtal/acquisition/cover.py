"""Images that cover the pool, chosen before anything is labelled (docs/method.md, section 1)."""

from collections.abc import Callable

import numpy as np

from mtal.acquisition.clusters import by_turns, cluster_medoids
from mtal.acquisition.kmeans import clustered
from mtal.acquisition.select import farthest_first
from mtal.acquisition.typiclust import MOST_CLUSTERS, SMALL, typicality

# (points (N, D), how many to pick, random stream, (N,) bool: chosen already) -> indices, in order
Cover = Callable[[np.ndarray, int, np.random.Generator, np.ndarray], np.ndarray]


def farthest_images(
    points: np.ndarray, count: int, rng: np.random.Generator, held: np.ndarray
) -> np.ndarray:
    """Pick by greedy k-centre: each as far as possible from all chosen before, (count,) indices.

    The first is the image nearest to the mean of all where none is held (our choice).

    points: (N, D). count: how many to pick, at most all that are not held. rng: breaks ties. held:
    (N,) bool, images that are chosen already.
    """
    first = np.empty(0, dtype=np.int64)
    if not held.any():
        first = np.array([medoid(points)])
    centres = held.copy()
    centres[first] = True
    others, _ = farthest_first(points, centres, ~centres, count - len(first), rng)
    return np.concatenate([first, others])


def medoid(points: np.ndarray) -> int:
    """Find the point (N, D) that is nearest to the mean of all; of equally near ones the first."""
    difference = points - points.mean(axis=0, dtype=np.float64)
    return int(np.argmin(np.einsum("nd,nd->n", difference, difference)))


def typical_images(
    points: np.ndarray, count: int, rng: np.random.Generator, held: np.ndarray
) -> np.ndarray:
    """Pick as TypiClust does, the most typical image of each cluster: (count,) indices.

    points: (N, D). count: how many to pick, at most all that are not held. rng: draws the seed of
    k-means and breaks ties. held: (N,) bool, images that are chosen already.
    """
    points = points.astype(np.float64)
    cluster = clustered(points, min(MOST_CLUSTERS, int(held.sum()) + count), rng)
    typical = typicality(points, cluster, ~held)
    return by_turns(cluster, typical, held, ~held, count, rng, small=SMALL)


COVERS: dict[str, Cover] = {  # values of the setting `start_coverage`
    "clusters": cluster_medoids,
    "k-centre": farthest_images,
    "typiclust": typical_images,
}
