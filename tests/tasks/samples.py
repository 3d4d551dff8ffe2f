"""Random outputs, labels and perfect outputs for any task, from what it says of its labels."""

import numpy as np
import torch
from torch import Tensor

from mtal.tasks.task import IGNORE, Task


def random_label(
    task: Task, rng: np.random.Generator, height: int = 6, width: int = 8, holes: float = 0.2
) -> np.ndarray:
    """A label with about that share of pixels that count nowhere."""
    shape = (height, width)
    if task.label_channels == 3:
        vectors = rng.normal(size=(*shape, 3)) + 1e-3
        label = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    elif task.label_dtype is np.float32:
        label = rng.uniform(0.5, 9.5, size=shape)
    else:
        label = rng.integers(0, max(2, len(task.classes)), size=shape)
        label[0, :2] = 0, 1  # so that every image shows both
    missing = rng.random(shape) < holes
    missing[0, :2] = False
    label[missing] = task.ignore
    return label.astype(task.label_dtype)


def empty_label(task: Task, height: int = 6, width: int = 8) -> np.ndarray:
    """A label in which no pixel counts."""
    shape = (height, width) if task.label_channels == 1 else (height, width, task.label_channels)
    return np.full(shape, task.ignore, dtype=task.label_dtype)


def stack(*labels: np.ndarray) -> Tensor:
    """Labels -> target (B, 1 or 3, H, W)."""
    return torch.from_numpy(
        np.stack([np.moveaxis(np.atleast_3d(label), -1, 0) for label in labels])
    )


def random_target(
    task: Task, images: int = 3, seed: int = 0, height: int = 6, width: int = 8
) -> Tensor:
    """(B, 1 or 3, H, W)."""
    rng = np.random.default_rng(seed)
    return stack(*[random_label(task, rng, height, width) for _ in range(images)])


def random_output(
    task: Task, images: int = 3, seed: int = 0, height: int = 6, width: int = 8, spread: float = 2.0
) -> Tensor:
    """(B, C, H, W)."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(images, task.channels, height, width, generator=generator) * spread


def perfect_output(task: Task, target: Tensor) -> Tensor:
    """The output that decodes to the target, as sure as can be."""
    if task.label_dtype is np.float32:
        return target.clone()
    ids = target.long().masked_fill(target == IGNORE, 0)
    if not task.classes:
        return ids.float() * 60 - 30
    return torch.zeros(len(ids), task.channels, *ids.shape[2:]).scatter_(1, ids, 30.0)


def at_ignored(task: Task, output: Tensor, target: Tensor, value: float) -> Tensor:
    """The output with `value` added wherever the target counts nowhere."""
    return torch.where(
        task.valid(target),
        output,
        output + value * torch.arange(1, output.shape[1] + 1)[None, :, None, None],
    )
