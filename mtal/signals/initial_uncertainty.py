"""How unsure the initial prediction of each task is, for the control of the committee.

Pixel entropy for classes, variance under mirroring for values (docs/method.md, section 6.1).
"""

import torch
from torch import Tensor, nn

from mtal.signals.signal import FitContext, PoolBatch, Signal


def measure(module: nn.Module | None, batch: PoolBatch, context: FitContext) -> Tensor:
    """(B, T) in nats or in the task's unit squared."""
    initial, mirrored = batch.initial, batch.mirrored_initial
    uncertainties = [
        task.output_distribution.uncertainty(initial[task.name], mirrored[task.name])
        for task in context.tasks
    ]
    return torch.stack(uncertainties, dim=1)


INITIAL_UNCERTAINTY = Signal(
    "initial_uncertainty",
    "Uncertainty of the initial prediction",
    measure,
    needs_mirrored=True,
    scores=lambda values: {"initial uncertainty": values},
)
