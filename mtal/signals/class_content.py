"""What an image holds, by the initial heads at their finest scale: the share of each class. For people; no strategy needs it."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mtal.signals.signal import FitContext, PoolBatch, Signal
from mtal.tasks.task import Task


def measure(module: nn.Module | None, seen: PoolBatch, bench: FitContext) -> Tensor:
    """(B, sum of the tasks' classes) shares, in the order of `titles`; each task's add up to 1."""
    heads = seen.prediction.initial[0]
    return torch.cat(
        [task.shares(heads[task.name]) for task in bench.tasks if task.shares is not None], dim=1
    )


def titles(tasks: Sequence[Task]) -> list[str]:
    """`<task>/<class>`; a class whose name occurred before in its task is told apart by its number."""
    return [
        f"{task.name}/{title}{f' ({number})' if title in task.classes[:number] else ''}"
        for task in tasks
        if task.shares is not None
        for number, title in enumerate(task.classes)
    ]


CONTENT = Signal(
    "content",
    "Class content",
    measure,
    refuses=lambda tasks: "" if titles(tasks) else "it counts classes, and no task has classes",
)
