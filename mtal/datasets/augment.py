"""Augmentation of a batch: images and targets are mirrored, zoomed and rotated alike, size kept.

As in Multi-Task-Learning-PyTorch for NYUD: mirror half of the images, zoom by 1, 1.2 or 1.5 about
the centre, no rotation. Every task's labels are sampled on the same grid; then the task adjusts
their values (metres shrink, normals turn).
"""

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from mtal.tasks.task import Task, Warp

MIRROR = 0.5  # share of images
ZOOMS = (1.0, 1.2, 1.5)
NUDGE_PX = 1e-3  # breaks ties between two equally near pixels alike on every device


def draw_warp(
    count: int,
    generator: torch.Generator,
    mirror: float = MIRROR,
    zooms: Sequence[float] = ZOOMS,
    max_angle: float = 0.0,
) -> Warp:
    """Draw a random warp for each of `count` images.

    Angles are in radians, uniform between -max_angle and max_angle.
    """
    mirrored = torch.rand(count, generator=generator) < mirror
    zoom = torch.tensor(zooms)[torch.randint(len(zooms), (count,), generator=generator)]
    angle = (torch.rand(count, generator=generator) * 2 - 1) * max_angle
    return Warp(mirrored, zoom, angle)


def augment(
    images: Tensor, targets: Mapping[str, Tensor], tasks: Sequence[Task], generator: torch.Generator
) -> tuple[Tensor, dict[str, Tensor]]:
    """Warp a batch at random: images and, by task name, targets; dtypes are kept.

    images: (B, 3, H, W) uint8 or float. targets: by task name, (B, C, H, W).
    """
    warp = draw_warp(len(images), generator)
    warped = {task.name: warp_targets(targets[task.name], task, warp) for task in tasks}
    return warp_images(images, warp), warped


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
