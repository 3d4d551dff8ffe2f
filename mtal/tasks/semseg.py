"""Semantic segmentation: the class of every pixel."""
from collections.abc import Sequence
from functools import partial

import numpy as np
from torch import Tensor

from mtal.tasks.classes import (
    DISTANCES,
    class_ids,
    class_picture,
    class_problem,
    cross_entropy,
    known,
    mean_iou_percent,
    overlap_counts,
    present_iou_percent,
    probabilities,
)
from mtal.tasks.labels import unchanged
from mtal.tasks.palette import IGNORED, class_colours
from mtal.tasks.task import IGNORE, Metric, Task

ABSENT = "Plain mean over all classes; classes absent from labels and predictions count 0."


def semseg(classes: Sequence[str], *, weight: float = 1.0, note: str = "") -> Task:
    """Cross-entropy and mIoU over `classes`. The note tells what a reader must know to compare the mIoU."""
    if not 2 <= len(classes) <= IGNORE:
        raise ValueError(f"{len(classes)} classes; a class task needs 2 to {IGNORE}, since {IGNORE} marks ignored pixels")
    colours = class_colours(classes)
    return Task(
        name="semseg", title="Semantic segmentation", channels=len(classes),
        label_channels=1, label_dtype=np.uint8, ignore=IGNORE, weight=weight,
        loss=_loss, valid=known,
        metric=Metric("mIoU", unit="%", better="higher", counts=_counts, value=mean_iou_percent,
                      image_value=present_iou_percent, note=f"{ABSENT} {note}".strip()),
        distances=DISTANCES, encode=probabilities, decode=class_ids, adjust=unchanged,
        problem=partial(class_problem, classes=len(classes)),
        colour=partial(class_picture, colours=colours),
        legend=(*zip(classes, colours, strict=True), ("ignored", IGNORED)),
        classes=tuple(classes), enlarge="nearest",
    )


def _loss(output: Tensor, target: Tensor) -> Tensor:
    return cross_entropy(output, target, known(target))


def _counts(output: Tensor, target: Tensor) -> Tensor:
    return overlap_counts(output, target, known(target))
