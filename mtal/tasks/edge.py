"""Edges: does a boundary pass through the pixel? Scored by odsF, F at the best threshold of a set.

Formulas: docs/method.md, sections 8.1 and 10.
"""

import math
from functools import partial

import numpy as np
import torch
from torch import Tensor

from mtal.tasks.binary import binary_task, probability, weighted_cross_entropy
from mtal.tasks.edge_matching import count_matches, near_pairs
from mtal.tasks.label_checks import not_ignored
from mtal.tasks.task import Metric, Task

THRESHOLDS = np.arange(1, 100) / 100
# Per threshold, the least of the 256 grey levels whose level / 255 reaches it; in whole numbers, so
# that nothing is rounded.
LEAST_LEVELS = -(-255 * np.arange(1, 100) // 100)


def edge(*, weight: float = 50.0, positive_weight: float = 0.95, tolerance: float = 0.011) -> Task:
    """Make the task: weighted cross-entropy and odsF.

    positive_weight: of edge pixels in the loss; the others have 1 minus that. tolerance: how far
    matched pixels may be apart, as a share of the image diagonal: .011 for NYUD, .0075 for PASCAL.
    """
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
    """(B, 99, 4) float64 counts of pixels per threshold.

    In this order: matched predicted, all predicted, matched true, all true.
    """
    grey = (probability(output) * 255).round()  # as in an 8-bit PNG
    grey = grey.masked_fill(~not_ignored(target), 0)
    levels = grey[:, 0].to(torch.uint8).cpu().numpy()
    edges = (target[:, 0] == 1).cpu().numpy()
    pairs = zip(levels, edges, strict=True)
    counts = np.stack([_count_image(*pair, tolerance) for pair in pairs])
    return torch.from_numpy(counts).to(output.device)


def _count_image(levels: np.ndarray, true: np.ndarray, tolerance: float) -> np.ndarray:
    """(99, 4) counts of one image. levels: (H, W) uint8; true: (H, W) bool.

    Thinned by `skeletonize` (Zhang and Suen 1984), which is our choice: docs/method.md, section 10.
    """
    # Takes a third of a second to import, so only where edges are measured.
    from skimage.morphology import skeletonize

    true = skeletonize(true)
    near = near_pairs(true, tolerance * math.hypot(*true.shape))
    counts = np.zeros((len(LEAST_LEVELS), 4))
    pixels_before = -1
    for row, least in enumerate(LEAST_LEVELS):
        above = levels >= least
        pixels = int(np.count_nonzero(above))
        if pixels == pixels_before:  # no level in between, so the map is the one before
            counts[row] = counts[row - 1]
            continue
        thin = skeletonize(above)
        matched = count_matches(thin, near)
        counts[row] = matched, np.count_nonzero(thin), matched, np.count_nonzero(true)
        pixels_before = pixels
    return counts


def _best_f_percent(counts: Tensor) -> float:
    """F = 2PR / (P + R) of summed counts (99, 4), at the best threshold; NaN if all are 0."""
    if not counts.any():
        return math.nan
    matched_predicted, predicted, matched_true, true = counts.unbind(-1)
    precision = matched_predicted / predicted.clamp(min=1)
    recall = matched_true / true.clamp(min=1)
    f = 2 * precision * recall / (precision + recall).clamp(min=1e-12)
    return float(f.max()) * 100
