"""Selectors: from scores or points to the images that are labelled next.

Greedy k-centre (Core-Set, arXiv:1708.00489) and score = weight x distance (docs/method.md,
section 4) are one rule: pick the open image with the largest weight x distance to the nearest
labelled or picked image, and repeat.

Images can be labelled in part. Our choice: the distance of an image is the mean over the tasks
that it lacks, of its distance to the nearest image labelled in that task. Where images are labelled
whole this is Eq. 3; and no label makes the distances jump, since it adds one centre in one task.
"""

import numpy as np

from mtal.acquisition.distances import (
    Space,
    from_euclidean,
    mean_over_tasks,
    nearest,
    nearest_per_task,
    to_euclidean,
)
from mtal.acquisition.lazy_greedy import LazyGreedy
from mtal.acquisition.pool import Pick, Pool, whole_images

PARTLY_LABELLED = (  # on the cards of strategies
    "The distance of an image that is labelled in part is the mean, over the tasks that it lacks, "
    "of its distance to the nearest image labelled in that task."
)


def top(score: np.ndarray, allowed: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Select the `count` highest scores among `allowed`, the highest first: (count,) indices.

    score, allowed: (N,). Ties are broken by `rng`.
    """
    order = rng.permutation(np.flatnonzero(allowed))
    return order[np.argsort(-score[order], kind="stable")][:count]


def distance_to_labelled(points: np.ndarray, labelled: np.ndarray, space: Space) -> np.ndarray:
    """Measure the distance of each point to the nearest labelled one: (N,), 0 for these.

    points (N, D), labelled (N,) bool. ValueError if nothing is labelled or a point is not finite.
    """
    if not labelled.any():
        raise ValueError("diversity needs at least one labelled image to be far from")
    return from_euclidean(nearest(to_euclidean(points, space), labelled), space)


def diversity(points: np.ndarray, pool: Pool, space: Space) -> np.ndarray:
    """Measure div of Eq. 3: (N,) mean distance to the labelled images of the tasks that are open.

    points (N, D). 0 where no task is open. ValueError if an open task has no label anywhere, or a
    point is not finite.
    """
    distance = nearest_per_task(to_euclidean(points, space), _centres(pool), space)
    return mean_over_tasks(distance, pool.open_pairs)


def farthest_first(
    points: np.ndarray,
    labelled: np.ndarray,
    open_pairs: np.ndarray,
    count: int,
    rng: np.random.Generator,
    weight: np.ndarray | None = None,
    space: Space = "euclidean",
) -> tuple[np.ndarray, np.ndarray]:
    """Pick greedily by weight x distance: (count,) indices and their distances when picked.

    points: (N, D) in the embedding. ValueError if one is not finite.
    labelled: (N,) or per task (N, T) bool, the centres at the start.
    open_pairs: (N,) or per task (N, T) bool. A pick is a centre in its open tasks from then on.
    count: how many to pick, as far as there are open points; none is picked twice.
    rng: breaks ties.
    weight: (N,) at least 0; None for 1 everywhere.
    space: how distance is measured.
    """
    turn = rng.permutation(len(points))
    if weight is None:
        weight = np.ones(len(points))
    labelled = labelled.reshape(len(points), -1)
    open_pairs = open_pairs.reshape(len(points), -1)
    greedy = LazyGreedy(points, labelled, open_pairs, weight, turn, space)
    count = min(count, int(np.count_nonzero(open_pairs.any(axis=1))))
    picks = [greedy.pick() for _ in range(count)]
    indices = np.array([index for index, _ in picks], dtype=np.int64)
    return indices, np.array([distance for _, distance in picks], dtype=np.float64)


def take_budget(order: np.ndarray, pool: Pool, budget: int) -> np.ndarray:
    """List (image, task) pairs worth `budget` labels: (K, 2).

    Whole images in the given order; the last one only in part if the budget ends there.
    """
    return whole_images(order, pool)[:budget]


def highest(
    score: np.ndarray,
    pool: Pool,
    budget: int,
    rng: np.random.Generator,
    table: dict[str, np.ndarray] | None = None,
) -> Pick:
    """Pick whole images worth `budget` labels, the highest score first.

    score (N,): higher is more worth labelling. Ties are broken by `rng`. The score joins the
    columns of `table`.
    """
    open_images = pool.open_images
    order = top(score, open_images, most_images(pool, budget), rng)
    score_column = {"score": np.where(open_images, score, np.nan)}
    return Pick(take_budget(order, pool, budget), (table or {}) | score_column)


def k_centre(
    points: np.ndarray,
    pool: Pool,
    budget: int,
    rng: np.random.Generator,
    weight: np.ndarray | None = None,
    space: Space = "euclidean",
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pick whole images worth `budget` labels by weight x distance, greedily.

    Returns the (K, 2) pairs, the (N,) distances at the start, and the (N,) distances of picked
    images when they were picked, of the others after the batch.

    points: (N, D) in the embedding. ValueError if one is not finite.
    pool: ValueError if one of its open tasks has no label anywhere.
    budget: labels to spend.
    rng: breaks ties.
    weight: (N,) at least 0; None for 1 everywhere.
    space: how distance is measured.
    """
    centres = _centres(pool)
    order, when_picked = farthest_first(
        points, centres, pool.open_pairs, most_images(pool, budget), rng, weight, space
    )
    pairs = take_budget(order, pool, budget)
    batch = np.zeros_like(pool.labelled)
    batch[pairs[:, 0], pairs[:, 1]] = True
    euclidean = to_euclidean(points, space)
    before = nearest_per_task(euclidean, centres, space)
    after = np.minimum(before, nearest_per_task(euclidean, batch, space))
    distance = mean_over_tasks(after, pool.open_pairs & ~batch)
    images = order[: len(np.unique(pairs[:, 0]))]
    distance[images] = when_picked[: len(images)]
    return pairs, mean_over_tasks(before, pool.open_pairs), distance


def most_images(pool: Pool, budget: int) -> int:
    """Count the images that a budget of labels reaches at most: those that lack the fewest."""
    labels = np.sort(pool.open_pairs.sum(axis=1)[pool.open_images])  # that each image lacks
    return min(len(labels), int(np.searchsorted(np.cumsum(labels), budget)) + 1)


def _centres(pool: Pool) -> np.ndarray:
    """(N, T) bool: the labelled pairs. ValueError if an open task has none."""
    without = pool.open_pairs.any(axis=0) & ~pool.labelled.any(axis=0)  # (T,)
    if without.any():
        task = pool.tasks[int(without.argmax())]
        raise ValueError(f"diversity needs at least one labelled image of {task} to be far from")
    return pool.labelled
