"""Measures of class probabilities against loops, by docs/method.md, section 6.1."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mtal.tasks.output_distribution import CONFIDENT
from mtal.tasks.task import IGNORE
from tests.tasks.output_twins import PIXELS, outputs_and_parameters, pixels_of, slow_probabilities


def test_entropy(class_task):
    (output,), (parameters,) = outputs_and_parameters(class_task, 1)
    entropies = class_task.output_distribution.entropy(parameters)
    for image, number in enumerate(entropies.tolist()):
        terms = [
            -sum(p * math.log(p) for p in pixel)
            for pixel in pixels_of(slow_probabilities(class_task, output), image)
        ]
        assert number == pytest.approx(sum(terms) / PIXELS, rel=1e-5)
    torch.testing.assert_close(
        class_task.output_distribution.uncertainty(parameters, parameters.flip(0)),
        entropies,
        rtol=0,
        atol=0,
    )


def test_margin(class_task):
    (output,), (parameters,) = outputs_and_parameters(class_task, 1)
    for image, number in enumerate(class_task.output_distribution.margin(parameters).tolist()):
        sides = [
            sorted(pixel)[-2:] for pixel in pixels_of(slow_probabilities(class_task, output), image)
        ]
        assert number == pytest.approx(
            sum(1 - (best - second) for second, best in sides) / PIXELS, rel=1e-5
        )


def test_from_certain_to_clueless(class_task):
    distribution, classes = class_task.output_distribution, max(2, class_task.channels)
    logits = torch.full((1, class_task.channels, 6, 8), -80.0)
    sure = distribution.parameters(logits.index_fill(1, torch.tensor([0]), 80.0))
    clueless = distribution.parameters(torch.zeros(1, class_task.channels, 6, 8))
    assert distribution.entropy(sure).item() == pytest.approx(0, abs=1e-6)
    assert distribution.margin(sure).item() == pytest.approx(0, abs=1e-6)
    assert distribution.entropy(clueless).item() == pytest.approx(math.log(classes), rel=1e-5)
    assert distribution.margin(clueless).item() == pytest.approx(1)


def test_equivariance(class_task):
    """-1/2 sum (p log p' + p' log p), over classes and pixels."""
    outputs, (parameters, mirrored) = outputs_and_parameters(class_task)
    plain, other = (slow_probabilities(class_task, output) for output in outputs)
    for image, number in enumerate(
        class_task.output_distribution.equivariance(parameters, mirrored).tolist()
    ):
        total = 0.0
        for p, q in zip(pixels_of(plain, image), pixels_of(other, image), strict=True):
            total -= sum(a * math.log(b) + b * math.log(a) for a, b in zip(p, q, strict=True)) / 2
        assert number == pytest.approx(total, rel=1e-5)


def test_equivariance_of_no_change_is_the_entropy_of_all_pixels(class_task):
    _, (parameters,) = outputs_and_parameters(class_task, 1)
    torch.testing.assert_close(
        class_task.output_distribution.equivariance(parameters, parameters),
        class_task.output_distribution.entropy(parameters) * PIXELS,
        rtol=1e-5,
        atol=0,
    )


def test_spread_is_the_mutual_information(class_task):
    outputs, passes = outputs_and_parameters(class_task, 5)
    probabilities = np.stack([slow_probabilities(class_task, output) for output in outputs])
    for image, number in enumerate(
        class_task.output_distribution.spread(torch.stack(passes)).tolist()
    ):
        total = 0.0
        for row in range(6):
            for column in range(8):
                pixel = probabilities[:, image, :, row, column]
                joint = pixel.mean(axis=0)
                total += -sum(joint * np.log(joint)) - np.mean([-sum(p * np.log(p)) for p in pixel])
        assert number == pytest.approx(total / PIXELS, rel=1e-4)


def test_passes_that_agree_have_no_spread_however_unsure(class_task):
    _, (parameters,) = outputs_and_parameters(class_task, 1, spread=0.1)
    assert (class_task.output_distribution.spread(torch.stack([parameters] * 4)) < 1e-6).all()


def test_loss_gradient_equals_autograd(class_task):
    """Of PyTorch's own loss, with respect to the output."""
    (output, other), (parameters, assumed) = outputs_and_parameters(class_task)
    leaf = output.clone().requires_grad_()
    if class_task.classes:
        loss = F.cross_entropy(leaf, other.argmax(1), reduction="sum")
    else:
        loss = F.binary_cross_entropy_with_logits(leaf, (other > 0).float(), reduction="sum")
    torch.testing.assert_close(
        class_task.output_distribution.loss_gradient(parameters, assumed),
        torch.autograd.grad(loss, leaf)[0],
        rtol=1e-4,
        atol=1e-6,
    )
    again = class_task.output_distribution.parameters(output)
    torch.testing.assert_close(parameters, again, rtol=0, atol=0)  # not written into


def test_loss_gradient_equals_finite_differences(class_task):
    (output, other), (parameters, assumed) = outputs_and_parameters(class_task)
    gradient = class_task.output_distribution.loss_gradient(parameters, assumed)
    likeliest = slow_probabilities(class_task, other).argmax(axis=1)[1, 2, 3]
    step = 1e-5

    def loss(outputs):
        return -math.log(slow_probabilities(class_task, outputs)[1, likeliest, 2, 3])

    for channel in range(class_task.channels):
        nudge = torch.zeros_like(output, dtype=torch.float64)
        nudge[1, channel, 2, 3] = step
        rise = loss(output.double() + nudge) - loss(output.double() - nudge)
        number = gradient[1, channel, 2, 3].item()
        assert number == pytest.approx(rise / (2 * step), rel=1e-3, abs=1e-6)


def test_a_pseudo_label_is_the_likeliest_class_where_it_is_likely_enough(class_task):
    (output, _), (parameters, other) = outputs_and_parameters(class_task, spread=4.0)
    target = class_task.output_distribution.pseudo_label(parameters, other)
    assert target.dtype == torch.uint8
    assert target.shape == (3, 1, 6, 8)
    probabilities = slow_probabilities(class_task, output)
    sure = probabilities.max(axis=1) >= CONFIDENT
    expected = np.where(sure, probabilities.argmax(axis=1), IGNORE)
    np.testing.assert_array_equal(target[:, 0].numpy(), expected)
    assert 0 < (expected == IGNORE).mean() < 1
