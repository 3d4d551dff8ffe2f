"""Sample weights: how much each labelled image counts per task while training (METHOD 5; the formula is our choice)."""
from collections.abc import Sequence

import numpy as np

LOWEST, HIGHEST = 0.25, 4.0


def sample_weights(labelled: np.ndarray, batches: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """(N, T) weights, 0 where there is no label, of mean 1 per task over the labelled images.

    labelled (N, T) bool. batches: per cycle the picked images (n,) and their normalised scores when picked (n, T):
    w = clip(score / mean over that batch, 1/4, 4). Images of the random start weigh 1 before scaling.
    """
    weights = labelled.astype(np.float64)
    for images, scores in batches:
        mean = scores.mean(axis=0)
        relative = np.where(mean > 0, scores / np.where(mean > 0, mean, 1), 1)
        weights[images] *= np.clip(relative, LOWEST, HIGHEST)
    count = labelled.sum(axis=0)
    total = weights.sum(axis=0)
    return weights * np.where(total > 0, count / np.where(total > 0, total, 1), 0)
