"""Images and targets of a batch moved together: mirrored, zoomed about the centre, turned if asked; the canvas is kept.

As in Multi-Task-Learning-PyTorch for NYUD: mirror half of the images, zoom by 1, 1.2 or 1.5, no rotation. Every task's
labels are moved by the same grid and then put right by the task itself (metres shrink, vectors turn).
"""

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from mtal.tasks.task import Task, Warp

MIRROR = 0.5  # share of images
ZOOMS = (1.0, 1.2, 1.5)
NUDGE_PX = 1e-3  # so that a tie between two pixels falls alike on every device


def draw_warp(
    count: int,
    generator: torch.Generator,
    mirror: float = MIRROR,
    zooms: Sequence[float] = ZOOMS,
    most_angle: float = 0.0,
) -> Warp:
    """How each of `count` images is moved. Angles in radians, uniform between -most_angle and most_angle."""
    mirrored = torch.rand(count, generator=generator) < mirror
    zoom = torch.tensor(zooms)[torch.randint(len(zooms), (count,), generator=generator)]
    angle = (torch.rand(count, generator=generator) * 2 - 1) * most_angle
    return Warp(mirrored, zoom, angle)


def augment(
    images: Tensor, targets: Mapping[str, Tensor], tasks: Sequence[Task], generator: torch.Generator
) -> tuple[Tensor, dict[str, Tensor]]:
    """A batch moved at random. images (B, 3, H, W) uint8 or float, targets by task name; dtypes are kept."""
    warp = draw_warp(len(images), generator)
    return warp_images(images, warp), {
        task.name: warp_targets(targets[task.name], task, warp) for task in tasks
    }


def warp_images(images: Tensor, warp: Warp) -> Tensor:
    """(B, C, H, W), bilinear; 0 outside."""
    grid = _grid(images, warp)
    moved = F.grid_sample(
        images.float(), grid, mode="bilinear", padding_mode="zeros", align_corners=False
    )
    return (
        moved.round().to(images.dtype) if not images.is_floating_point() else moved.to(images.dtype)
    )


def warp_targets(target: Tensor, task: Task, warp: Warp) -> Tensor:
    """(B, C, H, W), nearest; the task's ignore value outside; then put right by the task."""
    height, width = target.shape[-2:]
    grid = _grid(target, warp)
    nudged = grid + grid.new_tensor([2 * NUDGE_PX / width, 2 * NUDGE_PX / height])
    moved = F.grid_sample(
        target.float(), nudged, mode="nearest", padding_mode="border", align_corners=False
    )
    inside = (grid.abs() < 1).all(-1)[
        :, None
    ]  # a pixel's centre; its area reaches to exactly -1 and 1
    return task.adjust(torch.where(inside, moved, float(task.ignore)).to(target.dtype), warp)


def _grid(batch: Tensor, warp: Warp) -> Tensor:
    """(B, H, W, 2) where each output pixel looks, x then y, -1..1 from border to border.

    Output = turned(zoomed(mirrored(input))), counter-clockwise as seen on screen, where y points down.
    """
    height, width = batch.shape[-2:]
    device = batch.device
    cosine, sine = (
        f(warp.angle.to(device, torch.float32)) / warp.zoom.to(device)
        for f in (torch.cos, torch.sin)
    )
    side = torch.where(warp.mirrored.to(device), -1.0, 1.0)
    zero = torch.zeros_like(side)
    across = torch.stack([side * cosine, -side * sine * height / width, zero], dim=1)
    down = torch.stack([sine * width / height, cosine, zero], dim=1)
    return F.affine_grid(
        torch.stack([across, down], dim=1), [len(side), 1, height, width], align_corners=False
    )
