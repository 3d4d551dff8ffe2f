"""Bilinear resizing, for maps that a network joins and for outputs that are compared with labels.

B images, C channels.
"""

from collections.abc import Sequence
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor


def resize(maps: Tensor, size: Sequence[int]) -> Tensor:
    """(B, C, h, w) -> (B, C, *size) of the same dtype, as with align_corners=False.

    Resizing is linear along each axis, so on a CPU it is done as two float32 matrix products,
    which take less time than PyTorch's kernel, above all in the backward pass.
    """
    if tuple(maps.shape[-2:]) == tuple(size):
        return maps
    if maps.device.type != "cpu":
        return F.interpolate(maps, tuple(size), mode="bilinear", align_corners=False)
    down, across = axis_weights(maps.shape[-2], size[0]), axis_weights(maps.shape[-1], size[1])
    with torch.autocast("cpu", enabled=False):
        if maps.is_contiguous():
            return (down @ (maps.float() @ across.T)).to(maps.dtype)
        # Channels last: both products run over contiguous rows.
        images, channels, _, width = maps.shape
        rows = down @ maps.float().permute(0, 2, 3, 1).flatten(2)
        resized = across @ rows.view(images, size[0], width, channels)
        return resized.to(maps.dtype).permute(0, 3, 1, 2)


def enlarge(output: Tensor, size: Sequence[int]) -> Tensor:
    """Resize an output to the labels' size, in float32 and contiguous, as losses need it."""
    return resize(output.float().contiguous(), size)


@lru_cache(maxsize=64)
def axis_weights(old: int, new: int) -> Tensor:
    """(new, old) share of each old pixel in each new one along one axis."""
    with torch.inference_mode(False):
        columns = F.interpolate(torch.eye(old)[None], size=new, mode="linear", align_corners=False)
        return columns[0].T.contiguous()
