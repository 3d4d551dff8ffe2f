"""Selectors: from numbers or points to positions in the pool. Greedy picks are exact, only evaluated lazily.

Greedy k-centre (Core-Set, arXiv:1708.00489) and score = weight x distance (docs/method.md, section 4) are one rule: again and again the open
point with the largest weight x gap, gap = distance to the nearest covered point. A gap can only shrink, so an old gap is an
upper bound and only points whose bound is at the top are brought up to date.

Images can be labelled in part. Our choice: an image keeps away, in each task that it lacks, from the images labelled in that
task, and its gap is the mean over these tasks. Where images are labelled whole this is Eq. 3; and no label makes it jump, since
it only adds one image to keep away from, in one task.
"""

from typing import Literal

import numpy as np
from sklearn.metrics import pairwise_distances_argmin_min

from mtal.acquisition.pool import Pick, Pool, whole_images

Space = Literal["euclidean", "cosine"]
REFRESH = 128  # points brought up to date at once


def top(score: np.ndarray, allowed: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """The `count` highest scores among `allowed`, best first; ties fall by the generator. score, allowed: (N,)."""
    order = rng.permutation(np.flatnonzero(allowed))
    return order[np.argsort(-score[order], kind="stable")][:count]


def gaps(points: np.ndarray, covered: np.ndarray, space: Space) -> np.ndarray:
    """(N,) distance of each point to the nearest covered one, 0 for covered points. points (N, D), covered (N,)."""
    if not covered.any():
        raise ValueError("diversity needs at least one labelled image to be far from")
    return _measured(_nearest(_placed(points, space), covered), space)


def diversity(points: np.ndarray, pool: Pool, space: Space) -> np.ndarray:
    """Eq. 3, div: (N,) mean over the tasks that an image lacks of its distance to the nearest image labelled in that task; 0
    where nothing can be bought. ValueError if a task to be bought has no label anywhere."""
    return _mean(_task_gaps(_placed(points, space), _centres(pool), space), pool.open_pairs)


def _centres(pool: Pool) -> np.ndarray:
    """(N, T) bool: what is labelled, as the images to be far from in each task."""
    missing = pool.open_pairs.any(axis=0) & ~pool.labelled.any(axis=0)  # (T,)
    if missing.any():
        raise ValueError(
            f"diversity needs at least one labelled image of {pool.tasks[int(missing.argmax())]} to be far from"
        )
    return pool.labelled


def _task_gaps(placed: np.ndarray, centres: np.ndarray, space: Space) -> np.ndarray:
    """(N, T) distance to the nearest centre of each task, 0 for itself; infinite where a task has none. centres (N, T) bool."""
    of_all = np.asarray(centres.all(axis=1))
    common = _nearest(placed, of_all)  # nearly all of them, measured once
    known = {
        centre.tobytes(): np.minimum(common, _nearest(placed, centre & ~of_all))
        for centre in centres.T
    }
    return _measured(np.column_stack([known[centre.tobytes()] for centre in centres.T]), space)


def _nearest(points: np.ndarray, covered: np.ndarray) -> np.ndarray:
    """(N,) Euclidean distance to the nearest covered point, infinite if there is none."""
    result = np.where(covered, 0, np.inf)
    rest = np.flatnonzero(~covered)
    if len(rest) and covered.any():
        result[rest] = pairwise_distances_argmin_min(
            points[rest], points[covered], metric="euclidean"
        )[1]
    return result


def _mean(gap: np.ndarray, lacked: np.ndarray) -> np.ndarray:
    """(N,) mean of gap (N, T) over the tasks that are lacked (N, T) bool, 0 where none is."""
    return np.asarray(np.where(lacked, gap, 0).sum(axis=1) / np.maximum(lacked.sum(axis=1), 1))


def farthest_first(
    points: np.ndarray,
    covered: np.ndarray,
    open_pairs: np.ndarray,
    count: int,
    rng: np.random.Generator,
    weight: np.ndarray | None = None,
    space: Space = "euclidean",
) -> tuple[np.ndarray, np.ndarray]:
    """Greedy picks and the gap that each had when it was picked: (count,) positions, (count,) distances.

    points (N, D); covered, open_pairs (N,) or per task (N, T) bool; weight (N,) >= 0, 1 for all if None. Never picks a point
    twice, also among equal ones; ties fall by the generator. A pick is covered in the tasks in which it was open.
    """
    turn = rng.permutation(len(points))  # among equals the smallest goes first
    weight = np.ones(len(points)) if weight is None else weight
    covered, lacked = covered.reshape(len(points), -1), open_pairs.reshape(len(points), -1)
    joins = covered | lacked  # (N, T) what a pick is a centre of afterwards
    placed = _placed(points, space)
    squared = np.einsum("nd,nd->n", placed, placed)
    gap = _task_gaps(placed, covered, space)
    bound = np.where(
        lacked.any(axis=1), weight * _mean(gap, lacked), -np.inf
    )  # never below the true score
    seen = np.zeros(len(points), dtype=np.int64)  # how many picks each gap has taken into account
    picked: list[int] = []
    gap_when_picked: list[float] = []
    for _ in range(min(count, int(np.count_nonzero(lacked.any(axis=1))))):
        while True:
            best = np.flatnonzero(bound == bound.max())
            stale = best[seen[best] < len(picked)]
            if not len(stale):
                break
            near_top = np.argpartition(-bound, min(REFRESH, len(bound) - 1))[:REFRESH]
            stale = np.union1d(
                stale, near_top[(seen[near_top] < len(picked)) & (bound[near_top] > -np.inf)]
            )
            new = np.array(picked[int(seen[stale].min()) :])
            apart = squared[new] - 2 * placed[stale] @ placed[new].T + squared[stale][:, None]
            reached = np.column_stack(
                [apart[:, ones].min(axis=1, initial=np.inf) for ones in joins[new].T]
            )
            gap[stale] = np.minimum(gap[stale], _measured(np.sqrt(np.maximum(reached, 0)), space))
            seen[stale], bound[stale] = (
                len(picked),
                weight[stale] * _mean(gap[stale], lacked[stale]),
            )
        choice = int(best[np.argmin(turn[best])])
        picked.append(choice)
        gap_when_picked.append(float(_mean(gap[[choice]], lacked[[choice]])[0]))
        bound[choice] = -np.inf
    return np.array(picked, dtype=np.int64), np.array(gap_when_picked)


def buy(order: np.ndarray, pool: Pool, budget: int) -> np.ndarray:
    """(K, 2) pairs worth `budget` labels: whole images in this order, the last one in part if the budget ends there."""
    return whole_images(order, pool)[:budget]


def highest(
    score: np.ndarray,
    pool: Pool,
    budget: int,
    rng: np.random.Generator,
    table: dict[str, np.ndarray] | None = None,
) -> Pick:
    """Whole images, highest score first; ties fall by the generator. score (N,), higher = more worth labelling."""
    open_images = pool.open_images
    order = top(score, open_images, most_images(pool, budget), rng)
    return Pick(
        buy(order, pool, budget), (table or {}) | {"score": np.where(open_images, score, np.nan)}
    )


def k_center(
    points: np.ndarray,
    pool: Pool,
    budget: int,
    rng: np.random.Generator,
    weight: np.ndarray | None = None,
    space: Space = "euclidean",
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whole images, farthest first: (K, 2) pairs; (N,) gap at the start; (N,) gap when picked.

    An image that is not picked has the gap that it has once the whole batch counts as labelled.
    """
    centres, placed = _centres(pool), _placed(points, space)
    order, when_picked = farthest_first(
        points, centres, pool.open_pairs, most_images(pool, budget), rng, weight, space
    )
    pairs = buy(order, pool, budget)
    bought = np.zeros_like(pool.labelled)
    bought[pairs[:, 0], pairs[:, 1]] = True
    before = _task_gaps(placed, centres, space)
    after = _mean(np.minimum(before, _task_gaps(placed, bought, space)), pool.open_pairs & ~bought)
    images = order[: len(np.unique(pairs[:, 0]))]
    after[images] = when_picked[: len(images)]
    return pairs, _mean(before, pool.open_pairs), after


def most_images(pool: Pool, budget: int) -> int:
    """So many open images are worth `budget` labels, whichever they are; all of them if they are worth less."""
    worth = np.sort(pool.open_pairs.sum(axis=1)[pool.open_images])
    return min(len(worth), int(np.searchsorted(np.cumsum(worth), budget)) + 1)


def _placed(points: np.ndarray, space: Space) -> np.ndarray:
    """Points as float64, such that Euclidean distance can serve both spaces."""
    if not np.isfinite(points).all():
        raise ValueError(
            f"{np.count_nonzero(~np.isfinite(points).all(axis=1))} embeddings are not finite"
        )
    points = np.asarray(points, dtype=np.float64)
    if space == "cosine":
        return points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-12)
    return points


def _measured(euclidean: np.ndarray, space: Space) -> np.ndarray:
    """Cosine distance 1 - cos is half the squared distance of unit vectors."""
    return euclidean**2 / 2 if space == "cosine" else euclidean
