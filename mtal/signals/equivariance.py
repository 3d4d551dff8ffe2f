"""How much the final prediction of each task changes when the image is mirrored.

EquAL, arXiv:2008.01860; docs/method.md, section 6.1.
"""

import torch
from torch import Tensor, nn

from mtal.signals.signal import FitContext, PoolBatch, Signal


def measure(module: nn.Module | None, batch: PoolBatch, context: FitContext) -> Tensor:
    """(B, T) sums over pixels; of continuous values, a differential entropy can be negative."""
    entropies = [
        task.output_distribution.equivariance(batch.final[task.name], batch.mirrored[task.name])
        for task in context.tasks
    ]
    return torch.stack(entropies, dim=1)


EQUIVARIANCE = Signal(
    "equivariance",
    "Change when mirrored",
    measure,
    needs_final=lambda config: True,
    needs_mirrored=True,
    scores=lambda values: {"equivariance": values},
)
