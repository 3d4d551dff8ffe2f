"""Bilinear resizing, for maps that a network joins and for outputs that are compared with labels.

B images, C channels.
"""

from collections.abc import Sequence
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor


def resize(maps: Tensor, size: Sequence[int]) -> Tensor:
    """(B, C, h, w) -> (B, C, *size) of the same dtype, as with align_corners=False."""
    return resized_sum([maps], size)


def resized_sum(maps: Sequence[Tensor], size: Sequence[int]) -> Tensor:
    """Resize maps (B, C, h_i, w_i) to `size` and add them up: (B, C, *size) of their dtype.

    Resizing is linear along each axis, so on a CPU it is done as float32 matrix products, which
    take less time than PyTorch's kernel, above all in the backward pass. The sum over all maps is
    part of the last product.
    """
    coarse = [each for each in maps if tuple(each.shape[-2:]) != tuple(size)]
    resized = [each for each in maps if tuple(each.shape[-2:]) == tuple(size)]
    if coarse and coarse[0].device.type == "cpu":
        resized.append(_product_sum(coarse, size))
    else:
        resized += [
            F.interpolate(each, tuple(size), mode="bilinear", align_corners=False)
            for each in coarse
        ]
    return sum(resized[1:], start=resized[0])


def _product_sum(maps: Sequence[Tensor], size: Sequence[int]) -> Tensor:
    height, width = size
    images, channels = maps[0].shape[:2]
    down = torch.cat([axis_weights(each.shape[-2], height) for each in maps], dim=1)
    across = [axis_weights(each.shape[-1], width) for each in maps]
    with torch.autocast("cpu", enabled=False):
        if maps[0].is_contiguous():
            wide = [each.float() @ share.T for each, share in zip(maps, across, strict=True)]
            return (down @ torch.cat(wide, dim=2)).to(maps[0].dtype)
        # Channels last: both products run over contiguous rows.
        rows = [
            (share @ each.float().permute(0, 2, 3, 1)).reshape(images, -1, width * channels)
            for each, share in zip(maps, across, strict=True)
        ]
        summed = (down @ torch.cat(rows, dim=1)).view(images, height, width, channels)
        return summed.to(maps[0].dtype).permute(0, 3, 1, 2)


def resized_mean(maps: Tensor, size: Sequence[int], kept: Sequence[int]) -> Tensor:
    """(B, C, h, w) -> (B, C) float32 mean over the first `kept` rows and columns of `resize`."""
    down, across = (
        axis_weights(old, new)[:few].mean(dim=0).to(maps.device)
        for old, new, few in zip(maps.shape[-2:], size, kept, strict=True)
    )
    with torch.autocast(maps.device.type, enabled=False):
        return torch.einsum("bchw,h,w->bc", maps.float(), down, across)


def enlarge(output: Tensor, size: Sequence[int]) -> Tensor:
    """Resize an output to the labels' size, in float32 and contiguous, as losses need it."""
    return resize(output.float().contiguous(), size)


@lru_cache(maxsize=64)
def axis_weights(old: int, new: int) -> Tensor:
    """(new, old) share of each old pixel in each new one along one axis."""
    with torch.inference_mode(False):
        columns = F.interpolate(torch.eye(old)[None], size=new, mode="linear", align_corners=False)
        return columns[0].T.contiguous()
