"""Cross-entropy image by image against its definition, PyTorch's own, and against its formula."""

import math

import pytest
import torch

from mtal.tasks.cross_entropy import all_at_once, cross_entropy, image_by_image
from tests.tasks.samples import random_target
from tests.tasks.test_classes import TASK

SIZES = [(6, 8), (3, 4), (2, 3), (12, 9)]  # of the output; the label is 6 x 8


def pieces(size, spread=3.0, seed=0):
    generator = torch.Generator().manual_seed(seed)
    output = torch.randn(4, TASK.channels, *size, generator=generator) * spread
    target = random_target(TASK, images=4)
    target[2] = 255  # an image without a label
    return output, target, TASK.valid(target)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("spread", [0.1, 3.0, 300.0])
@pytest.mark.parametrize("memory", [torch.contiguous_format, torch.channels_last])
def test_image_by_image_gives_losses_and_gradients_of_the_definition(size, spread, memory):
    output, target, valid = pieces(size, spread)

    def losses_and_gradient(cross_entropy):
        maps = output.clone(memory_format=memory).requires_grad_()
        losses = cross_entropy(maps, target, valid)
        (losses * torch.tensor([0.3, 1.0, 5.0, -2.0])).sum().backward()
        return losses.detach(), maps.grad

    losses, gradient = losses_and_gradient(image_by_image)
    expected_losses, expected_gradient = losses_and_gradient(all_at_once)
    torch.testing.assert_close(losses, expected_losses, rtol=1e-5, atol=1e-5 * spread)
    torch.testing.assert_close(gradient, expected_gradient, rtol=1e-4, atol=1e-6)
    assert losses[2] == 0
    assert not gradient[2].any()


def test_one_pixel_by_hand():
    output = torch.tensor([1.0, 2.0, 0.0, 0.0, 0.0]).view(1, 5, 1, 1)
    target = torch.ones(1, 1, 2, 2, dtype=torch.uint8)  # enlarged, all four pixels are equal
    expected = -math.log(math.exp(2) / (math.exp(1) + math.exp(2) + 3))
    for function in (image_by_image, all_at_once):
        assert function(output, target, target < 5).item() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_not_finite_is_not_hidden(bad):
    output, target, valid = pieces((6, 8))
    valid = torch.ones_like(valid)
    output[1, 0, 0, 0] = bad
    finite = torch.isfinite(cross_entropy(output, target.clamp(max=4), valid))
    assert finite.tolist() == [True, False, True, True]


def test_inside_autocast_it_stays_float32():
    output, target, valid = pieces((3, 4))
    with torch.autocast("cpu", torch.bfloat16):
        inside = cross_entropy(output, target, valid)
    torch.testing.assert_close(inside, cross_entropy(output, target, valid), rtol=0, atol=0)


def test_no_gradient_is_computed_unless_it_is_needed():
    output, target, valid = pieces((3, 4))
    with torch.inference_mode():
        assert not cross_entropy(output, target, valid).requires_grad
    assert not cross_entropy(output, target, valid).requires_grad
