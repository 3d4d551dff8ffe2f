"""Loss, metric and distances of every task that is listed in TASKS."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mtal.tasks.registry import TASKS
from tests.tasks.samples import (
    at_ignored,
    empty_label,
    perfect_output,
    random_label,
    random_output,
    random_target,
    stack,
)

# All but the cross-entropy, which need not be 0 for equal outputs.
SYMMETRIC = {"js", "tv", "changed", "metres", "angle"}


def test_names_are_keys():
    assert [make().name for make in TASKS.values()] == list(TASKS)


def test_words_for_the_screen(task):
    assert task.title
    assert task.metric.better in {"higher", "lower"}
    assert task.metric.title in task.metric.axis
    assert len({distance.name for distance in task.distances}) == len(task.distances)
    assert task.distance("no such distance") is task.distances[0]
    assert len(task.classes) in {0, task.channels}
    assert task.enlarge == ("nearest" if task.classes else "bilinear")  # docs/method.md, section 10


class TestLoss:
    def test_one_number_per_image(self, task):
        loss = task.loss(random_output(task), random_target(task))
        assert loss.shape == (3,)
        assert loss.dtype == torch.float32
        assert (loss > 0).all()

    def test_batch_of_three_is_three_batches_of_one(self, task):
        output, target = random_output(task), random_target(task)
        alone = torch.cat([task.loss(output[i : i + 1], target[i : i + 1]) for i in range(3)])
        torch.testing.assert_close(task.loss(output, target), alone)

    def test_nothing_labelled_costs_nothing_and_teaches_nothing(self, task):
        rng = np.random.default_rng(1)
        target = stack(empty_label(task), random_label(task, rng))
        output = random_output(task, images=2).requires_grad_()
        loss = task.loss(output, target)
        loss.sum().backward()
        assert loss[0] == 0 < loss[1]
        assert (output.grad[0] == 0).all()
        assert torch.isfinite(output.grad).all()
        assert output.grad[1].any()
        assert task.has_label(target).tolist() == [False, True]

    def test_ignored_pixels_do_not_matter(self, task):
        output, target = random_output(task), random_target(task)
        assert not task.valid(target).all()
        other = at_ignored(task, output, target, 7.5).requires_grad_()
        loss = task.loss(other, target)
        loss.sum().backward()
        torch.testing.assert_close(loss, task.loss(output, target), rtol=0, atol=0)
        assert (other.grad * ~task.valid(target)).count_nonzero() == 0

    def test_perfect_is_best(self, task):
        target = random_target(task)
        best = task.loss(perfect_output(task, target), target)
        other = task.loss(random_output(task), target)
        assert (best < 1e-6).all()
        assert (best < other).all()

    def test_a_step_down_the_gradient_helps(self, task):
        output, target = random_output(task).requires_grad_(), random_target(task)
        loss = task.loss(output, target).sum()
        (gradient,) = torch.autograd.grad(loss, output)
        assert task.loss(output - 0.02 * gradient / gradient.abs().max(), target).sum() < loss

    def test_half_precision_outputs_are_computed_in_float32(self, task):
        output, target = random_output(task).bfloat16(), random_target(task)
        assert task.loss(output, target).dtype == torch.float32
        torch.testing.assert_close(task.loss(output, target), task.loss(output.float(), target))

    def test_finite_for_extreme_outputs(self, task):
        output, target = random_output(task, spread=1e4).requires_grad_(), random_target(task)
        loss = task.loss(output, target)
        loss.sum().backward()
        assert torch.isfinite(loss).all()
        assert torch.isfinite(output.grad).all()

    def test_a_smaller_output_is_enlarged(self, task):
        target = random_target(task)
        small = random_output(task, height=3, width=4)
        large = torch.nn.functional.interpolate(small, (6, 8), mode="bilinear", align_corners=False)
        torch.testing.assert_close(
            task.loss(small, target), task.loss(large, target), rtol=1e-5, atol=1e-6
        )

    def test_a_zero_output_is_safe(self, task):
        target = random_target(task)
        output = torch.zeros_like(random_output(task)).requires_grad_()
        task.loss(output, target).sum().backward()
        assert output.grad.abs().max() < 10


class TestMetric:
    def test_counts_add_up_over_images(self, task):
        output, target = random_output(task, images=4), random_target(task, images=4)
        counts = task.metric.counts(output, target)
        alone = torch.cat(
            [task.metric.counts(output[i : i + 1], target[i : i + 1]) for i in range(4)]
        )
        assert counts.dtype == torch.float64
        assert len(counts) == 4
        torch.testing.assert_close(counts, alone)
        assert math.isfinite(task.metric.value(counts.sum(0)))

    def test_ignored_pixels_do_not_matter(self, task):
        output, target = random_output(task), random_target(task)
        counts = task.metric.counts(output, target)
        torch.testing.assert_close(
            task.metric.counts(at_ignored(task, output, target, 9.0), target),
            counts,
            rtol=0,
            atol=0,
        )

    def test_an_image_without_label_adds_nothing(self, task):
        rng = np.random.default_rng(2)
        target = stack(empty_label(task), random_label(task, rng))
        counts = task.metric.counts(random_output(task, images=2), target)
        assert not counts[0].any()
        assert counts[1].any()

    def test_nothing_to_measure_is_nan(self, task):
        counts = task.metric.counts(random_output(task, images=1), stack(empty_label(task)))
        assert math.isnan(task.metric.value(counts.sum(0)))
        assert task.metric.image_value is None or math.isnan(task.metric.image_value(counts[0]))

    def test_perfect_is_best(self, task):
        target = random_target(task, images=6)
        best = task.metric.value(task.metric.counts(perfect_output(task, target), target).sum(0))
        assert best == pytest.approx({"higher": 100, "lower": 0}[task.metric.better], abs=1e-3)
        worse = task.metric.value(task.metric.counts(random_output(task, images=6), target).sum(0))
        assert worse < best if task.metric.better == "higher" else worse > best

    def test_the_value_of_one_image(self, task):
        target = random_target(task)
        for counts in task.metric.counts(perfect_output(task, target), target):
            value = (task.metric.image_value or task.metric.value)(counts)
            assert value == pytest.approx({"higher": 100, "lower": 0}[task.metric.better], abs=1e-3)

    def test_runs_in_inference_mode(self, task):
        with torch.inference_mode():
            assert task.metric.counts(random_output(task), random_target(task)).shape[0] == 3


class TestDistances:
    def test_form_and_sign(self, task):
        for distance in task.distances:
            gap = distance.pixels(random_output(task, seed=1), random_output(task, seed=2))
            assert gap.shape == (3, 6, 8), distance.name
            assert gap.dtype == torch.float32, distance.name
            assert (gap >= 0).all(), distance.name
            assert gap.any(), distance.name

    def test_equal_outputs_are_not_apart_and_order_is_free(self, task):
        a, b = random_output(task, seed=1), random_output(task, seed=2)
        for distance in task.distances:
            if distance.name in SYMMETRIC:
                assert not distance.pixels(a, a.clone()).any(), distance.name
                torch.testing.assert_close(
                    distance.pixels(a, b), distance.pixels(b, a), atol=1e-5, rtol=1e-5
                )
            else:
                assert distance.name == "ce"
                assert not torch.allclose(distance.pixels(a, b), distance.pixels(b, a))

    @given(
        seed=st.integers(0, 10_000),
        spread=st.sampled_from([1e-30, 1e-4, 1.0, 1e4]),
        other=st.sampled_from([1e-30, 1.0, 1e4]),
    )
    @settings(max_examples=25)
    def test_finite_for_extreme_outputs(self, seed, spread, other):
        for make in TASKS.values():
            task = make()
            a = random_output(task, seed=seed, spread=spread)
            b = random_output(task, seed=seed + 1, spread=other)
            for distance in task.distances:
                for gap in (distance.pixels(a, b), distance.pixels(a.sign() * 1e4, b.sign() * 1e4)):
                    assert torch.isfinite(gap).all(), distance.name
                    assert (gap >= 0).all(), distance.name

    def test_computed_in_float32(self, task):
        a, b = (random_output(task, seed=seed).bfloat16() for seed in (1, 2))
        for distance in task.distances:
            torch.testing.assert_close(
                distance.pixels(a, b), distance.pixels(a.float(), b.float()), rtol=0, atol=0
            )

    def test_further_is_further(self, task):
        """Halfway from one output to another is no further off than the whole way."""
        a, b = random_output(task, seed=1), random_output(task, seed=2)
        for distance in task.distances:
            assert distance.pixels(a, (a + b) / 2).mean() < distance.pixels(a, b).mean(), (
                distance.name
            )
