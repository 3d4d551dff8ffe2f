"""From committee disagreements to one comparable number per image (docs/method.md, section 2)."""

from typing import Literal

import numpy as np
from scipy.stats import rankdata


def task_scores(committee: np.ndarray, join: Literal["max", "mean", "min"]) -> np.ndarray:
    """Join the committee (Eq. 1): (N, T, M) disagreements m_{k,l} -> (N, T) scores s_k.

    Both in the unit of each task. ValueError if a disagreement is not finite.
    """
    finite = np.isfinite(committee)
    if not finite.all():
        image, task, _ = np.argwhere(~finite)[0]
        raise ValueError(
            f"{np.count_nonzero(~finite)} disagreements are not finite, "
            f"the first of image {image} in task column {task}"
        )
    return np.asarray(getattr(np, join)(committee, axis=2))


def comparable(
    scores: np.ndarray, open_images: np.ndarray, how: Literal["minmax", "rank", "mean"]
) -> np.ndarray:
    """Make scores of different units comparable over the open images: (N, T) -> (N, T).

    how (our choice of three): `minmax` -> [0, 1]; `rank` -> [0, 1], where ties share their mean
    rank; `mean` -> multiples of the pool's mean. A task whose scores are all equal becomes 0. NaN
    for images that are not open.
    """
    result = np.full(scores.shape, np.nan)
    pool = scores[open_images].astype(np.float64)
    if not len(pool):
        return result
    low, high = pool.min(axis=0), pool.max(axis=0)
    if how == "minmax":
        scaled = (pool - low) / np.where(high > low, high - low, 1)
    elif how == "rank":
        scaled = (rankdata(pool, axis=0) - 1) / max(1, len(pool) - 1)
    else:
        mean = pool.mean(axis=0)
        scaled = pool / np.where(mean > 0, mean, 1)
    result[open_images] = np.where(high > low, scaled, 0)
    return result


def ranks(
    scores: np.ndarray, open_images: np.ndarray, ties: Literal["average", "min"] = "average"
) -> np.ndarray:
    """Rank the open images per task: (N, T) -> (N, T), 1 for the highest score.

    ties: whether equal scores share their mean rank or the best of their ranks. NaN for images that
    are not open.
    """
    result = np.full(scores.shape, np.nan)
    if open_images.any():
        numbers = -scores[open_images].astype(np.float64)
        result[open_images] = rankdata(numbers, method=ties, axis=0)
    return result
