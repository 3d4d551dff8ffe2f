"""Depth against plain loops, and what zooming, colours and labels mean."""

import math

import numpy as np
import pytest
import torch

from mtal.tasks.depth import depth
from mtal.tasks.task import Warp
from tests.tasks.samples import random_output, random_target

TASK = depth()


def measured(output, target):
    return [
        (x, y)
        for x, y in zip(output.flatten().tolist(), target.flatten().tolist(), strict=True)
        if y > 0
    ]


def test_loss_equals_plain_loops():
    output, target = random_output(TASK), random_target(TASK)
    for image in range(3):
        gaps = [abs(x - y) for x, y in measured(output[image], target[image])]
        assert TASK.loss(output, target)[image].item() == pytest.approx(
            sum(gaps) / len(gaps), rel=1e-5
        )


def test_rmse_pools_pixels_and_lifts_negative_predictions():
    output, target = random_output(TASK), random_target(TASK)
    target[0, :, 1:] = 0  # one image has few pixels, so a mean over images would differ
    squares = [(max(x, 1e-9) - y) ** 2 for x, y in measured(output, target)]
    assert (output < 0).any()
    value = TASK.metric.value(TASK.metric.counts(output, target).sum(0))
    assert value == pytest.approx(math.sqrt(sum(squares) / len(squares)), rel=1e-6)


def test_distance_is_in_metres():
    near, far = torch.full((1, 1, 1, 1), 1.25), torch.full((1, 1, 1, 1), 3.0)
    assert TASK.distances[0].pixels(far, near).item() == 1.75


def test_zooming_in_brings_nearer():
    warp = Warp(torch.tensor([False, True]), torch.tensor([1.5, 1.0]), torch.tensor([0.0, 0.3]))
    moved = TASK.adjust(torch.tensor([3.0, 0.0, 3.0, 0.0]).view(2, 1, 1, 2), warp)
    assert moved.flatten().tolist() == [2.0, 0.0, 3.0, 0.0]


def test_encoding_is_in_typical_depths():
    assert depth(typical_m=2.0).encode(torch.full((1, 1, 1, 1), 5.0)).item() == 2.5


def test_decoded_metres_are_never_negative_nor_without_measurement():
    value = TASK.decode(torch.tensor([-1.0, 2.0]).view(1, 1, 1, 2))
    assert value.flatten().tolist() == pytest.approx([1e-9, 2])
    colours = TASK.colour(value[0].numpy())[0]
    nearest = TASK.colour(np.array([[0.5]]))[0, 0]
    np.testing.assert_array_equal(colours[0], nearest)  # not black


def test_near_is_bright_far_is_dark_and_the_scale_is_fixed():
    task = depth(far_m=4)
    steps = np.array([[0.01, 1, 2, 3, 4]], dtype=np.float32)
    brightness = task.colour(steps)[0].astype(int).sum(axis=1)
    assert (np.diff(brightness) < 0).all()
    np.testing.assert_array_equal(task.colour(np.array([[4.0]])), task.colour(np.array([[40.0]])))
    np.testing.assert_array_equal(task.colour(np.array([[0.5]])), task.colour(np.array([[0.1]])))
    assert [text for text, _ in task.legend] == [
        "0.5 m or less",
        "1 m",
        "2 m",
        "3 m",
        "4 m or more",
        "not measured",
    ]
    assert task.legend[-2][0] == "4 m or more"
    assert tuple(task.colour(np.array([[4.0]]))[0, 0].tolist()) == task.legend[-2][1]


@pytest.mark.parametrize(
    ("value", "words"),
    [(-0.5, "negative"), (1500, "millimetres"), (np.nan, "NaN"), (np.inf, "infinite")],
)
def test_problem_says_what_is_wrong(value, words):
    assert words in TASK.problem(np.array([[1, value]], dtype=np.float32))


def test_other_floating_types_are_labels_too():
    assert TASK.problem(np.array([[0, 999.0]], dtype=np.float64)) == ""
