"""Edge and saliency share loss and distances: against plain loops, and their colouring."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from mtal.tasks.binary import binary_picture, binary_problem, weighted_cross_entropy
from mtal.tasks.edge import edge
from mtal.tasks.saliency import saliency
from mtal.tasks.task import IGNORE
from tests.tasks.samples import random_output, random_target

TASK = edge()


def sigmoid(logit):
    return 1 / (1 + math.exp(-logit))


def loss_by_hand(logits, labels, w):
    parts = [
        -(w * math.log(sigmoid(x)) if y == 1 else (1 - w) * math.log(1 - sigmoid(x)))
        for x, y in zip(logits, labels, strict=True)
        if y != IGNORE
    ]
    return sum(parts) / len(parts)


def js(p, q):
    return (
        sum(
            a * math.log(2 * a / (a + b)) + b * math.log(2 * b / (a + b))
            for a, b in ((p, q), (1 - p, 1 - q))
        )
        / 2
    )


SLOW = {
    "js": js,
    "ce": lambda p, q: -(q * math.log(p) + (1 - q) * math.log(1 - p)),
    "tv": lambda p, q: abs(p - q),
    "changed": lambda p, q: float((p > 0.5) != (q > 0.5)),
}


@pytest.mark.parametrize("name", SLOW)
def test_distances_equal_plain_loops(name):
    a, b = random_output(TASK, seed=1), random_output(TASK, seed=2)
    slow = [
        SLOW[name](sigmoid(x), sigmoid(y))
        for x, y in zip(a.flatten().tolist(), b.flatten().tolist(), strict=True)
    ]
    torch.testing.assert_close(
        TASK.distance(name).pixels(a, b).flatten(), torch.tensor(slow), atol=1e-5, rtol=1e-4
    )


@pytest.mark.parametrize("w", [0.95, 0.8])
def test_edge_loss_equals_plain_loops(w):
    task, output, target = edge(positive_weight=w), random_output(TASK), random_target(TASK)
    for image in range(3):
        slow = loss_by_hand(output[image].flatten().tolist(), target[image].flatten().tolist(), w)
        assert task.loss(output, target)[image].item() == pytest.approx(slow, rel=1e-5)


def balanced_saliency(target):
    task = saliency()
    return replace(task, loss=task.balance.loss(task.balance.counts(target).sum(0)))


def test_saliency_loss_weighs_by_the_share_of_negatives_of_a_set():
    output, target = random_output(TASK), random_target(TASK)
    labels = target.flatten().tolist()
    w = labels.count(0) / (labels.count(0) + labels.count(1))
    task = balanced_saliency(target)
    for image in range(3):
        of_image = target[image].flatten().tolist()
        slow = loss_by_hand(output[image].flatten().tolist(), of_image, w)
        assert task.loss(output, target)[image].item() == pytest.approx(slow, rel=1e-5)


def test_balanced_weights_make_both_kinds_count_alike():
    """For logits of 0 everywhere, positives and negatives add the same to the saliency loss."""
    target = random_target(TASK, images=1)
    labels = target.flatten().tolist()
    w = labels.count(0) / (labels.count(0) + labels.count(1))
    assert w * labels.count(1) == pytest.approx((1 - w) * labels.count(0))
    share = labels.count(1) / (labels.count(0) + labels.count(1))
    loss = balanced_saliency(target).loss(torch.zeros(target.shape), target)
    assert loss.item() == pytest.approx(2 * w * share * math.log(2), rel=1e-5)


@pytest.mark.parametrize("value", [0, 1])
def test_an_image_of_one_kind_teaches_whatever_the_set_holds(value):
    alone = torch.full((1, 1, 4, 4), value, dtype=torch.uint8)
    for task in (balanced_saliency(random_target(TASK)), balanced_saliency(alone), saliency()):
        output = torch.zeros(1, 1, 4, 4, requires_grad=True)
        task.loss(output, alone).sum().backward()
        assert (output.grad.sign() == (-1 if value else 1)).all()


def test_ignored_pixels_do_not_count_in_the_balance():
    target = torch.tensor([0, 0, 0, 1, IGNORE, IGNORE], dtype=torch.uint8).view(1, 1, 2, 3)
    assert saliency().balance.counts(target).tolist() == [[3, 4]]


def test_equal_weights_are_half_the_ordinary_cross_entropy():
    output, target = random_output(TASK), random_target(TASK).clamp(max=1)
    plain = torch.nn.functional.binary_cross_entropy_with_logits(
        output, target.float(), reduction="none"
    ).mean((1, 2, 3))
    torch.testing.assert_close(weighted_cross_entropy(output, target, 0.5), plain / 2)


def test_labels_and_probabilities_share_their_colours():
    label = np.array([[0, 1, IGNORE]], dtype=np.uint8)
    np.testing.assert_array_equal(
        binary_picture(label)[:, :2], binary_picture(np.array([[0.0, 1.0]]))
    )
    assert binary_picture(label)[0, 2].tolist() == [0, 0, 0]


def test_problem_shows_the_value():
    assert binary_problem(np.array([[0, 1, IGNORE]], dtype=np.uint8)) == ""
    assert binary_problem(np.array([[0, 2, 2]], dtype=np.uint8)).startswith(
        "value 2 occurs (2 pixels)"
    )
