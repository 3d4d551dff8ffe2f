"""Task: one frozen value that owns all that the program knows about one dense prediction task.

B images, C channels, H x W pixels.

- *Output*: what a head gives, (B, C, H, W), unbounded.
- *Label*: what a data set stores, NumPy, (H, W) or (H, W, 3).
- *Target*: labels of a batch as a tensor, (B, 1, H, W) or (B, 3, H, W), of the label's dtype.
- *Value*: an output made readable, of the same form as a label: class ids, metres, unit vectors,
  probabilities.
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
    """How each image of a batch was moved, for tasks whose values change with it. All (B,)."""

    mirrored: Tensor  # bool, left to right
    zoom: Tensor  # float, above 1 = larger
    angle: Tensor  # radians, counter-clockwise on screen

    @property
    def only_mirrors(self) -> bool:
        """Whether no image is zoomed or turned."""
        return bool((self.zoom == 1).all() and (self.angle == 0).all())


def mirror_all(count: int) -> Warp:
    """The warp that mirrors all of `count` images, and does nothing else."""
    return Warp(torch.ones(count, dtype=torch.bool), torch.ones(count), torch.zeros(count))


@dataclass(frozen=True)
class Metric:
    """A score over a data set: `value` of the counts summed over its images, no mean of means."""

    title: str  # "mIoU"
    unit: str  # "", "%", "m", "°"
    better: Literal["higher", "lower"]
    # output, target -> (B, ...) float64 statistics that can be added
    counts: Callable[[Tensor, Tensor], Tensor]
    # counts summed over images, without B -> the number shown
    value: Callable[[Tensor], float]
    note: str = ""  # what a reader must know to compare it
    # counts of one image -> number, where `value` would mislead
    image_value: Callable[[Tensor], float] | None = None

    @property
    def axis(self) -> str:
        """Axis title with unit and direction, such as `RMSE (m) ↓`."""
        unit = f" ({self.unit})" if self.unit else ""
        return f"{self.title}{unit} {'↑' if self.better == 'higher' else '↓'}"


@dataclass(frozen=True)
class Balance:
    """Makes a loss whose weights are constants of a set of labels."""

    # target -> (B, ...) float64 statistics that can be added
    counts: Callable[[Tensor], Tensor]
    # counts summed over images, without B -> `Task.loss`
    loss: Callable[[Tensor], Callable[[Tensor, Tensor], Tensor]]


@dataclass(frozen=True)
class Distance:
    """How far two outputs for one image differ, per pixel: d_k of docs/method.md, section 2."""

    name: str
    title: str
    unit: str  # "nats", "m", "°"
    # reference output Y, other output R -> (B, H, W) float32, >= 0
    pixels: Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Task:
    """All that the program knows about one task.

    Each is made by the function of its own file; no other code compares a task's name.
    """

    name: str  # in file names, columns and URLs
    title: str  # on screen
    channels: int  # C of an output
    label_channels: int  # 1, or 3 for vectors
    label_dtype: type[np.generic]  # np.uint8 or np.float32
    ignore: int  # value of label pixels that count nowhere: IGNORE or 0
    weight: float  # lambda_k, the task's share in the multi-task loss
    # output of any size, enlarged to the target's, target -> (B,) float32; 0 without a valid pixel
    loss: Callable[[Tensor, Tensor], Tensor]
    valid: Callable[[Tensor], Tensor]  # target -> (B, 1, H, W) bool: the pixels that count
    metric: Metric
    distances: tuple[Distance, ...]  # the first is the default
    output_distribution: OutputDistribution  # what an output says, and how sure it is
    encode: Callable[[Tensor], Tensor]  # output -> (B, C, H, W), input of a pairwise block
    # target -> (B, C, H, W), what `encode` gives for an output that says the same
    encode_target: Callable[[Tensor], Tensor]
    decode: Callable[[Tensor], Tensor]  # output -> value, (B, H, W) or (B, H, W, 3)
    # target whose pixels were moved -> target with the values that belong to the moved image
    adjust: Callable[[Tensor, Warp], Tensor]
    problem: Callable[[np.ndarray], str]  # label -> what is wrong with it, "" if nothing
    colour: Callable[[np.ndarray], np.ndarray]  # value or label -> (H, W, 3) uint8
    # (text, colour) pairs that explain `colour`
    legend: tuple[tuple[str, tuple[int, int, int]], ...] = ()
    # output, correction of a pairwise block, both (B, C, h, w) -> corrected output
    correct: Callable[[Tensor, Tensor], Tensor] = torch.add
    unit: str = ""  # of a value
    loss_unit: str = ""  # "nats", "m"; "" for a number without unit
    classes: tuple[str, ...] = ()  # names of class ids
    # output -> (B, len(classes)) float32 share of the pixels per class, 0..1
    shares: Callable[[Tensor], Tensor] | None = None
    # how an output is brought to a label's size for the metric
    enlarge: Literal["bilinear", "nearest"] = "bilinear"
    balance: Balance | None = None  # of a loss that is to be balanced before it is used

    def has_label(self, target: Tensor) -> Tensor:
        """(B,) bool: images with at least one pixel that counts."""
        return self.valid(target).flatten(1).any(1)

    def distance(self, name: str) -> Distance:
        """Return the distance of that name, or the default if the task does not offer it."""
        matches = (distance for distance in self.distances if distance.name == name)
        return next(matches, self.distances[0])


def mirrored_back(output: Tensor, task: Task) -> Tensor:
    """Turn the (B, C, h, w) output for mirrored images into one for the images themselves.

    Pixels change sides, and the task adjusts values that depend on the side.
    """
    return task.adjust(output.flip(-1).float(), mirror_all(len(output)))
