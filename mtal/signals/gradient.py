"""Gradient embedding (BADGE, arXiv:1906.03671) of dense tasks: how one step on the network's own guess would change a last layer.

The initial head is a 1x1 convolution of F_k, so the gradient of its weights is slope x feature, averaged over pixels, exactly.
Our choices: the guess is the final prediction, the better of the network's two and free of charge; each task's gradient is
brought to 128 numbers by a random projection, which keeps distances; always the same one, so that cycles can be compared.
"""

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor, nn

from mtal import seeds
from mtal.signals.signal import FitContext, PoolBatch, Signal

PROJECTED = 128  # P


def measure(module: nn.Module | None, seen: PoolBatch, bench: FitContext) -> Tensor:
    """(B, T, P)."""
    rows = []
    for column, task in enumerate(bench.tasks):
        slope = task.belief.slope(seen.initial[task.name], seen.final[task.name])
        gradient = weight_gradient(slope, seen.prediction.features[task.name]).flatten(1)
        with torch.autocast(gradient.device.type, enabled=False):
            rows.append(gradient @ projection(gradient.shape[1], column).to(gradient.device))
    return torch.stack(rows, dim=1)


def weight_gradient(slope: Tensor, features: Tensor) -> Tensor:
    """(B, C, h, w), (B, F, h, w) -> (B, C, F): mean over pixels of slope x feature, the gradient of each image's mean loss."""
    with torch.autocast(slope.device.type, enabled=False):
        pixels = slope[0, 0].numel()
        return slope.flatten(2) @ features.float().flatten(2).transpose(1, 2) / pixels


@lru_cache(maxsize=16)
def projection(inputs: int, column: int) -> Tensor:
    """(inputs, P) Gaussian, such that lengths are kept on average (Johnson and Lindenstrauss 1984)."""
    drawn = np.random.default_rng([seeds.GRADIENT_PROJECTION, column]).standard_normal(
        (inputs, PROJECTED), dtype=np.float32
    )
    return torch.from_numpy(drawn / np.float32(PROJECTED) ** 0.5)


def lengths(found: np.ndarray) -> np.ndarray:
    """(N, T, P) -> (N, T)."""
    return np.asarray(np.linalg.norm(found, axis=2))


GRADIENT = Signal(
    "gradient",
    "Gradient of the last layer",
    measure,
    needs_final=lambda config: True,
    scores=lambda found: {"gradient": lengths(found)},
)
