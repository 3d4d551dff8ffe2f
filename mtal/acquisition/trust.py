"""Trust in a score: how well it ordered the losses on the labels that were bought by it.

docs/method.md, section 6.15; all of it is our choice. T tasks.
"""

from collections.abc import Sequence

import numpy as np

from mtal.acquisition.pool import PastBatch
from mtal.acquisition.rank_correlation import FEWEST, correlation, fisher

MOST = 0.5  # of g: a score that predicts the loss well has not picked better for that
KEPT = 0.5  # share of a batch's weight that each later batch leaves to it


def trust_per_task(past: Sequence[PastBatch], tasks: int) -> np.ndarray:
    """Measure the trust in each task's score: (T,) from 0 to 1.

    past: batches, the oldest first. tasks: how many there are, for a past without a batch.

    trust = max(0, tanh(z - standard error)), z the mean over the batches of artanh(rho),
    weighted by their images - 3 and halved with each later batch; rho is Spearman's between the
    score when picked and the loss of the network that picked. 0 for tasks without evidence.
    """
    return np.array([_trust(_evidence(past, task)) for task in range(tasks)])


def _evidence(past: Sequence[PastBatch], task: int) -> list[tuple[float, float, float]]:
    """List (artanh(rho), its variance, its weight) of the batches that tell anything of a task.

    The first two as of `fisher`.
    """
    evidence = []
    for age, batch in enumerate(reversed(past)):
        scores, losses = batch.scores[:, task], batch.losses[:, task]
        counted = np.isfinite(scores) & np.isfinite(losses)
        images = int(counted.sum())
        rho = correlation(scores[counted], losses[counted])[0] if images >= FEWEST else np.nan
        if np.isfinite(rho):
            evidence.append((*fisher(float(rho), images), (images - 3) * KEPT**age))
    return evidence


def _trust(evidence: Sequence[tuple[float, float, float]]) -> float:
    """Bring the evidence of a task together; 0 without any."""
    if not evidence:
        return 0.0
    z, variance, weight = np.array(evidence).T
    weight = weight / weight.sum()
    lower = weight @ z - np.sqrt(weight**2 @ variance)
    return float(max(0, np.tanh(lower)))


def trusted_weight(ranked: np.ndarray, trust: np.ndarray) -> np.ndarray:
    """Weigh images by the tasks that can be trusted: (N,) from 1 - g to 1.

    ranked: (N, T) in [0, 1], NaN for images that are not open, which get 1 - g; trust: (T,) from 0
    to 1. weight = (1 - g) + g * S; g is the mean trust over the tasks, at most 1/2; S is the mean
    of their ranks weighted by their trust, so a task without trust has no say. 1 for all images
    where no task has any.
    """
    g = min(MOST, float(trust.mean()))
    if g == 0:
        return np.ones(len(ranked))
    joined = np.nan_to_num(ranked) @ (trust / trust.sum())  # (N,) S
    return np.asarray((1 - g) + g * joined)
