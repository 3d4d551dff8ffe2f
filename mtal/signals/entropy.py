"""Mean pixel entropy of the final class chances, the oldest measure of uncertainty."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mtal.signals.signal import FitContext, PoolBatch, Signal
from mtal.tasks.task import Task


def measure(module: nn.Module | None, seen: PoolBatch, bench: FitContext) -> Tensor:
    """(B, T) in nats; 0 for tasks without classes."""
    return torch.stack([task.belief.entropy(seen.final[task.name]) for task in bench.tasks], dim=1)


def refuses_without_classes(tasks: Sequence[Task]) -> str:
    """Chances are needed."""
    return (
        ""
        if any(task.belief.has_classes for task in tasks)
        else "it looks at chances of classes, and no task has classes"
    )


ENTROPY = Signal(
    "entropy",
    "Entropy",
    measure,
    needs_final=lambda config: True,
    refuses=refuses_without_classes,
    scores=lambda found: {"entropy": found},
)
