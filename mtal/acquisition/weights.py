"""Sample weights: how much each labelled image counts per task in training.

docs/method.md, section 5; the formula is our choice.
"""

from collections.abc import Sequence

import numpy as np

LOWEST, HIGHEST = 0.25, 4.0


def sample_weights(
    labelled: np.ndarray, batches: Sequence[tuple[np.ndarray, np.ndarray]]
) -> np.ndarray:
    """Weight labels by the scores that led to them: (N, T), of mean 1 per task over its labels.

    labelled: (N, T) bool; the weight is 0 where there is no label.
    batches: per cycle the (image, task) pairs that were labelled (K, 2), and the normalised scores
    of the pool when they were picked (N, T).

    weight = clip(score / mean over the task's pairs of that batch, 1/4, 4), and 1 for labels of the
    start.
    """
    weights = labelled.astype(np.float64)
    for pairs, scores in batches:
        for task in np.unique(pairs[:, 1]):
            images = pairs[pairs[:, 1] == task, 0]
            mean = scores[images, task].mean()
            weights[images, task] = 1
            if mean > 0:
                weights[images, task] = np.clip(scores[images, task] / mean, LOWEST, HIGHEST)
    count = labelled.sum(axis=0)
    total = weights.sum(axis=0)
    return weights * np.where(total > 0, count / np.where(total > 0, total, 1), 0)
