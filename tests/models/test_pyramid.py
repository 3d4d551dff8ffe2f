"""A feature pyramid against resizing, concatenating and cropping step by step."""

import pytest
import torch
import torch.nn.functional as F

from mtal.models.pyramid import FeaturePyramid

MAPS = [
    ((4, 10, 14), (6, 5, 7), (3, 3, 4)),  # C, h, w of each; not all are halves
    ((5, 8, 8), (2, 4, 4)),
    ((7, 6, 9),),
]


def joined(maps, size):
    """Resize by PyTorch, concatenate, crop."""
    finest = maps[0].shape[-2:]
    resized = [F.interpolate(each, finest, mode="bilinear") for each in maps]
    return torch.cat(resized, dim=1)[..., : size[0], : size[1]]


@pytest.fixture(params=MAPS)
def maps(request):
    torch.manual_seed(0)
    return tuple(torch.randn(2, *shape, requires_grad=True) for shape in request.param)


@pytest.fixture(params=[0, 1], ids=["whole", "cropped"])
def pyramid(request, maps):
    height, width = maps[0].shape[-2:]
    return FeaturePyramid(maps, (height - request.param, width - 2 * request.param))


def test_joined(pyramid):
    torch.testing.assert_close(pyramid.joined, joined(pyramid.maps, pyramid.size))


def test_mean_is_that_of_the_joined_map(pyramid):
    torch.testing.assert_close(pyramid.mean, joined(pyramid.maps, pyramid.size).mean((2, 3)))


@pytest.mark.parametrize("memory", [torch.contiguous_format, torch.channels_last])
def test_convolving_before_resizing_is_convolving_after_it(pyramid, memory):
    weight = torch.randn(8, pyramid.joined.shape[1], 1, 1, requires_grad=True)
    small = tuple(each.contiguous(memory_format=memory) for each in pyramid.maps)
    ours = FeaturePyramid(small, pyramid.size).convolved(weight)
    expected = F.conv2d(joined(pyramid.maps, pyramid.size), weight)
    torch.testing.assert_close(ours, expected, rtol=1e-4, atol=1e-4)
    probe = torch.randn_like(expected)
    gradients = (
        torch.autograd.grad((output * probe).sum(), [weight, *pyramid.maps], retain_graph=True)
        for output in (ours, expected)
    )
    for own, other in zip(*gradients, strict=True):
        torch.testing.assert_close(own, other, rtol=1e-4, atol=1e-4)


def test_in_bfloat16_it_differs_by_rounding(pyramid):
    weight = torch.randn(8, pyramid.joined.shape[1], 1, 1)
    with torch.autocast("cpu", torch.bfloat16):
        rounded = pyramid.convolved(weight)
    exact = F.conv2d(joined(pyramid.maps, pyramid.size), weight)
    assert rounded.dtype == torch.bfloat16
    torch.testing.assert_close(rounded.float(), exact, rtol=0.03, atol=0.1)
