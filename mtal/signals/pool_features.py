"""The task features of the whole pool, computed once per cycle for the auto-encoder.

See docs/method.md, section 3. Kept as bfloat16 in memory, or on disk in a nameless file if they are
large; where there is no room for them they are computed anew whenever they are asked for.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path
from tempfile import TemporaryFile, gettempdir
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from mtal.models.prediction import FirstStage, Prediction
from mtal.signals.describe import images_per_step
from mtal.signals.signal import FitContext
from mtal.signals.standardise import floored
from mtal.training.batches import Report

MEMORY_BYTES = 2**30  # up to which they are kept in memory
MOST_OF_DISK = 0.5  # share of the free space that they may take
BYTES = 2  # of a number


def joined_features(prediction: FirstStage | Prediction, context: FitContext) -> Tensor:
    """(B, K*C, h, w) concatenation of the tasks' feature maps."""
    return torch.cat([prediction.features[task.name] for task in context.tasks], dim=1)


@torch.no_grad()
def predicted_features(context: FitContext, indices: np.ndarray) -> Tensor:
    """(B, K*C, h, w) of pool images, from the network."""
    with context.device.autocast():
        prediction = context.network.first_stage(context.inputs.of(indices))
        return joined_features(prediction, context)


class Kept(Protocol):
    """Gives the features of some images, (B, K*C, h, w)."""

    def of(self, indices: np.ndarray) -> Tensor: ...


@dataclass(frozen=True)
class Computed:
    """Features that are computed whenever they are asked for."""

    context: FitContext

    def of(self, indices: np.ndarray) -> Tensor:
        """(B, K*C, h, w), rounded like those that are kept."""
        return predicted_features(self.context, indices).bfloat16()


@dataclass(frozen=True)
class Stored:
    """Features in memory or on disk. rows: (N, h, w, K*C) bits of bfloat16."""

    rows: np.ndarray
    device: torch.device

    def of(self, indices: np.ndarray) -> Tensor:
        """(B, K*C, h, w), channels last."""
        rows = torch.from_numpy(self.rows[indices]).view(torch.bfloat16)
        return rows.to(self.device, non_blocking=True).permute(0, 3, 1, 2)

    def put(self, indices: np.ndarray, features: Tensor) -> None:
        """Keep the features of some images."""
        bits = features.bfloat16().permute(0, 2, 3, 1).contiguous().cpu().view(torch.int16)
        self.rows[indices] = bits.numpy()


@dataclass(frozen=True)
class PoolFeatures:
    """The features of the pool, and each channel's statistics over all of its pixels."""

    kept: Kept
    mean: Tensor  # (K*C,) float32
    spread: Tensor  # (K*C,) float32, floored
    size: tuple[int, int]  # (h, w)


class ChannelStatistics:
    """Mean and spread of every channel over all pixels of all images, added batch by batch."""

    def __init__(self) -> None:
        self._sum = self._squares = torch.zeros(1, dtype=torch.float64)
        self._pixels = 0

    def add(self, features: Tensor) -> None:
        """Add (B, K*C, h, w)."""
        exact = features.double()
        self._sum = self._sum.to(exact.device) + exact.sum(dim=(0, 2, 3))
        self._squares = self._squares.to(exact.device) + exact.square().sum(dim=(0, 2, 3))
        self._pixels += features.shape[0] * features.shape[2] * features.shape[3]

    def mean(self) -> Tensor:
        """(K*C,) float32."""
        return (self._sum / self._pixels).float()

    def spread(self) -> Tensor:
        """(K*C,) float32: standard deviations, floored at a share of their median."""
        mean = self._sum / self._pixels
        variance = (self._squares / self._pixels - mean.square()).clamp(min=0)
        return torch.from_numpy(floored(variance.sqrt().cpu().numpy())).float().to(mean.device)


def pool_features(context: FitContext, report: Report, total: int) -> PoolFeatures:
    """Compute the features of all pool images once, and keep them where there is room.

    report: called after every batch with 0 of `total`, so that the work can be stopped.
    """
    first = predicted_features(context, np.arange(1))
    kept = _room(context, tuple(first.shape[1:]))
    statistics = ChannelStatistics()
    for indices in _blocks(context):
        report(0, total)
        features = predicted_features(context, indices)
        statistics.add(features)
        if isinstance(kept, Stored):
            kept.put(indices, features)
    size = (first.shape[-2], first.shape[-1])
    return PoolFeatures(kept, statistics.mean(), statistics.spread(), size)


def _room(context: FitContext, form: tuple[int, ...]) -> Kept:
    """Find room for features of a form (K*C, h, w)."""
    channels, height, width = form
    shape = (len(context.pool), height, width, channels)
    size_bytes = BYTES * prod(shape)
    device = context.device.torch_device
    if size_bytes <= MEMORY_BYTES:
        return Stored(np.empty(shape, np.int16), device)
    folder = context.folder or Path(gettempdir())
    if size_bytes > MOST_OF_DISK * shutil.disk_usage(folder).free:
        print(f"task features, {size_bytes / 1e9:,.1f} GB, have no room in {folder}", flush=True)
        return Computed(context)
    with TemporaryFile(dir=folder) as file:
        return Stored(np.memmap(file, np.int16, "w+", shape=shape), device)


def _blocks(context: FitContext) -> Iterator[np.ndarray]:
    """Positions of the images that are predicted at once."""
    count, step = len(context.pool), images_per_step(context.config)
    for start in range(0, count, step):
        yield np.arange(start, min(count, start + step))
