"""Task: one frozen value that owns all that the program knows about one dense prediction task.

B images, C channels, H x W pixels. *Output*: what a head gives, (B, C, H, W), unbounded. *Label*: what a data set stores,
NumPy, (H, W) or (H, W, 3). *Target*: labels of a batch as a tensor, (B, 1, H, W) or (B, 3, H, W), of the label's dtype.
*Value*: an output made readable, of the same form as a label (class ids, metres, unit vectors, probabilities).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from mtal.tasks.output_distribution import OutputDistribution

IGNORE = 255  # class id of pixels that count nowhere


@dataclass(frozen=True)
class Warp:
    """How the images of a batch were moved, for tasks whose values change with it. All of shape (B,)."""

    mirrored: Tensor  # bool, left to right
    zoom: Tensor  # float, above 1 = larger
    angle: Tensor  # radians, counter-clockwise on screen


@dataclass(frozen=True)
class Metric:
    """A score over a data set: value(sum of counts over its images). Never a mean of batch means."""

    title: str  # "mIoU"
    unit: str  # "", "%", "m", "°"
    better: Literal["higher", "lower"]
    counts: Callable[
        [Tensor, Tensor], Tensor
    ]  # output, target -> (B, ...) float64 additive statistics
    value: Callable[[Tensor], float]  # their sum over images, without B -> the number shown
    note: str = ""  # what a reader must know to compare it
    image_value: Callable[[Tensor], float] | None = (
        None  # counts of one image -> number, where `value` would mislead
    )

    @property
    def axis(self) -> str:
        """Axis title with unit and direction, such as `RMSE (m) ↓`."""
        return f"{self.title}{f' ({self.unit})' if self.unit else ''} {'↑' if self.better == 'higher' else '↓'}"


@dataclass(frozen=True)
class Distance:
    """How far two outputs for the same image are apart, pixel by pixel (docs/method.md, section 2, d_k)."""

    name: str
    title: str
    unit: str  # "nats", "m", "°"
    pixels: Callable[
        [Tensor, Tensor], Tensor
    ]  # reference output Y, other output R -> (B, H, W) float32, >= 0


@dataclass(frozen=True)
class Task:
    """All that the program knows about one task. Made by a function of its own file; nothing else compares its name."""

    name: str  # in file names, columns and URLs
    title: str  # on screen
    channels: int  # C of an output
    label_channels: int  # 1, or 3 for vectors
    label_dtype: type[np.generic]  # np.uint8 or np.float32
    ignore: int  # value of label pixels that count nowhere (IGNORE or 0)
    weight: float  # lambda_k, the task's share in the multi-task loss
    loss: Callable[
        [Tensor, Tensor], Tensor
    ]  # output of any size, enlarged to the target's, target -> (B,)
    # float32; 0 for images without a valid pixel
    valid: Callable[[Tensor], Tensor]  # target -> (B, 1, H, W) bool: the pixels that count
    metric: Metric
    distances: tuple[Distance, ...]  # the first is the default
    belief: OutputDistribution  # how sure an output is
    encode: Callable[[Tensor], Tensor]  # output -> (B, C, H, W), what a pairwise block is fed
    decode: Callable[[Tensor], Tensor]  # output -> value, (B, H, W) or (B, H, W, 3)
    adjust: Callable[
        [Tensor, Warp], Tensor
    ]  # target whose pixels were moved -> target with right values
    problem: Callable[[np.ndarray], str]  # label -> what is wrong with it, "" if nothing
    colour: Callable[[np.ndarray], np.ndarray]  # value or label -> (H, W, 3) uint8
    legend: tuple[
        tuple[str, tuple[int, int, int]], ...
    ] = ()  # (text, colour) pairs that explain `colour`
    unit: str = ""  # of a value
    classes: tuple[str, ...] = ()  # names of class ids
    shares: Callable[[Tensor], Tensor] | None = (
        None  # output -> (B, len(classes)) share of pixels per class, 0..1 float32
    )
    enlarge: Literal["bilinear", "nearest"] = (
        "bilinear"  # how an output is brought to a label's size for the metric
    )

    def has_label(self, target: Tensor) -> Tensor:
        """(B,) bool: images with at least one pixel that counts."""
        return self.valid(target).flatten(1).any(1)

    def distance(self, name: str) -> Distance:
        """The distance of that name, or the task's own default where the task does not offer it (metres, degrees)."""
        return next((one for one in self.distances if one.name == name), self.distances[0])


def mirrored_back(output: Tensor, task: Task) -> Tensor:
    """(B, C, h, w) output for mirrored images -> as if for the images: pixels change sides, the task adjusts values."""
    mirror = Warp(
        mirrored=torch.ones(len(output), dtype=torch.bool),
        zoom=torch.ones(len(output)),
        angle=torch.zeros(len(output)),
    )
    return task.adjust(output.flip(-1).float(), mirror)
