"""Bilinear resizing: networks join maps of several sizes, losses compare small outputs with labels. B images, C channels."""

from collections.abc import Sequence
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor


def resize(maps: Tensor, size: Sequence[int]) -> Tensor:
    """(B, C, h, w) -> (B, C, *size), pixel centres kept (align_corners False), dtype kept; nothing to do if the size fits.

    It is linear along each axis, so on a CPU it is done as two float32 matrix products: less time than the kernel needs,
    above all backwards.
    """
    if tuple(maps.shape[-2:]) == tuple(size):
        return maps
    if maps.device.type != "cpu":
        return F.interpolate(maps, tuple(size), mode="bilinear", align_corners=False)
    down, across = axis_weights(maps.shape[-2], size[0]), axis_weights(maps.shape[-1], size[1])
    with torch.autocast("cpu", enabled=False):
        if maps.is_contiguous():
            return (down @ (maps.float() @ across.T)).to(maps.dtype)
        images, channels, _, width = (
            maps.shape
        )  # channels last: both products run over contiguous rows
        rows = down @ maps.float().permute(0, 2, 3, 1).flatten(2)
        return (
            (across @ rows.view(images, size[0], width, channels))
            .to(maps.dtype)
            .permute(0, 3, 1, 2)
        )


def enlarge(output: Tensor, size: Sequence[int]) -> Tensor:
    """An output brought to the labels' size, in float32 and plain memory order, as losses want it."""
    return resize(output.float().contiguous(), size)


@lru_cache(maxsize=64)
def axis_weights(old: int, new: int) -> Tensor:
    """(new, old): how much of each old pixel there is in each new one along one axis."""
    with torch.inference_mode(False):
        return F.interpolate(torch.eye(old)[None], size=new, mode="linear", align_corners=False)[
            0
        ].T.contiguous()
