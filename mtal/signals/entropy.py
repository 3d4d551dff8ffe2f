"""Mean pixel entropy of the final class probabilities, the oldest measure of uncertainty."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mtal.signals.signal import FitContext, PoolBatch, Signal
from mtal.tasks.task import Task


def measure(module: nn.Module | None, batch: PoolBatch, context: FitContext) -> Tensor:
    """(B, T) in nats; 0 for tasks without classes."""
    entropies = [task.output_distribution.entropy(batch.final[task.name]) for task in context.tasks]
    return torch.stack(entropies, dim=1)


def refuses_without_classes(tasks: Sequence[Task]) -> str:
    """Say why it cannot be measured, "" if it can: class probabilities are needed."""
    if any(task.output_distribution.has_classes for task in tasks):
        return ""
    return "it looks at probabilities of classes, and no task has classes"


ENTROPY = Signal(
    "entropy",
    "Entropy",
    measure,
    needs_final=lambda config: True,
    refuses=refuses_without_classes,
    scores=lambda values: {"entropy": values},
)
