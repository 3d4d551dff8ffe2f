"""Measures of values against the formulas of docs/method.md, section 6.1."""

import math

import numpy as np
import pytest
import torch

from mtal.tasks.output_distribution import BETTER_SHARE
from tests.tasks.output_twins import PIXELS, outputs_and_parameters, slow_values


def test_there_are_no_probabilities(value_task):
    _, (parameters,) = outputs_and_parameters(value_task, 1)
    distribution = value_task.output_distribution
    for numbers in (distribution.entropy(parameters), distribution.margin(parameters)):
        torch.testing.assert_close(numbers, torch.zeros(3), rtol=0, atol=0)


def test_uncertainty_is_the_variance_of_two_values(value_task):
    outputs, (parameters, mirrored) = outputs_and_parameters(value_task)
    both = np.stack([slow_values(value_task, output) for output in outputs])
    np.testing.assert_allclose(
        value_task.output_distribution.uncertainty(parameters, mirrored),
        both.var(axis=0).mean(axis=(1, 2, 3)),
        rtol=1e-4,
    )


def test_equivariance_is_the_gaussian_entropy_of_each_channel(value_task):
    outputs, (parameters, mirrored) = outputs_and_parameters(value_task)
    both = np.stack([slow_values(value_task, output) for output in outputs])
    for image, number in enumerate(
        value_task.output_distribution.equivariance(parameters, mirrored).tolist()
    ):
        variances = both[:, image].var(axis=0).ravel()
        assert number == pytest.approx(
            sum(0.5 * math.log(2 * math.pi * math.e * (v + 1e-6)) for v in variances), rel=1e-4
        )


def test_spread_is_the_variance_of_the_passes(value_task):
    outputs, passes = outputs_and_parameters(value_task, 5)
    values = np.stack([slow_values(value_task, output) for output in outputs])
    np.testing.assert_allclose(
        value_task.output_distribution.spread(torch.stack(passes)),
        values.var(axis=0).mean(axis=(1, 2, 3)),
        rtol=1e-4,
    )


def test_loss_gradient_equals_autograd_of_half_the_squared_difference(value_task):
    _, (parameters, assumed) = outputs_and_parameters(value_task)
    leaf = parameters.clone().requires_grad_()
    loss = (leaf - assumed).square().sum() / 2
    torch.testing.assert_close(
        value_task.output_distribution.loss_gradient(parameters, assumed),
        torch.autograd.grad(loss, leaf)[0],
    )


def test_a_pseudo_label_is_the_value_at_the_better_half_of_the_pixels(value_task):
    outputs, (parameters, mirrored) = outputs_and_parameters(value_task)
    target = value_task.output_distribution.pseudo_label(parameters, mirrored)
    both = np.stack([slow_values(value_task, output) for output in outputs])
    for image in range(3):
        variance = both[:, image].var(axis=0).mean(axis=0)
        kept = value_task.valid(target[image : image + 1])[0, 0].numpy()
        assert kept.sum() >= BETTER_SHARE * PIXELS
        assert variance[kept].max() <= variance[~kept].min()
        np.testing.assert_allclose(
            target[image].numpy()[:, kept], both[0, image][:, kept], rtol=1e-4, atol=1e-5
        )


def test_where_nothing_changes_everything_counts(value_task):
    _, (parameters,) = outputs_and_parameters(value_task, 1)
    target = value_task.output_distribution.pseudo_label(parameters, parameters)
    assert value_task.valid(target).all()
