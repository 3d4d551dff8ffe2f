"""Class content: the share of each class in an image, by the initial heads at their finest scale.

It is shown to people; no strategy needs it.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mtal.signals.signal import FitContext, PoolBatch, Signal
from mtal.tasks.task import Task


def measure(module: nn.Module | None, batch: PoolBatch, context: FitContext) -> Tensor:
    """(B, sum of the tasks' classes) shares, in the order of `titles`; those of a task sum to 1."""
    outputs = batch.prediction.initial[0]
    shares = [task.shares(outputs[task.name]) for task in context.tasks if task.shares is not None]
    return torch.cat(shares, dim=1)


def titles(tasks: Sequence[Task]) -> list[str]:
    """List `<task>/<class>`; a class title that the task had before gets its number behind it."""
    rows = []
    for task in tasks:
        if task.shares is None:
            continue
        for number, title in enumerate(task.classes):
            repeated = title in task.classes[:number]
            rows.append(f"{task.name}/{title} ({number})" if repeated else f"{task.name}/{title}")
    return rows


def refuses(tasks: Sequence[Task]) -> str:
    """Say why it cannot be measured, "" if it can: it needs a task with classes."""
    return "" if titles(tasks) else "it counts classes, and no task has classes"


CONTENT = Signal("content", "Class content", measure, refuses=refuses)
