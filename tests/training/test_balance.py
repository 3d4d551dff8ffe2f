"""Losses balanced by a set of labels, against plain loops."""

import math

import numpy as np
import pytest
import torch

from mtal.config import Config
from mtal.datasets.dataset import Gated, LabelNotBought
from mtal.datasets.resized import Resized
from mtal.datasets.synthetic.shapes import DRAWN
from mtal.training import balance
from mtal.training.balance import balanced

SALIENCY = 1


@pytest.fixture
def drawn():
    return DRAWN.load(
        Config(dataset="drawn", data="9+2", size=(21, 34), tasks=("depth", "saliency"))
    )


def share_of_negatives(labels):
    pixels = [pixel for label in labels for pixel in label.ravel().tolist() if pixel != 255]
    return pixels.count(0) / len(pixels)


@pytest.mark.parametrize("most", [2, 64])
def test_only_what_is_labelled_counts_and_only_that_is_read(drawn, monkeypatch, most):
    monkeypatch.setattr(balance, "MOST_LABELS", most)
    labelled = np.zeros((9, 2), bool)
    labelled[[0, 3, 4, 8], SALIENCY] = True
    data = Resized(Gated(drawn.pool, drawn.tasks, labelled), (21, 34), 1)
    with pytest.raises(LabelNotBought):
        data.targets([1], drawn.tasks[SALIENCY])
    depth, saliency = balanced(drawn.tasks, data, labelled)
    assert depth is drawn.tasks[0]
    negatives = share_of_negatives(drawn.pool.label(i, saliency) for i in (0, 3, 4, 8))
    assert 0.02 < negatives < 0.98
    target = torch.tensor([[[[0, 1]]]], dtype=torch.uint8)
    expected = (negatives + (1 - negatives)) * math.log(2) / 2
    assert saliency.loss(torch.zeros(1, 1, 1, 2), target).item() == pytest.approx(expected)
    salient = torch.ones(1, 1, 1, 1, dtype=torch.uint8)
    assert saliency.loss(torch.zeros(1, 1, 1, 1), salient).item() == pytest.approx(
        negatives * math.log(2)
    )


def test_without_labels_tasks_stay_as_they_are(drawn):
    data = Resized(drawn.pool, (21, 34), 1)
    assert balanced(drawn.tasks, data, np.zeros((9, 2), bool)) == drawn.tasks
