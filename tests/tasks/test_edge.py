"""odsF: thresholds, counts and the value, against a slow twin."""

import math

import numpy as np
import pytest
import torch
from skimage.morphology import skeletonize

from mtal.tasks.edge import LEAST_LEVELS, THRESHOLDS, edge
from mtal.tasks.task import IGNORE
from tests.tasks.samples import random_output, random_target, stack
from tests.tasks.test_edge_matching import assigned_by_cost

TASK = edge(tolerance=0.15)  # wide enough to matter on small maps


def counts_by_hand(logits, label, tolerance):
    """(99, 4) with every threshold worked out from scratch and matched by least cost."""
    level = np.where(label == IGNORE, 0, np.round(255 / (1 + np.exp(-logits.astype(np.float64)))))
    true = skeletonize(label == 1)
    rows = []
    for percent in range(1, 100):
        thin = skeletonize(level * 100 >= 255 * percent)
        matched = assigned_by_cost(thin, true, tolerance * math.hypot(*label.shape))
        rows.append((matched, thin.sum(), matched, true.sum()))
    return np.array(rows, dtype=float)


def test_counts_equal_the_slow_twin():
    output = random_output(TASK, height=9, width=12)
    target = random_target(TASK, height=9, width=12)
    slow = [
        counts_by_hand(output[image, 0].numpy(), target[image, 0].numpy(), 0.15)
        for image in range(3)
    ]
    counts = TASK.metric.counts(output, target).numpy()
    assert counts.shape == (3, 99, 4)
    np.testing.assert_array_equal(counts, slow)


def test_value_equals_plain_loops():
    target = random_target(TASK, height=9, width=12)
    counts = TASK.metric.counts(random_output(TASK, height=9, width=12), target).sum(0)
    best = 0.0
    for matched_predicted, predicted, matched_true, true in counts.tolist():
        precision = matched_predicted / predicted if predicted else 0.0
        recall = matched_true / true
        if precision + recall:
            best = max(best, 2 * precision * recall / (precision + recall))
    assert TASK.metric.value(counts) == pytest.approx(100 * best)


def test_the_least_levels_are_the_first_to_reach_the_threshold():
    assert len(THRESHOLDS) == len(LEAST_LEVELS) == 99
    assert THRESHOLDS[[0, -1]].tolist() == pytest.approx([0.01, 0.99])
    for least, percent in zip(LEAST_LEVELS.tolist(), range(1, 100), strict=True):
        assert least * 100 >= 255 * percent > (least - 1) * 100


def test_a_thick_prediction_of_a_thin_line_is_thinned_to_it():
    label = np.zeros((20, 30), dtype=np.uint8)
    label[10] = 1
    thick = np.full((1, 1, 20, 30), -8.0, dtype=np.float32)
    thick[0, 0, 9:12] = 8
    counts = edge(tolerance=0.06).metric.counts(torch.from_numpy(thick), stack(label))[0, 50]
    assert counts[1] <= 30
    assert edge(tolerance=0.06).metric.value(counts[None]) > 95


def test_tolerance_is_a_share_of_the_diagonal():
    label = np.zeros((30, 40), dtype=np.uint8)  # diagonal 50
    label[10] = 1
    shifted = np.full((1, 1, 30, 40), -8.0, dtype=np.float32)
    shifted[0, 0, 13] = 8
    near, far = (edge(tolerance=share).metric for share in (0.061, 0.059))
    assert near.value(near.counts(torch.from_numpy(shifted), stack(label))[0]) == 100
    assert far.value(far.counts(torch.from_numpy(shifted), stack(label))[0]) == 0


def test_one_threshold_for_the_set():
    """Each image is perfect at a threshold of its own, the pair of them at none."""
    label = np.zeros((12, 12), dtype=np.uint8)
    label[3] = 1
    strong, weak = np.full((12, 12), 0.02), np.full((12, 12), 0.02)
    strong[3], strong[9] = 0.9, 0.5  # right above .5
    weak[3] = 0.3  # right below .3
    output = torch.logit(torch.tensor(np.stack([strong, weak])[:, None])).float()
    metric = edge(tolerance=0.02).metric
    counts = metric.counts(output, stack(label, label))
    assert [metric.value(image) for image in counts] == [100, 100]
    assert metric.value(counts.sum(0)) == pytest.approx(80)  # P 2/3, R 1


def test_no_prediction_is_zero_and_no_edge_anywhere_cannot_be_measured():
    label = np.zeros((6, 6), dtype=np.uint8)
    silent = torch.full((1, 1, 6, 6), -20.0)
    assert math.isnan(TASK.metric.value(TASK.metric.counts(silent, stack(label))[0]))
    assert TASK.metric.value(TASK.metric.counts(-silent, stack(label))[0]) == 0
    label[3] = 1
    assert TASK.metric.value(TASK.metric.counts(silent, stack(label))[0]) == 0
