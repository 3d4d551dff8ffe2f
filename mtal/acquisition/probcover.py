"""ProbCover: cover as much of the pool as possible with balls around labelled images."""

from collections.abc import Iterator

import numpy as np

from mtal.acquisition.kmeans import clustered
from mtal.acquisition.pool import Options, Pick, Pool
from mtal.acquisition.select import most_images, take_budget
from mtal.acquisition.strategy import Strategy

OWN_EMBEDDING = "shared"  # of `embedding_source: auto`
PURITY = 0.95  # share of balls that hold one cluster only, of the paper
CLUSTERS = 20  # in place of the paper's classes
BLOCK = 2**24  # distances in memory at once
BELOW = 1 - 1e-6  # so that no distance is exactly the radius


def pick(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
    """Pick by score = images that the ball around an image would newly cover.

    The scores in the table are those when an image was picked, and after the batch for the others.
    """
    points = pool[options.embedding(OWN_EMBEDDING)].astype(np.float64)
    radius = pure_radius(points, clustered(points, CLUSTERS, rng))
    count = most_images(pool, budget)
    order, gain, at_start, score = cover(points, radius, pool.covered, pool.open_images, count, rng)
    score[order] = gain
    table = {"new_start": at_start, "score": np.where(pool.open_images, score, np.nan)}
    return Pick(take_budget(order, pool, budget), table)


def pure_radius(points: np.ndarray, cluster: np.ndarray) -> float:
    """Find the largest radius at which 95 % of the balls around points hold one cluster only.

    points (N, D), cluster (N,). Infinite if there is only one cluster.
    """
    to_other_cluster = np.full(len(points), np.inf)  # (N,) distance to its nearest point
    for rows, squared in _squared_distances(points, np.ones(len(points), dtype=bool)):
        squared[cluster[rows][:, None] == cluster] = np.inf
        to_other_cluster[rows] = np.sqrt(squared.min(axis=1))
    most_impure = int(np.floor((1 - PURITY) * len(points) + 1e-9))  # balls that may be impure
    return float(np.sort(to_other_cluster)[most_impure]) * BELOW


def cover(
    points: np.ndarray,
    radius: float,
    covered: np.ndarray,
    open_images: np.ndarray,
    count: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Pick greedily the ball that newly covers the most points.

    Returns the picks (count,), how many points each newly covered (count,), and how many the ball
    of each point would newly cover at the start (N,) and at the end (N,).

    points: (N, D).
    radius: of every ball.
    covered: (N,) bool, the centres of balls at the start.
    open_images: (N,) bool, which can be picked.
    count: how many to pick, at most all open ones.
    rng: breaks ties.

    A point joins and leaves the counts once, so a batch looks at all distances only twice.
    """
    turn = rng.permutation(len(points))  # of equal gains the smallest turn is picked first
    is_covered = _count_within(points, covered, radius) > 0
    gain = _count_within(points, ~is_covered, radius)
    at_start, available = gain.copy(), open_images.copy()
    picked: list[int] = []
    gains: list[int] = []
    while len(picked) < count and available.any():
        best = np.flatnonzero(available & (gain == gain[available].max()))
        index = int(best[np.argmin(turn[best])])
        picked.append(index)
        gains.append(int(gain[index]))
        available[index] = False
        if gain[index]:
            in_ball = _count_within(points, np.arange(len(points)) == index, radius) > 0
            new = in_ball & ~is_covered
            is_covered |= new
            gain -= _count_within(points, new, radius)
    return np.array(picked, dtype=np.int64), np.array(gains, dtype=np.int64), at_start, gain


def _count_within(points: np.ndarray, others: np.ndarray, radius: float) -> np.ndarray:
    """Count the `others` (N,) bool within the radius of each point: (N,)."""
    count = np.zeros(len(points), dtype=np.int64)
    for rows, squared in _squared_distances(points, others):
        count[rows] = (squared <= radius**2).sum(axis=1)
    return count


def _squared_distances(
    points: np.ndarray, others: np.ndarray
) -> Iterator[tuple[slice, np.ndarray]]:
    """Measure all points against the `others` (N,) bool in blocks that fit in memory.

    Gives the rows of a block, and their squared distances (rows, others).
    """
    targets = points[others]
    if not len(targets):
        return
    target_lengths = np.einsum("nd,nd->n", targets, targets)
    step = max(1, BLOCK // len(targets))
    for begin in range(0, len(points), step):
        block = points[begin : begin + step]
        lengths = np.einsum("nd,nd->n", block, block)
        squared = lengths[:, None] + target_lengths - 2 * block @ targets.T
        yield slice(begin, begin + step), np.maximum(squared, 0)


PROBCOVER = Strategy(
    "probcover",
    title="ProbCover",
    pick=pick,
    needs=lambda options: (options.embedding(OWN_EMBEDDING),),
    own_embedding=OWN_EMBEDDING,
    uses=frozenset({"embedding_source"}),
    replay_pool=10_000,
    blurb="Images with many unlabelled ones close by, so that a few labels stand for most of the "
    "pool.",
    formula="score(x) = number of images within delta of x and not within delta of a labelled or "
    "picked one",
    source="Yehuda et al., NeurIPS 2022, arXiv:2205.11320.",
    choices="The feature: the mean over pixels of what all tasks share, instead of a "
    "self-supervised one, not scaled to length 1. delta: the largest at which 95 % of the balls "
    "lie within one of 20 k-means clusters; the paper takes as many clusters as classes. Images "
    "that would cover equally many, at the end none, are picked at random. Only images with all of "
    "their labels count as labelled.",
)
