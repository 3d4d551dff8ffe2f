"""Pick one image per cluster of the pool, clusters without a labelled image first.

The rule of `coverage`, `clue` and `trust-weighted`, which differ in the weights of the images
(docs/method.md, sections 6.13 to 6.15). N images in the pool.
"""

import numpy as np

from mtal.acquisition.clusters import by_turns, cluster_centres
from mtal.acquisition.pool import Pick, Pool
from mtal.acquisition.select import most_images, take_budget

ORDER = (
    "There are as many clusters as labelled images after the batch, so that labelled images hold "
    "theirs. Of clusters without a labelled image the heaviest come first; when they run out, the "
    "one with the fewest labels and picks is next. An image counts in its own cluster only. Only "
    "images with all of their labels count as labelled."
)
FORMULA = "score(x) = -turn of x: clusters by labels and weight, then ||z(x) - centre||"


def pick_by_clusters(
    points: np.ndarray,
    pool: Pool,
    budget: int,
    rng: np.random.Generator,
    weight: np.ndarray | None = None,
) -> Pick:
    """Cluster all images by k-means, and take the open image nearest to each centre.

    The score of an image is minus the turn at which these clusters would offer it, so that images
    beyond the batch are in order too.

    points: (N, D) in the embedding.
    pool: images with all of their labels hold their clusters.
    budget: labels to spend.
    rng: draws the seed of k-means and breaks ties.
    weight: (N,) above 0, of images in k-means and in the order of clusters; None: all the same.
    """
    count, covered = most_images(pool, budget), pool.covered
    points = points.astype(np.float64)
    cluster, centres = cluster_centres(points, int(covered.sum()) + count, rng, weight)
    distance = np.linalg.norm(points - centres[cluster], axis=1)  # (N,) to the own centre
    open_images = pool.open_images
    order = by_turns(cluster, -distance, covered, open_images, len(points), rng, weight)
    turn = np.full(len(points), np.nan)
    turn[order] = np.arange(1, len(order) + 1)
    table = {"group": cluster, "distance": distance, "turn": turn, "score": -turn}
    return Pick(take_budget(order[:count], pool, budget), table)
