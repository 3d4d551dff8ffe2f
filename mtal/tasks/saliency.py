"""Saliency: does the pixel belong to what draws the eye? docs/method.md, sections 8.1 and 10."""

import math

import numpy as np
import torch
from torch import Tensor

from mtal.tasks.binary import binary_task, known, probability, weighted_cross_entropy
from mtal.tasks.label_checks import mean_where
from mtal.tasks.task import Metric, Task

THRESHOLDS = np.linspace(0.2, 0.9, 15)


def saliency(*, weight: float = 5.0) -> Task:
    """Balanced cross-entropy, and foreground IoU at the best of fifteen thresholds."""
    return binary_task(
        "saliency",
        "Saliency",
        weight=weight,
        loss=_loss,
        metric=Metric(
            "mIoU",
            unit="%",
            better="higher",
            counts=_iou_counts,
            value=_best_mean_iou_percent,
            note="Foreground IoU per image, mean over images, best of 15 thresholds; not the maxF of later papers.",
        ),
        no="not salient",
        yes="salient",
    )


def _loss(output: Tensor, target: Tensor) -> Tensor:
    """(B,) cross-entropy in which positives weigh as much as the share of negatives, as in HED.

    The share is the image's own; the reference code takes the batch's (our choice, since losses are per image). So an
    image of one kind of pixels only has loss 0.
    """
    return weighted_cross_entropy(
        output, target, mean_where((target == 0).float(), known(target))[:, None, None, None]
    )


def _iou_counts(output: Tensor, target: Tensor) -> Tensor:
    """(B, 15, 2) float64: per threshold the image's IoU (1 if nothing is salient and nothing predicted), and 1 as its number."""
    valid = known(target)
    limits = torch.tensor(THRESHOLDS, dtype=torch.float32, device=output.device)
    predicted = (probability(output) > limits[None, :, None, None]) & valid  # (B, 15, H, W)
    true = target == 1
    both, either = ((mask.sum((2, 3))).double() for mask in (predicted & true, predicted | true))
    labelled = valid.flatten(1).any(1).double()[:, None].expand_as(both)
    iou = torch.where(either > 0, both / either.clamp(min=1), 1.0)
    return torch.stack([iou * labelled, labelled], dim=-1)


def _best_mean_iou_percent(counts: Tensor) -> float:
    """Mean over images per threshold, then the best threshold. counts (15, 2) summed over images."""
    total, images = counts.unbind(-1)
    return float((total / images).max()) * 100 if images.any() else math.nan
