"""Human parts: six groups of body parts and background, as in PASCAL (FACTS 5 and 6.3)."""
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

PARTS = ("background", "head", "torso", "upper arms", "lower arms", "upper legs", "lower legs")


def human_parts(*, weight: float = 2.0) -> Task:
    """Cross-entropy and mIoU over seven classes. Images without a person count nowhere, neither in training nor in mIoU."""
    colours = class_colours(PARTS)
    return Task(
        name="human_parts", title="Human parts", channels=len(PARTS),
        label_channels=1, label_dtype=np.uint8, ignore=IGNORE, weight=weight,
        loss=_loss, valid=_with_person,
        metric=Metric("mIoU", unit="%", better="higher", counts=_counts, value=mean_iou_percent,
                      image_value=present_iou_percent,
                      note="Over six parts and background; images without a person are left out."),
        distances=DISTANCES, encode=probabilities, decode=class_ids, adjust=unchanged,
        problem=partial(class_problem, classes=len(PARTS)),
        colour=partial(class_picture, colours=colours),
        legend=(*zip(PARTS, colours, strict=True), ("ignored", IGNORED)),
        classes=PARTS, enlarge="nearest",
    )


def _with_person(target: Tensor) -> Tensor:
    """(B, 1, H, W): known pixels, but none of an image that shows no part: there, 0 means "nobody looked" (FACTS 4.3, 5)."""
    visible = ((target != 0) & known(target)).flatten(1).any(1)
    return known(target) & visible[:, None, None, None]


def _loss(output: Tensor, target: Tensor) -> Tensor:
    return cross_entropy(output, target, _with_person(target))


def _counts(output: Tensor, target: Tensor) -> Tensor:
    return overlap_counts(output, target, _with_person(target))
