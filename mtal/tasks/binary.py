"""Tasks that say yes or no per pixel (edge, saliency): one logit; label 0 or 1, IGNORE elsewhere.

A logit x is the two-class output (0, x), so the distances are those of class maps. Formulas:
docs/method.md, sections 2 and 8.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mtal.tasks.classes import DISTANCES as CLASS_DISTANCES
from mtal.tasks.label_checks import mean_where, not_ignored, unchanged, wrong_form
from mtal.tasks.output_distribution import Categorical
from mtal.tasks.palette import MISSING, RGB, cividis
from mtal.tasks.resize import enlarge
from mtal.tasks.task import IGNORE, Metric, Task


def weighted_cross_entropy(output: Tensor, target: Tensor, positive_weight: float) -> Tensor:
    """(B,) mean of -w y ln p - (1 - w)(1 - y) ln(1 - p) over the pixels that are not ignored.

    positive_weight: w.
    """
    positive = target == 1
    losses = F.binary_cross_entropy_with_logits(
        enlarge(output, target.shape[-2:]), positive.float(), reduction="none"
    )
    weights = torch.where(positive, positive_weight, 1 - positive_weight)
    return mean_where(losses * weights, not_ignored(target))


def probability(output: Tensor) -> Tensor:
    """(B, 1, H, W) sigmoid."""
    return output.float().sigmoid()


def certain(target: Tensor) -> Tensor:
    """(B, 1, H, W) float32: probability 1 where the label says yes, 0 elsewhere."""
    return (target == 1).float()


def probability_map(output: Tensor) -> Tensor:
    """(B, H, W) sigmoid."""
    return probability(output)[:, 0]


def two_classes(output: Tensor) -> Tensor:
    """(B, 2, H, W) logits whose softmax is (1 - p, p)."""
    return torch.cat([torch.zeros_like(output), output], dim=1)


def _of_two_classes(
    pixels: Callable[[Tensor, Tensor], Tensor],
) -> Callable[[Tensor, Tensor], Tensor]:
    """Make a distance of class maps one of single logits."""

    def of_logits(reference: Tensor, other: Tensor) -> Tensor:
        return pixels(two_classes(reference), two_classes(other))

    return of_logits


DISTANCES = tuple(
    replace(distance, pixels=_of_two_classes(distance.pixels)) for distance in CLASS_DISTANCES
)


def binary_problem(label: np.ndarray) -> str:
    """Say what is wrong with a label, "" if nothing. Only 0, 1 and IGNORE may occur."""
    if problem := wrong_form(label, "integer"):
        return problem
    bad = label[~np.isin(label, (0, 1, IGNORE))]
    if not bad.size:
        return ""
    return f"value {bad[0]} occurs ({bad.size} pixels); 0, 1 and {IGNORE} (ignored) are expected"


def binary_picture(value: np.ndarray) -> np.ndarray:
    """(H, W) label or probability -> (H, W, 3): cividis, black where ignored."""
    return np.where((value <= 1)[..., None], cividis(value), np.uint8(0))


def binary_legend(no: str, yes: str) -> tuple[tuple[str, RGB], ...]:
    """List both ends of the scale, its middle, and black."""
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
    """Make a task of one logit per pixel.

    name, title, weight, loss, metric: as in Task; no, yes: what 0 and 1 mean, for the legend.
    """
    return Task(
        name=name,
        title=title,
        channels=1,
        label_channels=1,
        label_dtype=np.uint8,
        ignore=IGNORE,
        weight=weight,
        loss=loss,
        valid=not_ignored,
        metric=metric,
        distances=DISTANCES,
        output_distribution=Categorical(IGNORE, silent=1),
        encode=probability,
        encode_target=certain,
        decode=probability_map,
        adjust=unchanged,
        problem=binary_problem,
        colour=binary_picture,
        legend=binary_legend(no, yes),
        loss_unit="nats",
    )
