"""What an output says, and what measures of every task have in common."""

import numpy as np
import torch

from mtal.tasks.task import mirrored_back
from tests.tasks.output_twins import outputs_and_parameters, slow_probabilities, slow_values
from tests.tasks.samples import random_output


def test_only_tasks_with_values_have_no_classes(task):
    assert task.output_distribution.has_classes == (task.label_dtype is np.uint8)


def test_parameters_are_log_probabilities_or_values(task):
    (output,), (parameters,) = outputs_and_parameters(task, 1)
    assert parameters.dtype == torch.float32
    slow = (
        np.log(slow_probabilities(task, output))
        if task.output_distribution.has_classes
        else slow_values(task, output)
    )
    np.testing.assert_allclose(parameters.numpy(), slow, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(
        task.output_distribution.parameters(output.bfloat16()),
        task.output_distribution.parameters(output.bfloat16().float()),
        rtol=0,
        atol=0,
    )


def test_a_pseudo_label_is_a_label_without_problems(task):
    _, (parameters, mirrored) = outputs_and_parameters(task, spread=4.0)
    for target in task.output_distribution.pseudo_label(parameters, mirrored).numpy():
        label = target[0] if task.label_channels == 1 else np.moveaxis(target, 0, -1)
        assert task.problem(label.astype(task.label_dtype)) == ""
        assert label.dtype == task.label_dtype


def test_finite_for_extreme_outputs(task):
    for spread in (0.0, 1e-30, 1e4):
        _, (parameters, other) = outputs_and_parameters(task, spread=spread)
        distribution = task.output_distribution
        for number in (
            distribution.entropy(parameters),
            distribution.margin(parameters),
            distribution.uncertainty(parameters, other),
            distribution.equivariance(parameters, other),
            distribution.spread(torch.stack([parameters, other])),
            distribution.loss_gradient(parameters, other),
        ):
            assert torch.isfinite(number).all()
            assert number.dtype == torch.float32


def test_every_image_for_itself(task):
    _, (parameters, other) = outputs_and_parameters(task)
    distribution = task.output_distribution
    for measure in (distribution.entropy, distribution.margin):
        torch.testing.assert_close(measure(parameters)[1:2], measure(parameters[1:2]))
    for measure in (
        distribution.uncertainty,
        distribution.equivariance,
        distribution.loss_gradient,
        distribution.pseudo_label,
    ):
        whole, alone = measure(parameters, other), measure(parameters[1:2], other[1:2])
        torch.testing.assert_close(whole[1:2], alone)


def test_mirrored_back_twice_is_nothing_and_vectors_look_the_other_way(task):
    output = random_output(task)
    once = mirrored_back(output, task)
    torch.testing.assert_close(mirrored_back(once, task), output, rtol=0, atol=0)
    signs = torch.tensor([-1.0, 1, 1]).view(1, 3, 1, 1) if task.label_channels == 3 else 1
    torch.testing.assert_close(once, output.flip(-1) * signs, rtol=0, atol=0)
