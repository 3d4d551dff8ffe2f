"""Human parts: six groups of body parts and background, as in PASCAL.

Metric: docs/method.md, section 10. Labels: docs/data.md, section 4.
"""

from torch import Tensor

from mtal.tasks.classes import class_task
from mtal.tasks.label_checks import not_ignored
from mtal.tasks.task import Task

PARTS = ("background", "head", "torso", "upper arms", "lower arms", "upper legs", "lower legs")


def human_parts(*, weight: float = 2.0) -> Task:
    """Make the task: cross-entropy and mIoU over seven classes.

    Images without a person count neither in training nor in the metric.
    """
    return class_task(
        "human_parts",
        "Human parts",
        PARTS,
        weight=weight,
        valid=_with_person,
        note="Over six parts and background; images without a person are left out.",
    )


def _with_person(target: Tensor) -> Tensor:
    """(B, 1, H, W) bool: pixels that are not ignored, on images that show a part.

    Where no part is labelled, 0 means that nobody looked (docs/method.md, sections 8.1 and 10).
    """
    visible = ((target != 0) & not_ignored(target)).flatten(1).any(1)
    return not_ignored(target) & visible[:, None, None, None]
