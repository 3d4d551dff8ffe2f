"""FeaturePyramid: the maps of a backbone before they are resized and concatenated.

B images. A 1x1 convolution and a resizing can change places, since the one works on channels and
the other on pixels. So the convolution is done on the small maps.
"""

from dataclasses import dataclass
from functools import cached_property

import torch
import torch.nn.functional as F
from torch import Tensor

from mtal.tasks.resize import resize, resized_mean, resized_sum


@dataclass(frozen=True)
class FeaturePyramid:
    """Maps that become one: resized to the finest, concatenated, cropped to `size`."""

    maps: tuple[Tensor, ...]  # (B, C_i, h_i, w_i), the finest first
    size: tuple[int, int]  # h x w; less than the finest map's if the images were padded

    @cached_property
    def joined(self) -> Tensor:
        """(B, sum of C_i, *size)."""
        resized = [resize(each, self._finest) for each in self.maps]
        return self._cropped(torch.cat(resized, dim=1) if len(resized) > 1 else resized[0])

    @cached_property
    def mean(self) -> Tensor:
        """(B, sum of C_i) float32: mean of `joined` over its pixels."""
        means = [resized_mean(each, self._finest, self.size) for each in self.maps]
        return torch.cat(means, dim=1)

    def convolved(self, weight: Tensor) -> Tensor:
        """(B, C, *size): the 1x1 convolution of `joined` with weight (C, sum of C_i, 1, 1)."""
        weights = weight.split([each.shape[1] for each in self.maps], dim=1)
        small = [F.conv2d(each, own) for each, own in zip(self.maps, weights, strict=True)]
        return self._cropped(resized_sum(small, self._finest))

    @property
    def _finest(self) -> torch.Size:
        return self.maps[0].shape[-2:]

    def _cropped(self, maps: Tensor) -> Tensor:
        height, width = self.size
        return maps[..., :height, :width]
