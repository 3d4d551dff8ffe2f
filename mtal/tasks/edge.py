"""Edges: does a boundary pass through the pixel? Scored by odsF: one threshold for the whole set, the best. docs/method.md, sections 8.1 and 10."""

import math
from functools import partial

import numpy as np
import torch
from torch import Tensor

from mtal.tasks.binary import binary_task, known, probability, weighted_cross_entropy
from mtal.tasks.edge_matching import count_matches, near_pairs
from mtal.tasks.task import Metric, Task

THRESHOLDS = np.arange(1, 100) / 100
# The least of the 256 grey levels whose level / 255 reaches the threshold, in whole numbers to be free of rounding.
LEAST_LEVELS = -(-255 * np.arange(1, 100) // 100)


def edge(*, weight: float = 50.0, positive_weight: float = 0.95, tolerance: float = 0.011) -> Task:
    """Weighted cross-entropy and odsF. `tolerance` is a share of the image diagonal: .011 for NYUD, .0075 for PASCAL."""
    return binary_task(
        "edge",
        "Edges",
        weight=weight,
        loss=partial(weighted_cross_entropy, positive_weight=positive_weight),
        metric=Metric(
            "odsF",
            unit="%",
            better="higher",
            counts=partial(_boundary_counts, tolerance=tolerance),
            value=_best_f_percent,
            note=f"99 thresholds, both sides thinned (Zhang-Suen), pixels matched one to one "
            f"within {tolerance:g} of the diagonal, no non-maximum suppression.",
        ),
        no="no edge",
        yes="edge",
    )


def _boundary_counts(output: Tensor, target: Tensor, tolerance: float) -> Tensor:
    """(B, 99, 4) float64 per threshold: matched predicted pixels, predicted pixels, matched true pixels, true pixels."""
    levels = (
        (probability(output) * 255).round().masked_fill(~known(target), 0)
    )  # as in an 8-bit PNG
    pairs = zip(
        levels[:, 0].to(torch.uint8).cpu().numpy(), (target[:, 0] == 1).cpu().numpy(), strict=True
    )
    return torch.from_numpy(np.stack([_count_image(*pair, tolerance) for pair in pairs])).to(
        output.device
    )


def _count_image(levels: np.ndarray, true: np.ndarray, tolerance: float) -> np.ndarray:
    """(99, 4) of one image. levels (H, W) uint8, true (H, W) bool.

    Thinned by `skeletonize` (Zhang and Suen 1984). SEISM thins with Matlab's variant of Guo and Hall, `thin` in scikit-image;
    on NYU edges that took 12 times as long and gave an odsF lower by 0.8 points (our choice: the fast one, and say so).
    """
    from skimage.morphology import (
        skeletonize,
    )  # a third of a second to import: only where edges are measured

    true = skeletonize(true)
    near = near_pairs(true, tolerance * math.hypot(*true.shape))
    counts = np.zeros((len(LEAST_LEVELS), 4))
    pixels_before = -1
    for row, least in enumerate(LEAST_LEVELS):
        above = levels >= least
        pixels = int(np.count_nonzero(above))
        if pixels == pixels_before:  # no level in between: the same map as one threshold before
            counts[row] = counts[row - 1]
            continue
        thin = skeletonize(above)
        matched = count_matches(thin, near)
        counts[row] = matched, np.count_nonzero(thin), matched, np.count_nonzero(true)
        pixels_before = pixels
    return counts


def _best_f_percent(counts: Tensor) -> float:
    """F = 2PR / (P + R) of the summed counts (99, 4), at the best threshold. NaN where neither edges nor predictions are."""
    if not counts.any():
        return math.nan
    hit, predicted, found, true = counts.unbind(-1)
    precision, recall = hit / predicted.clamp(min=1), found / true.clamp(min=1)
    return float((2 * precision * recall / (precision + recall).clamp(min=1e-12)).max()) * 100
