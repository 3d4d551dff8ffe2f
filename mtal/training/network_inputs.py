"""NetworkInputs: what a network takes of the images of a split.

The images themselves; or, with a frozen backbone, the pyramids that its trunk made of them once
(docs/method.md, section 8.4). N images in the split, B in a batch.
"""

from dataclasses import dataclass
from itertools import accumulate
from math import prod
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from mtal.datasets.augment import warp_images
from mtal.datasets.normalise import to_input
from mtal.datasets.resized import Resized
from mtal.models.prediction import NetworkInput
from mtal.models.pyramid import FeaturePyramid
from mtal.tasks.task import Warp
from mtal.training.device import Device


class NetworkInputs(Protocol):
    """Gives what the network takes of some images."""

    def of(self, indices: np.ndarray, warp: Warp | None = None) -> NetworkInput:
        """Of images by position, (B,), on the device; moved by a warp, (B,), if there is one."""
        ...


@dataclass(frozen=True)
class ImageInputs:
    """The images, normalised."""

    data: Resized
    device: Device

    def of(self, indices: np.ndarray, warp: Warp | None = None) -> Tensor:
        """(B, 3, H, W)."""
        images = self.data.images(indices)
        if warp is not None:
            images = warp_images(images, warp)
        return to_input(images, self.device.torch_device)


@dataclass(frozen=True)
class PyramidForm:
    """How a pyramid is stored: a row of numbers per image, map after map, channels last."""

    maps: tuple[tuple[int, int, int], ...]  # (h, w, C) of each
    size: tuple[int, int]  # as in FeaturePyramid
    bfloat16: bool  # precision of the numbers, else float32

    @property
    def numbers(self) -> int:
        """Numbers per image."""
        return sum(prod(each) for each in self.maps)

    @property
    def dtype(self) -> np.dtype:
        """Of the rows. NumPy has no bfloat16, so its bits are kept as integers."""
        return np.dtype(np.int16 if self.bfloat16 else np.float32)

    def pack(self, pyramid: FeaturePyramid) -> np.ndarray:
        """Turn a pyramid into rows (B, numbers)."""
        dtype = torch.bfloat16 if self.bfloat16 else torch.float32
        rows = [each.permute(0, 2, 3, 1).flatten(1).to("cpu", dtype) for each in pyramid.maps]
        joined = torch.cat(rows, dim=1)
        return (joined.view(torch.int16) if self.bfloat16 else joined).numpy()

    def unpack(self, rows: np.ndarray, device: torch.device) -> FeaturePyramid:
        """Turn rows (B, numbers) into a pyramid on a device."""
        numbers = torch.from_numpy(rows)
        numbers = numbers.view(torch.bfloat16) if self.bfloat16 else numbers
        ends = list(accumulate(prod(each) for each in self.maps))
        maps = [
            part.unflatten(1, form).permute(0, 3, 1, 2).to(device, non_blocking=True)
            for part, form in zip(numbers.tensor_split(ends[:-1], dim=1), self.maps, strict=True)
        ]
        memory = torch.channels_last
        return FeaturePyramid(
            tuple(each.contiguous(memory_format=memory) for each in maps), self.size
        )


@dataclass(frozen=True)
class StoredPyramids:
    """The pyramids of a frozen backbone, of the images and of their mirror images.

    No other warp can be had of them.
    """

    form: PyramidForm
    plain: np.ndarray  # (N, numbers)
    mirrored: np.ndarray | None  # the same; None where nothing asks for mirrored images
    device: Device

    def of(self, indices: np.ndarray, warp: Warp | None = None) -> FeaturePyramid:
        """ValueError for a warp that is more than mirroring."""
        rows = np.asarray(self.plain[indices])
        if warp is not None:
            if not warp.only_mirrors:
                raise ValueError("stored features can be mirrored only")
            mirrored = warp.mirrored.numpy()
            assert self.mirrored is not None
            rows[mirrored] = self.mirrored[indices[mirrored]]
        return self.form.unpack(rows, self.device.torch_device)


def pyramid_form(pyramid: FeaturePyramid) -> PyramidForm:
    """Find how pyramids like this one are stored."""
    maps = [(each.shape[2], each.shape[3], each.shape[1]) for each in pyramid.maps]
    return PyramidForm(tuple(maps), pyramid.size, pyramid.maps[0].dtype == torch.bfloat16)
