"""Saliency's IoU against plain loops."""

import math

import pytest
import torch

from mtal.tasks.saliency import THRESHOLDS, saliency
from mtal.tasks.task import IGNORE
from tests.tasks.samples import random_output, random_target

TASK = saliency()


def iou_by_hand(logits, labels, threshold):
    both = either = 0
    for x, y in zip(logits, labels, strict=True):
        if y != IGNORE:
            predicted = 1 / (1 + math.exp(-x)) > threshold
            both, either = both + (predicted and y == 1), either + (predicted or y == 1)
    return both / either if either else 1.0


def test_best_threshold_of_the_mean_over_images_equals_plain_loops():
    output, target = random_output(TASK, images=5), random_target(TASK, images=5)
    images = [
        (output[image].flatten().tolist(), target[image].flatten().tolist()) for image in range(5)
    ]
    means = [
        sum(iou_by_hand(logits, labels, threshold) for logits, labels in images) / 5
        for threshold in THRESHOLDS
    ]
    assert TASK.metric.value(TASK.metric.counts(output, target).sum(0)) == pytest.approx(
        100 * max(means), rel=1e-6
    )


def test_thresholds():
    assert len(THRESHOLDS) == 15
    assert THRESHOLDS[[0, 1, -1]].tolist() == pytest.approx([0.2, 0.25, 0.9])


def test_nothing_salient_and_nothing_predicted_is_right():
    target = torch.zeros(1, 1, 3, 3, dtype=torch.uint8)
    for logit, percent in ((-9.0, 100), (9.0, 0)):
        counts = TASK.metric.counts(torch.full((1, 1, 3, 3), logit), target)
        assert TASK.metric.value(counts.sum(0)) == percent


def test_one_threshold_serves_all_images():
    """Each image is right at a threshold of its own, so the best mean is below 100."""
    target = torch.tensor([1, 0, 1, 0], dtype=torch.uint8).view(2, 1, 1, 2)
    logits = torch.logit(torch.tensor([0.95, 0.86, 0.35, 0.05])).view(2, 1, 1, 2)
    counts = TASK.metric.counts(logits, target)
    assert [TASK.metric.value(image) for image in counts] == [100, 100]
    assert TASK.metric.value(counts.sum(0)) == 75
