"""How sure outputs are: every number against a slow twin in float64 from the formulas of docs/method.md, section 6.1, for every task."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mtal.tasks.output_distribution import BETTER_SHARE, CONFIDENT
from mtal.tasks.registry import TASKS
from mtal.tasks.task import IGNORE, mirrored_back
from tests.tasks.samples import random_output

PIXELS = 6 * 8


@pytest.fixture(params=TASKS.values(), ids=TASKS.keys())
def task(request):
    return request.param()


@pytest.fixture(params=[name for name, make in TASKS.items() if make().belief.has_classes])
def class_task(request):
    return TASKS[request.param]()


@pytest.fixture(params=[name for name, make in TASKS.items() if not make().belief.has_classes])
def value_task(request):
    return TASKS[request.param]()


def readings(task, count=2, spread=2.0):
    """Some different outputs and their readings."""
    outputs = [random_output(task, seed=seed, spread=spread) for seed in range(count)]
    return outputs, [task.belief.read(output) for output in outputs]


def slow_chances(task, output):
    """(B, K, h, w) float64."""
    logits = output.double().numpy()
    if task.channels == 1:
        yes = 1 / (1 + np.exp(-logits))
        return np.concatenate([1 - yes, yes], axis=1)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def slow_values(task, output):
    """(B, V, h, w) float64: metres above 0, or unit vectors."""
    raw = output.double().numpy()
    return (
        np.maximum(raw, 1e-9)
        if task.channels == 1
        else raw / np.sqrt((raw**2).sum(axis=1, keepdims=True))
    )


def pixels_of(maps, image):
    """The channels of each pixel of one image."""
    return [
        maps[image, :, row, column]
        for row in range(maps.shape[2])
        for column in range(maps.shape[3])
    ]


def test_only_tasks_with_values_have_no_classes(task):
    assert task.belief.has_classes == (task.label_dtype is np.uint8)


def test_readings_are_chances_or_values(task):
    (output,), (reading,) = readings(task, 1)
    assert reading.dtype == torch.float32
    slow = (
        np.log(slow_chances(task, output)) if task.belief.has_classes else slow_values(task, output)
    )
    np.testing.assert_allclose(reading.numpy(), slow, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(
        task.belief.read(output.bfloat16()),
        task.belief.read(output.bfloat16().float()),
        rtol=0,
        atol=0,
    )


class TestChances:
    def test_entropy(self, class_task):
        (output,), (reading,) = readings(class_task, 1)
        found = class_task.belief.entropy(reading)
        for image, number in enumerate(found.tolist()):
            terms = [
                -sum(p * math.log(p) for p in pixel)
                for pixel in pixels_of(slow_chances(class_task, output), image)
            ]
            assert number == pytest.approx(sum(terms) / PIXELS, rel=1e-5)
        torch.testing.assert_close(
            class_task.belief.uncertainty(reading, reading.flip(0)), found, rtol=0, atol=0
        )

    def test_margin(self, class_task):
        (output,), (reading,) = readings(class_task, 1)
        for image, number in enumerate(class_task.belief.margin(reading).tolist()):
            sides = [
                sorted(pixel)[-2:] for pixel in pixels_of(slow_chances(class_task, output), image)
            ]
            assert number == pytest.approx(
                sum(1 - (best - second) for second, best in sides) / PIXELS, rel=1e-5
            )

    def test_from_certain_to_clueless(self, class_task):
        classes = max(2, class_task.channels)
        sure = class_task.belief.read(
            torch.full((1, class_task.channels, 6, 8), -80.0).index_fill(1, torch.tensor([0]), 80.0)
        )
        lost = class_task.belief.read(torch.zeros(1, class_task.channels, 6, 8))
        assert class_task.belief.entropy(sure).item() == pytest.approx(0, abs=1e-6)
        assert class_task.belief.margin(sure).item() == pytest.approx(0, abs=1e-6)
        assert class_task.belief.entropy(lost).item() == pytest.approx(math.log(classes), rel=1e-5)
        assert class_task.belief.margin(lost).item() == pytest.approx(1)

    def test_equivariance(self, class_task):
        """-1/2 sum (p log p' + p' log p), over classes and pixels."""
        outputs, (reading, mirrored) = readings(class_task)
        one, other = (slow_chances(class_task, output) for output in outputs)
        for image, number in enumerate(class_task.belief.equivariance(reading, mirrored).tolist()):
            total = 0.0
            for p, q in zip(pixels_of(one, image), pixels_of(other, image), strict=True):
                total -= (
                    sum(a * math.log(b) + b * math.log(a) for a, b in zip(p, q, strict=True)) / 2
                )
            assert number == pytest.approx(total, rel=1e-5)

    def test_equivariance_of_no_change_is_the_entropy_of_all_pixels(self, class_task):
        _, (reading,) = readings(class_task, 1)
        torch.testing.assert_close(
            class_task.belief.equivariance(reading, reading),
            class_task.belief.entropy(reading) * PIXELS,
            rtol=1e-5,
            atol=0,
        )

    def test_spread_is_the_mutual_information(self, class_task):
        outputs, passes = readings(class_task, 5)
        chances = np.stack([slow_chances(class_task, output) for output in outputs])
        for image, number in enumerate(class_task.belief.spread(torch.stack(passes)).tolist()):
            total = 0.0
            for row in range(6):
                for column in range(8):
                    pixel = chances[:, image, :, row, column]
                    joint = pixel.mean(axis=0)
                    total += -sum(joint * np.log(joint)) - np.mean(
                        [-sum(p * np.log(p)) for p in pixel]
                    )
            assert number == pytest.approx(total / PIXELS, rel=1e-4)

    def test_passes_that_agree_have_no_spread_however_unsure(self, class_task):
        _, (reading,) = readings(class_task, 1, spread=0.1)
        assert (class_task.belief.spread(torch.stack([reading] * 4)) < 1e-6).all()

    def test_slope_equals_autograd(self, class_task):
        """Of PyTorch's own loss, with respect to the output."""
        (output, other), (reading, guess) = readings(class_task)
        leaf = output.clone().requires_grad_()
        if class_task.classes:
            loss = F.cross_entropy(leaf, other.argmax(1), reduction="sum")
        else:
            loss = F.binary_cross_entropy_with_logits(leaf, (other > 0).float(), reduction="sum")
        torch.testing.assert_close(
            class_task.belief.slope(reading, guess),
            torch.autograd.grad(loss, leaf)[0],
            rtol=1e-4,
            atol=1e-6,
        )
        torch.testing.assert_close(
            reading, class_task.belief.read(output), rtol=0, atol=0
        )  # it is not written into

    def test_slope_equals_finite_differences(self, class_task):
        (output, other), (reading, guess) = readings(class_task)
        slope, wanted, step = (
            class_task.belief.slope(reading, guess),
            slow_chances(class_task, other).argmax(axis=1),
            1e-5,
        )

        def loss(outputs):
            return -math.log(slow_chances(class_task, outputs)[1, wanted[1, 2, 3], 2, 3])

        for channel in range(class_task.channels):
            nudge = torch.zeros_like(output, dtype=torch.float64)
            nudge[1, channel, 2, 3] = step
            difference = (loss(output.double() + nudge) - loss(output.double() - nudge)) / (
                2 * step
            )
            assert slope[1, channel, 2, 3].item() == pytest.approx(difference, rel=1e-3, abs=1e-6)

    def test_a_guess_is_the_likeliest_class_where_it_is_likely_enough(self, class_task):
        (output, _), (reading, other) = readings(class_task, spread=4.0)
        found, chances = class_task.belief.guess(reading, other), slow_chances(class_task, output)
        assert found.dtype == torch.uint8
        assert found.shape == (3, 1, 6, 8)
        expected = np.where(chances.max(axis=1) >= CONFIDENT, chances.argmax(axis=1), IGNORE)
        np.testing.assert_array_equal(found[:, 0].numpy(), expected)
        assert 0 < (expected == IGNORE).mean() < 1


class TestValues:
    def test_there_are_no_chances(self, value_task):
        _, (reading,) = readings(value_task, 1)
        for number in (value_task.belief.entropy(reading), value_task.belief.margin(reading)):
            torch.testing.assert_close(number, torch.zeros(3), rtol=0, atol=0)

    def test_uncertainty_is_the_variance_of_two_values(self, value_task):
        outputs, (reading, mirrored) = readings(value_task)
        both = np.stack([slow_values(value_task, output) for output in outputs])
        np.testing.assert_allclose(
            value_task.belief.uncertainty(reading, mirrored),
            both.var(axis=0).mean(axis=(1, 2, 3)),
            rtol=1e-4,
        )

    def test_equivariance_is_the_gaussian_entropy_of_each_channel(self, value_task):
        outputs, (reading, mirrored) = readings(value_task)
        both = np.stack([slow_values(value_task, output) for output in outputs])
        for image, number in enumerate(value_task.belief.equivariance(reading, mirrored).tolist()):
            variances = both[:, image].var(axis=0).ravel()
            assert number == pytest.approx(
                sum(0.5 * math.log(2 * math.pi * math.e * (v + 1e-6)) for v in variances), rel=1e-4
            )

    def test_spread_is_the_variance_of_the_passes(self, value_task):
        outputs, passes = readings(value_task, 5)
        values = np.stack([slow_values(value_task, output) for output in outputs])
        np.testing.assert_allclose(
            value_task.belief.spread(torch.stack(passes)),
            values.var(axis=0).mean(axis=(1, 2, 3)),
            rtol=1e-4,
        )

    def test_slope_equals_autograd_of_half_the_squared_difference(self, value_task):
        _, (reading, guess) = readings(value_task)
        leaf = reading.clone().requires_grad_()
        loss = (leaf - guess).square().sum() / 2
        torch.testing.assert_close(
            value_task.belief.slope(reading, guess), torch.autograd.grad(loss, leaf)[0]
        )

    def test_a_guess_is_the_value_at_the_better_half_of_the_pixels(self, value_task):
        outputs, (reading, mirrored) = readings(value_task)
        found = value_task.belief.guess(reading, mirrored)
        both = np.stack([slow_values(value_task, output) for output in outputs])
        for image in range(3):
            variance = both[:, image].var(axis=0).mean(axis=0)
            kept = value_task.valid(found[image : image + 1])[0, 0].numpy()
            assert kept.sum() >= BETTER_SHARE * PIXELS
            assert variance[kept].max() <= variance[~kept].min()
            np.testing.assert_allclose(
                found[image].numpy()[:, kept], both[0, image][:, kept], rtol=1e-4, atol=1e-5
            )

    def test_where_nothing_changes_everything_counts(self, value_task):
        _, (reading,) = readings(value_task, 1)
        assert value_task.valid(value_task.belief.guess(reading, reading)).all()


def test_a_guess_is_a_label_without_problems(task):
    _, (reading, mirrored) = readings(task, spread=4.0)
    for guess in task.belief.guess(reading, mirrored).numpy():
        label = guess[0] if task.label_channels == 1 else np.moveaxis(guess, 0, -1)
        assert task.problem(label.astype(task.label_dtype)) == ""
        assert label.dtype == task.label_dtype


def test_finite_for_extreme_outputs(task):
    for spread in (0.0, 1e-30, 1e4):
        _, (reading, other) = readings(task, spread=spread)
        belief = task.belief
        for number in (
            belief.entropy(reading),
            belief.margin(reading),
            belief.uncertainty(reading, other),
            belief.equivariance(reading, other),
            belief.spread(torch.stack([reading, other])),
            belief.slope(reading, other),
        ):
            assert torch.isfinite(number).all()
            assert number.dtype == torch.float32


def test_every_image_for_itself(task):
    _, (reading, other) = readings(task)
    belief = task.belief
    for measure in (belief.entropy, belief.margin):
        torch.testing.assert_close(measure(reading)[1:2], measure(reading[1:2]))
    for measure in (belief.uncertainty, belief.equivariance, belief.slope, belief.guess):
        torch.testing.assert_close(measure(reading, other)[1:2], measure(reading[1:2], other[1:2]))


def test_mirrored_back_twice_is_nothing_and_vectors_look_the_other_way(task):
    output = random_output(task)
    once = mirrored_back(output, task)
    torch.testing.assert_close(mirrored_back(once, task), output, rtol=0, atol=0)
    signs = torch.tensor([-1.0, 1, 1]).view(1, 3, 1, 1) if task.label_channels == 3 else 1
    torch.testing.assert_close(once, output.flip(-1) * signs, rtol=0, atol=0)
