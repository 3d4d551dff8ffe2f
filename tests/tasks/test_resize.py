"""Resizing by matrix products against PyTorch's own."""

import pytest
import torch

from mtal.tasks.resize import enlarge, resize, resized_sum


@pytest.mark.parametrize(
    ("old", "new"),
    [((30, 40), (120, 160)), ((7, 9), (25, 33)), ((5, 4), (5, 9)), ((12, 9), (5, 4))],
)
@pytest.mark.parametrize("memory", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("function", [enlarge, resize])
def test_enlarging_by_products_is_bilinear_interpolation(old, new, memory, function):
    maps = torch.randn(2, 3, *old).contiguous(memory_format=memory).requires_grad_()
    other = maps.detach().clone().requires_grad_()
    resized = function(maps, new)
    expected = torch.nn.functional.interpolate(other, new, mode="bilinear", align_corners=False)
    torch.testing.assert_close(resized, expected, rtol=1e-5, atol=1e-5)
    weights = torch.randn_like(resized)
    (resized * weights).sum().backward()
    (expected * weights).sum().backward()
    torch.testing.assert_close(maps.grad, other.grad, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("memory", [torch.contiguous_format, torch.channels_last])
def test_a_sum_of_resized_maps(memory):
    sizes = ((9, 11), (5, 6), (9, 11), (2, 3))
    maps = [torch.randn(2, 4, *size).contiguous(memory_format=memory) for size in sizes]
    expected = sum(torch.nn.functional.interpolate(each, (9, 11), mode="bilinear") for each in maps)
    torch.testing.assert_close(resized_sum(maps, (9, 11)), expected, rtol=1e-5, atol=1e-5)
