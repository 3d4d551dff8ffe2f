"""Gradient embedding of dense tasks (BADGE, arXiv:1906.03671): the gradient of a last layer.

The network's own final prediction takes the place of the label. The initial head is a 1x1
convolution of F_k, so the gradient of its weights is exactly the mean over pixels of (gradient of
the loss by the output) x (feature). Our choices: the final prediction as label, which is the better
of the network's two; each task's gradient is brought to 128 numbers by a random projection, which
keeps distances, and is always the same, so that cycles can be compared.
"""

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor, nn

from mtal import seeds
from mtal.signals.signal import FitContext, PoolBatch, Signal

PROJECTED = 128  # P


def measure(module: nn.Module | None, batch: PoolBatch, context: FitContext) -> Tensor:
    """(B, T, P)."""
    embeddings = []
    for column, task in enumerate(context.tasks):
        initial, final = batch.initial[task.name], batch.final[task.name]
        loss_gradient = task.output_distribution.loss_gradient(initial, final)
        features = batch.prediction.features[task.name]
        gradient = weight_gradient(loss_gradient, features).flatten(1)
        with torch.autocast(gradient.device.type, enabled=False):
            matrix = projection(gradient.shape[1], column).to(gradient.device)
            embeddings.append(gradient @ matrix)
    return torch.stack(embeddings, dim=1)


def weight_gradient(loss_gradient: Tensor, features: Tensor) -> Tensor:
    """(B, C, h, w), (B, F, h, w) -> (B, C, F), the gradient of each image's mean loss.

    It is the mean over pixels of loss_gradient x feature.
    """
    with torch.autocast(loss_gradient.device.type, enabled=False):
        pixels = loss_gradient[0, 0].numel()
        return loss_gradient.flatten(2) @ features.float().flatten(2).transpose(1, 2) / pixels


@lru_cache(maxsize=16)
def projection(inputs: int, column: int) -> Tensor:
    """(inputs, P) Gaussian matrix that keeps lengths on average (Johnson, Lindenstrauss 1984)."""
    drawn = np.random.default_rng([seeds.GRADIENT_PROJECTION, column]).standard_normal(
        (inputs, PROJECTED), dtype=np.float32
    )
    return torch.from_numpy(drawn / np.float32(PROJECTED) ** 0.5)


def lengths(values: np.ndarray) -> np.ndarray:
    """(N, T, P) -> (N, T)."""
    return np.asarray(np.linalg.norm(values, axis=2))


GRADIENT = Signal(
    "gradient",
    "Gradient of the last layer",
    measure,
    needs_final=lambda config: True,
    scores=lambda values: {"gradient": lengths(values)},
)
