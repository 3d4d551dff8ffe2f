"""How little the most likely class is ahead of the next one in the final chances, averaged over pixels (Scheffer et al. 2001)."""

import torch
from torch import Tensor, nn

from mtal.signals.entropy import refuses_without_classes
from mtal.signals.signal import FitContext, PoolBatch, Signal


def measure(module: nn.Module | None, seen: PoolBatch, bench: FitContext) -> Tensor:
    """(B, T) of 1 - (best - second best), between 0 and 1; 0 for tasks without classes."""
    return torch.stack([task.belief.margin(seen.final[task.name]) for task in bench.tasks], dim=1)


MARGIN = Signal(
    "margin",
    "Margin",
    measure,
    needs_final=lambda config: True,
    refuses=refuses_without_classes,
    scores=lambda found: {"margin": found},
)
