"""Saliency: does the pixel belong to what draws the eye?

Formulas: docs/method.md, sections 8.1 and 10.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from torch import Tensor

from mtal.tasks.binary import binary_task, probability, weighted_cross_entropy
from mtal.tasks.label_checks import not_ignored
from mtal.tasks.task import Balance, Metric, Task

THRESHOLDS = np.linspace(0.2, 0.9, 15)


def saliency(*, weight: float = 5.0) -> Task:
    """Make the task: balanced cross-entropy, foreground IoU at the best of fifteen thresholds.

    Both kinds of pixels weigh alike until the loss is balanced by a set of labels.
    """
    task = binary_task(
        "saliency",
        "Saliency",
        weight=weight,
        loss=partial(weighted_cross_entropy, positive_weight=0.5),
        metric=Metric(
            "mIoU",
            unit="%",
            better="higher",
            counts=_iou_counts,
            value=_best_mean_iou_percent,
            note="Foreground IoU per image, mean over images, best of 15 thresholds; "
            "not the maxF of later papers.",
        ),
        no="not salient",
        yes="salient",
    )
    return replace(task, balance=Balance(_pixel_counts, _balanced_loss))


def _pixel_counts(target: Tensor) -> Tensor:
    """(B, 2) float64: pixels that are not salient, and all that count."""
    both = torch.stack([target == 0, not_ignored(target)], dim=1)
    return both.flatten(2).sum(2).double()


def _balanced_loss(counts: Tensor) -> Callable[[Tensor, Tensor], Tensor]:
    """Cross-entropy in which positives weigh as much as the share of negatives, as in HED.

    counts: (2,) of `_pixel_counts`, summed over the images of a set. Neither kind is silenced where
    all pixels of the set are of the other.
    """
    negatives, pixels = counts.tolist()
    share = negatives / pixels if pixels else 0.5
    return partial(weighted_cross_entropy, positive_weight=min(max(share, 0.01), 0.99))


def _iou_counts(output: Tensor, target: Tensor) -> Tensor:
    """(B, 15, 2) float64 per threshold: the image's IoU, and 1 to count the image.

    The IoU is 1 if nothing is salient and nothing is predicted. Both are 0 without a label.
    """
    valid = not_ignored(target)
    limits = torch.tensor(THRESHOLDS, dtype=torch.float32, device=output.device)
    predicted = (probability(output) > limits[None, :, None, None]) & valid  # (B, 15, H, W)
    true = target == 1
    both = (predicted & true).sum((2, 3)).double()
    either = (predicted | true).sum((2, 3)).double()
    labelled = valid.flatten(1).any(1).double()[:, None].expand_as(both)
    iou = torch.where(either > 0, both / either.clamp(min=1), 1.0)
    return torch.stack([iou * labelled, labelled], dim=-1)


def _best_mean_iou_percent(counts: Tensor) -> float:
    """Mean over images at the best threshold. counts: (15, 2) summed over images."""
    total, images = counts.unbind(-1)
    return float((total / images).max()) * 100 if images.any() else math.nan
