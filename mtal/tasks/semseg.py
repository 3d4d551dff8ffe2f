"""Semantic segmentation: the class of every pixel."""

from collections.abc import Sequence

from mtal.tasks.classes import class_task
from mtal.tasks.task import Task

ABSENT = "Plain mean over all classes; classes absent from labels and predictions count 0."


def semseg(classes: Sequence[str], *, weight: float = 1.0, note: str = "") -> Task:
    """Make the task: cross-entropy and mIoU over `classes`.

    note: what else a reader must know to compare the mIoU.
    """
    return class_task(
        "semseg", "Semantic segmentation", classes, weight=weight, note=f"{ABSENT} {note}".strip()
    )
