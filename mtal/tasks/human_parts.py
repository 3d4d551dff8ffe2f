"""Human parts: six groups of body parts and background, as in PASCAL (docs/method.md, section 10; docs/data.md, section 4)."""

from torch import Tensor

from mtal.tasks.classes import class_task, known
from mtal.tasks.task import Task

PARTS = ("background", "head", "torso", "upper arms", "lower arms", "upper legs", "lower legs")


def human_parts(*, weight: float = 2.0) -> Task:
    """Cross-entropy and mIoU over seven classes. Images without a person count nowhere, neither in training nor in mIoU."""
    return class_task(
        "human_parts",
        "Human parts",
        PARTS,
        weight=weight,
        valid=_with_person,
        note="Over six parts and background; images without a person are left out.",
    )


def _with_person(target: Tensor) -> Tensor:
    """(B, 1, H, W): known pixels, but none of an image that shows no part: there, 0 means "nobody looked" (docs/method.md, sections 8.1 and 10)."""
    visible = ((target != 0) & known(target)).flatten(1).any(1)
    return known(target) & visible[:, None, None, None]
