"""BADGE: a batch of large and diverse gradients, drawn as k-means++ draws its first centres."""

import numpy as np

from mtal.acquisition.pool import Options, Pick, Pool, columns
from mtal.acquisition.select import most_images, take_budget, top
from mtal.acquisition.strategy import Strategy


def pick(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
    """Draw a batch; since every pick is random, the other images have no score."""
    open_images = np.flatnonzero(pool.open_images)
    gradient = pool["gradient"].astype(np.float64)  # (N, T, P)
    norms = np.linalg.norm(gradient, axis=2)  # (N, T)
    scale = np.zeros(norms.shape[1])  # (T,) mean norm over the open images
    if len(open_images):
        scale = norms[open_images].mean(axis=0)
    points = (gradient / np.where(scale > 0, scale, 1)[:, None]).reshape(len(gradient), -1)
    order = open_images[seeds(points[open_images], most_images(pool, budget), rng)]
    return Pick(take_budget(order, pool, budget), columns("u", norms, pool))


def seeds(points: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw rows of points (M, D) as k-means++ does: (count,) indices.

    The longest row comes first, then rows are drawn by their squared distance to the nearest row
    drawn before. (`sklearn.cluster.kmeans_plusplus` tries several draws per centre and begins with
    a random one.)
    """
    squared_length = np.einsum("nd,nd->n", points, points)
    available = np.ones(len(points), dtype=bool)
    squared_distance = np.full(len(points), np.inf)  # to the nearest row drawn so far
    drawn: list[int] = []
    while len(drawn) < min(count, len(points)):
        if not drawn:
            index = int(top(squared_length, available, 1, rng)[0])
        else:
            weight = squared_distance
            if not weight.sum() > 0:  # only copies of drawn rows are left
                weight = available.astype(np.float64)
            index = int(rng.choice(len(points), p=weight / weight.sum()))
        drawn.append(index)
        available[index] = False
        to_drawn = squared_length + squared_length[index] - 2 * points @ points[index]
        squared_distance = np.minimum(squared_distance, np.maximum(to_drawn, 0))
        squared_distance[~available] = 0
    return np.array(drawn, dtype=np.int64)


BADGE = Strategy(
    "badge",
    title="BADGE",
    pick=pick,
    needs=("gradient",),
    replay_limit=3e6,
    blurb="Images that would change the heads most, and each in another way: unsure and diverse at "
    "once.",
    formula="P(x) ~ min_j ||g(x) - g(x_j)||^2, x_j picked before in this batch;  "
    "g = gradients of all tasks, one after the other",
    source="Ash et al., ICLR 2020, arXiv:1906.03671.",
    choices="The gradient of the initial head's weights, with the final prediction as label, "
    "averaged over pixels and projected to 128 numbers per task; each task's scaled to a mean norm "
    "of 1 over the unlabelled pool, so that none drowns the others. The first pick is the largest "
    "gradient, as in the authors' code; labelled images are no centres.",
)
