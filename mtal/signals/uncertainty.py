"""How unsure the final prediction of each task is, for RBAL and PartAL.

Pixel entropy for classes, variance under mirroring for values (docs/method.md, section 6.1).
"""

import torch
from torch import Tensor, nn

from mtal.signals.signal import FitContext, PoolBatch, Signal


def measure(module: nn.Module | None, batch: PoolBatch, context: FitContext) -> Tensor:
    """(B, T) in nats or in the task's unit squared."""
    uncertainties = [
        task.output_distribution.uncertainty(batch.final[task.name], batch.mirrored[task.name])
        for task in context.tasks
    ]
    return torch.stack(uncertainties, dim=1)


UNCERTAINTY = Signal(
    "uncertainty",
    "Uncertainty",
    measure,
    needs_final=lambda config: True,
    needs_mirrored=True,
    scores=lambda values: {"uncertainty": values},
)
