"""Sample weights: how much each labelled image counts per task in training.

docs/method.md, section 5. The abstract names their purpose; both formulas are our choice. N images
in the pool, T tasks. A batch is what one cycle acquired: its (image, task) pairs (K, 2), and a
number for each pair of the pool (N, T) from when it was picked.
"""

from collections.abc import Sequence

import numpy as np

LATER = 0.5  # weight of a label until the task alone would have chosen it
LOWEST, HIGHEST = 0.25, 4.0  # of weights by score

Batches = Sequence[tuple[np.ndarray, np.ndarray]]


def ordered_weights(labelled: np.ndarray, batches: Batches) -> np.ndarray:
    """Weight labels by when their task alone would have chosen them: (N, T) of 0, 1/2 and 1.

    labelled: (N, T) bool; the weight is 0 where there is no label.
    batches: of all cycles so far, the oldest first; their numbers are ranks among the images that
    could be picked, 1 for the highest score of the task, of equal scores the best rank.

    weight = 1 if the rank is at most the number of labels of the task that this cycle and those
    since acquired, else 1/2; 1 for labels of the start.
    """
    weights = labelled.astype(np.float64)
    since = np.zeros(labelled.shape[1], dtype=np.int64)  # (T,) labels from this batch on
    for pairs, ranks in reversed(batches):
        images, tasks = pairs.T
        since += np.bincount(tasks, minlength=len(since))
        weights[images, tasks] = np.where(ranks[images, tasks] <= since[tasks], 1, LATER)
    return weights * labelled


def score_weights(labelled: np.ndarray, batches: Batches) -> np.ndarray:
    """Weight labels by the scores that led to them: (N, T), of mean 1 per task over its labels.

    labelled: (N, T) bool; the weight is 0 where there is no label.
    batches: of all cycles so far; their numbers are normalised scores.

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
