"""Balance: losses weighted by what a set of labels holds (docs/method.md, section 8.1).

The network learns with constants of what is labelled, and is measured with constants of the
validation split, so that the losses of all cycles and strategies can be compared.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from mtal.datasets.resized import Resized
from mtal.tasks.task import Balance, Task

MOST_LABELS = 64  # that are in memory at once


def balanced(tasks: Sequence[Task], data: Resized, labelled: np.ndarray) -> tuple[Task, ...]:
    """Balance the losses that ask for it by some labels of a split.

    labelled: (N, T) bool over the split and `tasks`, the labels to read.
    """
    return tuple(
        replace(task, loss=task.balance.loss(_counts(task, task.balance, data, column)))
        if task.balance and column.any()
        else task
        for task, column in zip(tasks, labelled.T, strict=True)
    )


def _counts(task: Task, balance: Balance, data: Resized, labelled: np.ndarray) -> Tensor:
    """Sum the statistics of the labels. labelled: (N,) bool."""
    images = np.flatnonzero(labelled)
    parts = [
        balance.counts(data.targets(images[start : start + MOST_LABELS], task)).sum(0)
        for start in range(0, len(images), MOST_LABELS)
    ]
    return torch.stack(parts).sum(0)
