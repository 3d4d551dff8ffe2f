"""Labels and values of every task that is listed in TASKS: coding, moving, checking, colouring."""

import numpy as np
import torch

from mtal.tasks.task import Warp
from tests.tasks.samples import (
    empty_label,
    perfect_output,
    random_label,
    random_output,
    random_target,
    stack,
)


def warp(images: int, mirrored: bool = False, zoom: float = 1.0, angle: float = 0.0) -> Warp:
    return Warp(
        torch.full((images,), mirrored), torch.full((images,), zoom), torch.full((images,), angle)
    )


class TestCoding:
    def test_encoded_outputs_are_finite_and_of_moderate_size(self, task):
        for spread in (0.0, 1.0, 1e4):
            code = task.encode(random_output(task, spread=spread))
            assert code.shape == (3, task.channels, 6, 8)
            assert torch.isfinite(code).all()
        assert task.encode(random_output(task, spread=3.0)).abs().max() < 10

    def test_decoded_outputs_look_like_labels(self, task):
        value = task.decode(random_output(task))
        assert value.shape == ((3, 6, 8) if task.label_channels == 1 else (3, 6, 8, 3))
        assert value.dtype == (torch.uint8 if task.classes else torch.float32)

    def test_perfect_outputs_decode_to_the_label(self, task):
        rng = np.random.default_rng(3)
        label = random_label(task, rng, holes=0)
        value = task.decode(perfect_output(task, stack(label)))[0].numpy()
        np.testing.assert_allclose(value, label, atol=1e-6)


class TestAdjust:
    def test_no_warp_changes_nothing(self, task):
        target = random_target(task)
        torch.testing.assert_close(task.adjust(target, warp(3)), target, rtol=0, atol=0)

    def test_mirroring_twice_is_nothing(self, task):
        target = random_target(task)
        once = task.adjust(target, warp(3, mirrored=True))
        torch.testing.assert_close(
            task.adjust(once, warp(3, mirrored=True)), target, rtol=0, atol=0
        )

    def test_form_and_missing_pixels_stay(self, task):
        target = random_target(task)
        moved = task.adjust(target, warp(3, mirrored=True, zoom=1.5, angle=0.3))
        assert moved.shape == target.shape
        assert moved.dtype == target.dtype
        torch.testing.assert_close(task.valid(moved), task.valid(target))

    def test_images_are_moved_apart(self, task):
        target = random_target(task, images=2)
        mixed = Warp(
            torch.tensor([True, False]), torch.tensor([1.5, 1.0]), torch.tensor([0.4, 0.0])
        )
        moved = task.adjust(target, mixed)
        torch.testing.assert_close(moved[1], target[1], rtol=0, atol=0)
        torch.testing.assert_close(
            moved[:1], task.adjust(target[:1], warp(1, mirrored=True, zoom=1.5, angle=0.4))
        )


class TestProblem:
    def test_good_labels(self, task):
        rng = np.random.default_rng(4)
        for label in (random_label(task, rng), random_label(task, rng, holes=0), empty_label(task)):
            assert task.problem(label) == ""

    def test_wrong_form(self, task):
        good = random_label(task, np.random.default_rng(5))
        other_kind = np.int64 if good.dtype.kind == "f" else np.float32
        for bad in (
            good[None],
            good[..., None],
            good[0],
            good[:0],
            good.astype(other_kind),
            good.astype(str),
        ):
            problem = task.problem(bad)
            assert len(problem.split()) > 3, (bad.dtype, bad.shape)

    def test_wrong_values(self, task):
        good = random_label(task, np.random.default_rng(6))
        wrong = (254, max(2, len(task.classes)))
        if good.dtype.kind == "f":
            wrong = (np.nan, np.inf, -np.inf, -1.0, 4321.0)
        for value in wrong:
            bad = good.copy()
            bad[2, 3] = value
            assert len(task.problem(bad).split()) > 3, value


class TestColour:
    def test_labels_and_values(self, task):
        label = random_label(task, np.random.default_rng(7))
        for picture in (
            task.colour(label),
            *map(task.colour, task.decode(random_output(task)).numpy()),
        ):
            assert picture.shape == (6, 8, 3)
            assert picture.dtype == np.uint8
            assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 1

    def test_pixels_that_count_nowhere_have_the_last_colour_of_the_legend(self, task):
        assert (task.colour(empty_label(task)) == np.array(task.legend[-1][1])).all()

    def test_no_other_pixel_has_it(self, task):
        label = random_label(task, np.random.default_rng(8))
        valid = task.valid(stack(label))[0, 0].numpy()
        missing = (task.colour(label) == np.array(task.legend[-1][1])).all(axis=-1)
        np.testing.assert_array_equal(missing, ~valid)

    def test_same_value_same_colour_in_every_map(self, task):
        label = random_label(task, np.random.default_rng(9), holes=0)
        np.testing.assert_array_equal(task.colour(label[:2]), task.colour(label)[:2])

    def test_legend_is_plain(self, task):
        for text, colour in task.legend:
            assert text
            assert len(colour) == 3
            assert all(type(part) is int and 0 <= part <= 255 for part in colour)
        assert len({colour for _, colour in task.legend}) == len(task.legend)
