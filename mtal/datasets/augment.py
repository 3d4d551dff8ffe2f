"""Augmentation of a batch: images and targets are mirrored, zoomed and rotated alike, size kept.

Every data set says how far (docs/method.md, section 8.4). Every task's labels are sampled on the
same grid; then the task adjusts their values (metres shrink, normals turn).
"""

import math
from dataclasses import dataclass
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from mtal.tasks.task import Task, Warp

NUDGE_PX = 1e-3  # breaks ties between two equally near pixels alike on every device


class Zoom(Protocol):
    """How images are zoomed about their centre; above 1 = larger."""

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """(count,) zooms."""
        ...


@dataclass(frozen=True)
class ZoomChoice:
    """One of some zooms, each as likely as the others."""

    zooms: tuple[float, ...]

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """As in `Zoom`."""
        return torch.tensor(self.zooms)[
            torch.randint(len(self.zooms), (count,), generator=generator)
        ]


@dataclass(frozen=True)
class ZoomRange:
    """Any zoom between two, uniformly."""

    least: float
    most: float

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """As in `Zoom`."""
        return self.least + (self.most - self.least) * torch.rand(count, generator=generator)


@dataclass(frozen=True)
class Augmentation:
    """How the images of a data set are moved at random."""

    mirror: float  # share of images that are mirrored
    zoom: Zoom
    max_angle: float  # radians, in either direction

    @property
    def only_mirrored(self) -> "Augmentation":
        """The part of it that features of a frozen backbone allow."""
        return Augmentation(self.mirror, ZoomChoice((1.0,)), 0.0)

    def draw(self, count: int, generator: torch.Generator) -> Warp:
        """Draw a warp for each of `count` images. Angles are uniform."""
        mirrored = torch.rand(count, generator=generator) < self.mirror
        zoom = self.zoom.draw(count, generator)
        angle = (torch.rand(count, generator=generator) * 2 - 1) * self.max_angle
        return Warp(mirrored, zoom, angle)


# As in Multi-Task-Learning-PyTorch, for NYUD_MT and for PASCAL_MT.
NYUD_AUGMENTATION = Augmentation(0.5, ZoomChoice((1.0, 1.2, 1.5)), 0.0)
PASCAL_AUGMENTATION = Augmentation(0.5, ZoomRange(0.75, 1.25), math.radians(20))


def warp_images(images: Tensor, warp: Warp) -> Tensor:
    """Warp images, (B, C, H, W), bilinear; 0 outside."""
    if warp.only_mirrors:
        return _flipped(images, warp)
    grid = _grid(images, warp)
    moved = F.grid_sample(
        images.float(), grid, mode="bilinear", padding_mode="zeros", align_corners=False
    )
    if not images.is_floating_point():
        moved = moved.round()
    return moved.to(images.dtype)


def warp_targets(target: Tensor, task: Task, warp: Warp) -> Tensor:
    """Warp targets, (B, C, H, W), to the nearest pixel; the task's ignore value outside.

    The task then adjusts the values to the warp.
    """
    if warp.only_mirrors:
        return task.adjust(_flipped(target, warp), warp)
    height, width = target.shape[-2:]
    grid = _grid(target, warp)
    nudged = grid + grid.new_tensor([2 * NUDGE_PX / width, 2 * NUDGE_PX / height])
    moved = F.grid_sample(
        target.float(), nudged, mode="nearest", padding_mode="border", align_corners=False
    )
    # A pixel's centre decides; the area of the outermost pixels reaches to exactly -1 and 1.
    inside = (grid.abs() < 1).all(-1)[:, None]
    return task.adjust(torch.where(inside, moved, float(task.ignore)).to(target.dtype), warp)


def _flipped(batch: Tensor, warp: Warp) -> Tensor:
    mirrored = warp.mirrored.to(batch.device)
    return torch.where(mirrored[:, None, None, None], batch.flip(-1), batch)


def _grid(batch: Tensor, warp: Warp) -> Tensor:
    """Sampling positions (B, H, W, 2) of the output pixels: x, y in -1..1 from border to border.

    Output = rotated(zoomed(mirrored(input))), counter-clockwise on screen, where y points down.
    """
    height, width = batch.shape[-2:]
    device = batch.device
    angle, zoom = warp.angle.to(device, torch.float32), warp.zoom.to(device)
    cosine, sine = torch.cos(angle) / zoom, torch.sin(angle) / zoom
    side = torch.where(warp.mirrored.to(device), -1.0, 1.0)
    zero = torch.zeros_like(side)
    x_row = torch.stack([side * cosine, -side * sine * height / width, zero], dim=1)
    y_row = torch.stack([sine * width / height, cosine, zero], dim=1)
    return F.affine_grid(
        torch.stack([x_row, y_row], dim=1), [len(side), 1, height, width], align_corners=False
    )
