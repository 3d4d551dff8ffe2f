"""How unsure the final prediction of each task is (RBAL, PartAL; docs/method.md, section 6.1): pixel entropy of chances, flip variance of values."""

import torch
from torch import Tensor, nn

from mtal.signals.signal import FitContext, PoolBatch, Signal


def measure(module: nn.Module | None, seen: PoolBatch, bench: FitContext) -> Tensor:
    """(B, T) in nats or in the task's unit squared."""
    return torch.stack(
        [
            task.belief.uncertainty(seen.final[task.name], seen.mirrored[task.name])
            for task in bench.tasks
        ],
        dim=1,
    )


UNCERTAINTY = Signal(
    "uncertainty",
    "Uncertainty",
    measure,
    needs_final=lambda config: True,
    needs_mirrored=True,
    scores=lambda found: {"uncertainty": found},
)
