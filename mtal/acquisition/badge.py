"""BADGE: a batch of large and unlike gradients, drawn as k-means++ draws its first centres."""

import numpy as np

from mtal.acquisition.pool import Options, Pick, Pool, columns
from mtal.acquisition.select import buy, most_images, top
from mtal.acquisition.strategy import Strategy


def pick(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
    """Every pick is a draw, so there is no score to rank the others by."""
    open_images = np.flatnonzero(pool.open_images)
    gradient = pool["gradient"].astype(np.float64)  # (N, T, P)
    norms = np.linalg.norm(gradient, axis=2)  # (N, T)
    scale = norms[open_images].mean(axis=0) if len(open_images) else np.zeros(norms.shape[1])
    points = (gradient / np.where(scale > 0, scale, 1)[:, None]).reshape(len(gradient), -1)
    order = open_images[seeds(points[open_images], most_images(pool, budget), rng)]
    return Pick(buy(order, pool, budget), columns("u", norms, pool))


def seeds(points: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """(count,) rows of points (M, D): the longest first, then drawn by squared distance to the nearest row drawn before."""
    squared = np.einsum("nd,nd->n", points, points)
    free = np.ones(len(points), dtype=bool)
    chosen: list[int] = []
    apart = np.full(len(points), np.inf)
    while len(chosen) < min(count, len(points)):
        if not chosen:
            choice = int(top(squared, free, 1, rng)[0])
        else:
            weight = (
                apart if apart.sum() > 0 else free.astype(np.float64)
            )  # only repetitions are left
            choice = int(rng.choice(len(points), p=weight / weight.sum()))
        chosen.append(choice)
        free[choice] = False
        apart = np.minimum(
            apart, np.maximum(squared + squared[choice] - 2 * points @ points[choice], 0)
        )
        apart[~free] = 0
    return np.array(chosen, dtype=np.int64)


BADGE = Strategy(
    "badge",
    title="BADGE",
    pick=pick,
    needs=("gradient",),
    replay_limit=3e6,
    blurb="Images that would change the heads most, and each in another way: unsure and diverse at once.",
    formula="P(x) ~ min_j ||g(x) - g(x_j)||^2, x_j picked before in this batch;  g = gradients of all tasks, one after the other",
    source="Ash et al., ICLR 2020, arXiv:1906.03671.",
    choices="Gradients per pixel averaged over the image; each task's scaled to a mean norm of 1 over the unlabelled pool, so "
    "that none drowns the others. The first pick is the largest gradient, as in the authors' code; labelled images "
    "are no centres.",
)
