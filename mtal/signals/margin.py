"""How little the most likely class is ahead of the second, averaged over the final prediction.

Scheffer et al. 2001; docs/method.md, section 6.1.
"""

import torch
from torch import Tensor, nn

from mtal.signals.entropy import refuses_without_classes
from mtal.signals.signal import FitContext, PoolBatch, Signal


def measure(module: nn.Module | None, batch: PoolBatch, context: FitContext) -> Tensor:
    """(B, T) of 1 - (highest probability - second), 0..1; 0 for tasks without classes."""
    margins = [task.output_distribution.margin(batch.final[task.name]) for task in context.tasks]
    return torch.stack(margins, dim=1)


MARGIN = Signal(
    "margin",
    "Margin",
    measure,
    needs_final=lambda config: True,
    refuses=refuses_without_classes,
    scores=lambda values: {"margin": values},
)
