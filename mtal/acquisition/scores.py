"""Measures: from committee disagreement to one comparable number per image (docs/method.md, section 2). NumPy in, NumPy out."""

from typing import Literal

import numpy as np
from scipy.stats import rankdata


def task_scores(committee: np.ndarray, join: Literal["max", "mean", "min"]) -> np.ndarray:
    """Eq. 1: (N, T, M) disagreements m_{k,l} -> (N, T) scores s_k, in the unit of each task."""
    if not np.isfinite(committee).all():
        image, task, _ = np.argwhere(~np.isfinite(committee))[0]
        raise ValueError(
            f"{np.count_nonzero(~np.isfinite(committee))} disagreements are not finite, "
            f"the first of image {image} in task column {task}"
        )
    return np.asarray(getattr(np, join)(committee, axis=2))


def comparable(
    scores: np.ndarray, open_images: np.ndarray, how: Literal["minmax", "rank", "mean"]
) -> np.ndarray:
    """(N, T) in any units -> (N, T) comparable over the open pool; NaN for images that are labelled (our choice of three ways).

    `minmax` -> [0, 1]; `rank` -> [0, 1], ties share their mean rank; `mean` -> multiples of the pool mean. A column that is
    constant over the open pool becomes 0: it cannot tell images apart.
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


def ranks(scores: np.ndarray, open_images: np.ndarray) -> np.ndarray:
    """(N, T) -> (N, T) ranks over the open pool, per task: 1 = highest, ties share their mean; NaN for the other images."""
    result = np.full(scores.shape, np.nan)
    if open_images.any():
        result[open_images] = rankdata(-scores[open_images].astype(np.float64), axis=0)
    return result
