"""Surface normals against plain loops, and what moving the image does to them."""

import math

import numpy as np
import pytest
import torch

from mtal.tasks.normals import angle_deg, normals, unit_vectors
from mtal.tasks.task import Warp
from tests.tasks.samples import random_output, random_target

TASK = normals()


def vectors(tensor, image):
    """The pixels of (B, 3, H, W) as lists of three."""
    return tensor[image].flatten(1).T.tolist()


def unit(vector):
    length = math.sqrt(sum(part * part for part in vector))
    return [part / (length + 1e-12) for part in vector]


def degrees(a, b):
    cosine = sum(x * y for x, y in zip(unit(a), unit(b), strict=True))
    return math.degrees(math.acos(min(1, max(-1, cosine))))


def warp(mirrored=False, angle=0.0):
    return Warp(torch.tensor([mirrored]), torch.tensor([1.0]), torch.tensor([angle]))


def turn(x, y, z, how):
    vector = torch.tensor([x, y, z], dtype=torch.float32).view(1, 3, 1, 1)
    return TASK.adjust(vector, how).flatten().tolist()


def test_loss_equals_plain_loops():
    output, target = random_output(TASK), random_target(TASK)
    for image in range(3):
        parts = [
            abs(x - y)
            for a, b in zip(vectors(output, image), vectors(target, image), strict=True)
            if any(b)
            for x, y in zip(unit(a), b, strict=True)
        ]
        assert TASK.loss(output, target)[image].item() == pytest.approx(
            sum(parts) / len(parts), rel=1e-5
        )


def test_mean_angle_equals_plain_loops():
    output, target = random_output(TASK), random_target(TASK)
    target[0, :, 1:] = 0
    angles = [
        degrees(a, b)
        for image in range(3)
        for a, b in zip(vectors(output, image), vectors(target, image), strict=True)
        if any(b)
    ]
    assert TASK.metric.value(TASK.metric.counts(output, target).sum(0)) == pytest.approx(
        sum(angles) / len(angles), rel=1e-5
    )


def test_distance_equals_plain_loops_and_does_not_see_length():
    a, b = random_output(TASK, seed=1), random_output(TASK, seed=2)
    slow = [
        degrees(x, y)
        for image in range(3)
        for x, y in zip(vectors(a, image), vectors(b, image), strict=True)
    ]
    torch.testing.assert_close(angle_deg(a, b).flatten(), torch.tensor(slow), atol=1e-3, rtol=1e-4)
    torch.testing.assert_close(angle_deg(a * 7, b / 3), angle_deg(a, b), atol=1e-3, rtol=1e-5)


@pytest.mark.parametrize("angle", [1e-4, 0.01, 90.0, 179.99, 180.0])
def test_small_and_large_angles_are_exact(angle):
    """Where acos of a float32 product would give 0 or noise."""
    a = torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1)
    radians = math.radians(angle)
    b = torch.tensor([math.cos(radians), math.sin(radians), 0.0]).view(1, 3, 1, 1)
    assert angle_deg(a, b).item() == pytest.approx(angle, rel=1e-4)


def test_zero_vectors_stay_zero():
    assert not unit_vectors(torch.zeros(1, 3, 2, 2)).any()


def test_mirrored_right_becomes_left():
    assert turn(0.6, 0.0, -0.8, warp(mirrored=True)) == pytest.approx([-0.6, 0.0, -0.8])


def test_a_quarter_turn_counter_clockwise_turns_right_to_up_and_up_to_left():
    """y points down, so up is -1."""
    quarter = warp(angle=math.pi / 2)
    assert turn(1, 0, 0, quarter) == pytest.approx([0, -1, 0], abs=1e-6)
    assert turn(0, -1, 0, quarter) == pytest.approx([-1, 0, 0], abs=1e-6)
    assert turn(0, 0, -1, quarter) == pytest.approx([0, 0, -1])


def test_mirroring_comes_before_turning():
    assert turn(1, 0, 0, warp(mirrored=True, angle=math.pi / 2)) == pytest.approx(
        [0, 1, 0], abs=1e-6
    )


def test_turning_keeps_lengths_and_turning_back_restores():
    target = random_target(TASK, images=1)
    turned = TASK.adjust(target, warp(angle=0.7))
    torch.testing.assert_close(
        torch.linalg.vector_norm(turned, dim=1), torch.linalg.vector_norm(target, dim=1)
    )
    torch.testing.assert_close(TASK.adjust(turned, warp(angle=-0.7)), target, atol=1e-6, rtol=1e-5)


def test_the_vectors_turn_with_the_picture():
    """A normal that points from one pixel to another still does when all turn by the same angle."""
    start, end, angle = np.array([1.0, 2.0]), np.array([4.0, 6.0]), 0.4
    # y points down, so a turn that is counter-clockwise as seen is: mirror y, turn, mirror back.
    flip = np.diag([1, -1])
    rotation = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    moved_start, moved_end = (flip @ rotation @ flip @ pixel for pixel in (start, end))
    direction = (end - start) / 5
    assert turn(*direction, 0, warp(angle=angle))[:2] == pytest.approx(
        ((moved_end - moved_start) / 5).tolist(), abs=1e-6
    )


def test_problem_counts_bad_lengths():
    label = np.zeros((2, 2, 3), np.float32)
    label[0, 0] = 0, 0, 1
    label[0, 1] = 0, 0.6, 0.795  # length .9959: within the tolerance
    assert TASK.problem(label) == ""
    label[1, 1] = 0.5, 0, 0
    assert TASK.problem(label).startswith("1 normals")
    assert "0.5" in TASK.problem(label)


def test_colours_of_the_axes():
    label = np.array([[[1, 0, 0], [0, 0, -1], [0, 0, 0]]], dtype=np.float32)
    assert TASK.colour(label)[0].tolist() == [[255, 128, 128], [128, 128, 0], [0, 0, 0]]


@pytest.mark.parametrize("odd", [math.nan, 2.0])
def test_normals_of_another_length_are_told_the_rule(odd):
    label = np.zeros((4, 5, 3), np.float32)
    assert TASK.problem(label) == ""
    label[1, 2, 0] = odd
    assert TASK.problem(label).endswith(
        "normals must have length 1; the zero vector marks unknown pixels"
    )
