"""How much the final prediction of each task changes when the image is mirrored (EquAL, arXiv:2008.01860; docs/method.md, section 6.1)."""

import torch
from torch import Tensor, nn

from mtal.signals.signal import FitContext, PoolBatch, Signal


def measure(module: nn.Module | None, seen: PoolBatch, bench: FitContext) -> Tensor:
    """(B, T) sums over pixels; values whose entropy is differential can be negative."""
    return torch.stack(
        [
            task.belief.equivariance(seen.final[task.name], seen.mirrored[task.name])
            for task in bench.tasks
        ],
        dim=1,
    )


EQUIVARIANCE = Signal(
    "equivariance",
    "Change when mirrored",
    measure,
    needs_final=lambda config: True,
    needs_mirrored=True,
    scores=lambda found: {"equivariance": found},
)
