"""Tasks that say yes or no per pixel (edge, saliency): output one logit, label 0 or 1, IGNORE elsewhere. docs/method.md, sections 2 and 8.

A logit x is the two-class output (0, x), so the distances are those of class maps.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mtal.tasks.classes import DISTANCES as CLASS_DISTANCES
from mtal.tasks.label_checks import mean_where, unchanged, wrong_form
from mtal.tasks.output_distribution import Categorical
from mtal.tasks.palette import MISSING, RGB, cividis
from mtal.tasks.resize import enlarge
from mtal.tasks.task import IGNORE, Metric, Task


def known(target: Tensor) -> Tensor:
    """(B, 1, H, W) bool: pixels labelled yes or no."""
    return target != IGNORE


def weighted_cross_entropy(
    output: Tensor, target: Tensor, positive_weight: Tensor | float
) -> Tensor:
    """(B,) mean over known pixels of -w y ln p - (1 - w)(1 - y) ln(1 - p). w a number, or one per image as (B, 1, 1, 1)."""
    positive = target == 1
    surprise = F.binary_cross_entropy_with_logits(
        enlarge(output, target.shape[-2:]), positive.float(), reduction="none"
    )
    return mean_where(
        surprise * torch.where(positive, positive_weight, 1 - positive_weight), known(target)
    )


def probability(output: Tensor) -> Tensor:
    """(B, 1, H, W) sigmoid."""
    return output.float().sigmoid()


def probability_map(output: Tensor) -> Tensor:
    """(B, H, W) sigmoid."""
    return probability(output)[:, 0]


def _of_two_classes(
    pixels: Callable[[Tensor, Tensor], Tensor],
) -> Callable[[Tensor, Tensor], Tensor]:
    def of_logits(reference: Tensor, other: Tensor) -> Tensor:
        return pixels(two_classes(reference), two_classes(other))

    return of_logits


def two_classes(output: Tensor) -> Tensor:
    """(B, 2, H, W) logits whose softmax is (1 - p, p)."""
    return torch.cat([torch.zeros_like(output), output], dim=1)


DISTANCES = tuple(
    replace(distance, pixels=_of_two_classes(distance.pixels)) for distance in CLASS_DISTANCES
)


def binary_problem(label: np.ndarray) -> str:
    """Only 0, 1 and IGNORE may occur."""
    if wrong := wrong_form(label, "integer"):
        return wrong
    bad = label[~np.isin(label, (0, 1, IGNORE))]
    return (
        f"value {bad[0]} occurs ({bad.size} pixels); 0, 1 and {IGNORE} (ignored) are expected"
        if bad.size
        else ""
    )


def binary_picture(value: np.ndarray) -> np.ndarray:
    """(H, W) label or probability -> (H, W, 3): cividis, black where ignored."""
    return np.where((value <= 1)[..., None], cividis(value), np.uint8(0))


def binary_legend(no: str, yes: str) -> tuple[tuple[str, RGB], ...]:
    """Both ends of the scale, its middle, and what black means."""
    colours = [
        (int(red), int(green), int(blue)) for red, green, blue in cividis(np.array([0, 0.5, 1]))
    ]
    return (*zip((no, "undecided", yes), colours, strict=True), ("ignored", MISSING))


def binary_task(
    name: str,
    title: str,
    *,
    weight: float,
    loss: Callable[[Tensor, Tensor], Tensor],
    metric: Metric,
    no: str,
    yes: str,
) -> Task:
    """`no` and `yes`: what 0 and 1 mean, for the legend."""
    return Task(
        name=name,
        title=title,
        channels=1,
        label_channels=1,
        label_dtype=np.uint8,
        ignore=IGNORE,
        weight=weight,
        loss=loss,
        valid=known,
        metric=metric,
        distances=DISTANCES,
        belief=Categorical(IGNORE, silent=1),
        encode=probability,
        decode=probability_map,
        adjust=unchanged,
        problem=binary_problem,
        colour=binary_picture,
        legend=binary_legend(no, yes),
    )
