"""ProbCover: balls of one radius around labelled images, placed so that they hold as much of the pool as possible."""

from collections.abc import Iterator

import numpy as np

from mtal.acquisition.kmeans import clustered
from mtal.acquisition.pool import Options, Pick, Pool
from mtal.acquisition.select import buy, most_images
from mtal.acquisition.strategy import Strategy

PURITY = 0.95  # share of balls that lie within one cluster, of the paper
CLUSTERS = 20  # in place of the paper's classes
BLOCK = 2**24  # distances in memory at once
BELOW = 1 - 1e-6  # keeps the radius off a distance that occurs


def pick(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
    """score = images that the ball would newly hold: when picked, and after the batch for the others."""
    points = pool["shared"].astype(np.float64)
    radius = pure_radius(points, clustered(points, CLUSTERS, rng))
    order, new, start, left = cover(
        points, radius, pool.covered, pool.open_images, most_images(pool, budget), rng
    )
    pairs = buy(order, pool, budget)
    left[order] = new
    return Pick(pairs, {"new_start": start, "score": np.where(pool.open_images, left, np.nan)})


def pure_radius(points: np.ndarray, cluster: np.ndarray) -> float:
    """The largest radius with which 95 % of the balls around points hold one cluster only; infinite if there is but one."""
    pure_up_to = np.full(
        len(points), np.inf
    )  # (N,) distance to the nearest point of another cluster
    for rows, squared in _apart(points, np.ones(len(points), dtype=bool)):
        squared[cluster[rows][:, None] == cluster] = np.inf
        pure_up_to[rows] = np.sqrt(squared.min(axis=1))
    impure = int(
        np.floor((1 - PURITY) * len(points) + 1e-9)
    )  # so many may be smaller than the radius
    return float(np.sort(pure_up_to)[impure]) * BELOW


def cover(
    points: np.ndarray,
    radius: float,
    covered: np.ndarray,
    open_images: np.ndarray,
    count: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Greedy: order (count,), newly held when picked (count,); newly held by each ball (N,) at the start, and at the end.

    A point enters the counts once and leaves them once, so a whole batch costs two looks at all distances.
    """
    turn = rng.permutation(len(points))  # among equals the smallest goes first
    held = _within(points, covered, radius) > 0
    gain = _within(points, ~held, radius)
    start, free = gain.copy(), open_images.copy()
    order: list[int] = []
    new: list[int] = []
    while len(order) < count and free.any():
        best = np.flatnonzero(free & (gain == gain[free].max()))
        choice = int(best[np.argmin(turn[best])])
        order.append(choice)
        new.append(int(gain[choice]))
        free[choice] = False
        if new[-1]:
            inside = ~held & (_within(points, np.arange(len(points)) == choice, radius) > 0)
            held |= inside
            gain -= _within(points, inside, radius)
    return np.array(order, dtype=np.int64), np.array(new, dtype=np.int64), start, gain


def _within(points: np.ndarray, among: np.ndarray, radius: float) -> np.ndarray:
    """(N,) how many of the points `among` (N,) bool lie within the radius of each point."""
    result = np.zeros(len(points), dtype=np.int64)
    for rows, squared in _apart(points, among):
        result[rows] = (squared <= radius**2).sum(axis=1)
    return result


def _apart(points: np.ndarray, among: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Rows of points, and their squared distances to the points `among`, so many rows at a time that memory stays small."""
    others = points[among]
    if not len(others):
        return
    lengths = np.einsum("nd,nd->n", others, others)
    step = max(1, BLOCK // len(others))
    for begin in range(0, len(points), step):
        part = points[begin : begin + step]
        own = np.einsum("nd,nd->n", part, part)
        yield (
            slice(begin, begin + step),
            np.maximum(own[:, None] + lengths - 2 * part @ others.T, 0),
        )


PROBCOVER = Strategy(
    "probcover",
    title="ProbCover",
    pick=pick,
    needs=("shared",),
    replay_pool=10_000,
    blurb="Images with many unlabelled ones close by, so that a few labels stand for most of the pool.",
    formula="score(x) = number of images within delta of x and not within delta of a labelled or picked one",
    source="Yehuda et al., NeurIPS 2022, arXiv:2205.11320.",
    choices="The feature: the mean over pixels of what all tasks share, instead of a self-supervised one, not scaled to length "
    "1. delta: the largest at which 95 % of the balls lie within one of 20 k-means clusters; the paper takes as many "
    "clusters as classes. Images that would hold equally many, at the end none, fall by chance. Only images with all of "
    "their labels count as labelled.",
)
