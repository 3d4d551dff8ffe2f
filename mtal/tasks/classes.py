"""Tasks that give each pixel one of C classes (semseg, human_parts), and their parts.

Labels are class ids 0..C-1, IGNORE elsewhere. Distances compare the softmax maps P and Q of two
outputs. Formulas: docs/method.md, sections 2, 8 and 10.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mtal.tasks.cross_entropy import cross_entropy
from mtal.tasks.label_checks import not_ignored, unchanged, wrong_form
from mtal.tasks.output_distribution import Categorical
from mtal.tasks.palette import IGNORED, RGB, class_colours
from mtal.tasks.task import IGNORE, Distance, Metric, Task


def overlap_counts(output: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """(B, C, 3) float64: true positives, false positives, false negatives per class."""
    B, C = output.shape[:2]
    image = torch.arange(B, device=output.device)[:, None, None]
    cell = (image * C + target[:, 0].long()) * C + output.argmax(1)  # (B, H, W)
    counts = torch.bincount(cell[valid[:, 0]], minlength=B * C * C)
    confusion = counts.reshape(B, C, C).double()  # rows: true class
    hit = confusion.diagonal(dim1=1, dim2=2)
    return torch.stack([hit, confusion.sum(1) - hit, confusion.sum(2) - hit], dim=-1)


def mean_iou_percent(counts: Tensor) -> float:
    """Mean over all classes, where absent ones count 0 (docs/method.md, section 10).

    counts: (C, 3) of `overlap_counts`, summed over images. NaN if no pixel was counted.
    """
    union = counts.sum(-1)
    return float((counts[:, 0] / union.clamp(min=1e-8)).mean()) * 100 if union.any() else math.nan


def present_iou_percent(counts: Tensor) -> float:
    """Mean over the classes in the label or prediction of one image; NaN if there are none.

    Absent classes say nothing about a single image. counts: (C, 3) of `overlap_counts`.
    """
    union = counts.sum(-1)
    return float((counts[:, 0] / union)[union > 0].mean()) * 100 if union.any() else math.nan


def jensen_shannon(reference: Tensor, other: Tensor) -> Tensor:
    """(B, H, W) Jensen-Shannon divergence of P and Q in nats, between 0 and ln 2.

    With d = ln Q - ln P and M = (P + Q) / 2, ln(P / M) is ln 2 - softplus(d) and ln(Q / M) is that
    plus d: exactly 0 for equal outputs, and finite where a probability vanishes.
    """
    log_p, log_q = F.log_softmax(reference.float(), 1), F.log_softmax(other.float(), 1)
    gap = (log_q - log_p).clamp_(-30, 30)  # beyond, the smaller probability weighs nothing: e^-30
    above = math.log(2) - F.softplus(gap)
    p, q = log_p.exp(), log_q.exp()
    return ((p + q) * above + q * gap).sum(1).mul(0.5).clamp(min=0)


def cross_entropy_between(reference: Tensor, other: Tensor) -> Tensor:
    """(B, H, W) -sum Q ln P in nats, P the reference.

    Not symmetric, and 0 for equal outputs only if they are certain.
    """
    return -(F.softmax(other.float(), 1) * F.log_softmax(reference.float(), 1)).sum(1)


def total_variation(reference: Tensor, other: Tensor) -> Tensor:
    """(B, H, W) half the sum of |P - Q|: the probability that would have to move, 0..1."""
    return (F.softmax(reference.float(), 1) - F.softmax(other.float(), 1)).abs().sum(1).mul(0.5)


def changed(reference: Tensor, other: Tensor) -> Tensor:
    """(B, H, W) 1 where the most likely class differs, else 0."""
    return (reference.argmax(1) != other.argmax(1)).float()


DISTANCES = (
    Distance("js", "Jensen-Shannon divergence", "nats", jensen_shannon),
    Distance("ce", "Cross-entropy", "nats", cross_entropy_between),
    Distance("tv", "Total variation", "", total_variation),
    Distance("changed", "Changed pixels", "", changed),
)


def probabilities(output: Tensor) -> Tensor:
    """(B, C, H, W) softmax."""
    return F.softmax(output.float(), 1)


def one_hot(target: Tensor, classes: int) -> Tensor:
    """(B, 1, H, W) ids -> (B, classes, H, W) float32: 1 for the class of the pixel; ignored: 0."""
    ids = torch.arange(classes, device=target.device)[:, None, None]
    return (target == ids).float()


def class_ids(output: Tensor) -> Tensor:
    """(B, H, W) uint8."""
    return output.argmax(1).to(torch.uint8)


def class_shares(output: Tensor) -> Tensor:
    """(B, C) float32: the share of the pixels for which each class is the most likely."""
    ids = output.argmax(1).flatten(1)
    counts = torch.zeros(output.shape[:2], device=output.device)
    return counts.scatter_add_(1, ids, torch.ones_like(ids, dtype=counts.dtype)) / ids.shape[1]


def class_problem(label: np.ndarray, classes: int) -> str:
    """Say what is wrong with a label, "" if nothing. Ids must be below `classes`, or IGNORE."""
    if problem := wrong_form(label, "integer"):
        return problem
    bad = label[((label < 0) | (label >= classes)) & (label != IGNORE)]
    if not bad.size:
        return ""
    return (
        f"class {bad[0]} occurs ({bad.size} pixels are out of range); "
        f"classes go from 0 to {classes - 1}, {IGNORE} is ignored"
    )


def class_picture(label: np.ndarray, colours: tuple[RGB, ...]) -> np.ndarray:
    """(H, W) ids -> (H, W, 3) uint8; ids without a colour are grey."""
    table = np.array([*colours, *[IGNORED] * (256 - len(colours))], dtype=np.uint8)
    return table[label]


def class_task(
    name: str,
    title: str,
    classes: Sequence[str],
    *,
    weight: float,
    note: str,
    valid: Callable[[Tensor], Tensor] = not_ignored,
) -> Task:
    """Make a task with cross-entropy and mIoU over `classes`.

    name, title, weight: as in Task; note: of the metric; valid: target -> (B, 1, H, W) bool, the
    pixels that count. ValueError for fewer than 2 or more than 255 classes.
    """
    if not 2 <= len(classes) <= IGNORE:
        raise ValueError(
            f"{len(classes)} classes; a class task needs 2 to {IGNORE}, "
            f"since {IGNORE} marks ignored pixels"
        )
    colours = class_colours(classes)
    return Task(
        name=name,
        title=title,
        channels=len(classes),
        label_channels=1,
        label_dtype=np.uint8,
        ignore=IGNORE,
        weight=weight,
        loss=lambda output, target: cross_entropy(output, target, valid(target)),
        valid=valid,
        metric=Metric(
            "mIoU",
            unit="%",
            better="higher",
            value=mean_iou_percent,
            image_value=present_iou_percent,
            note=note,
            counts=lambda output, target: overlap_counts(output, target, valid(target)),
        ),
        distances=DISTANCES,
        output_distribution=Categorical(IGNORE),
        encode=probabilities,
        encode_target=partial(one_hot, classes=len(classes)),
        decode=class_ids,
        adjust=unchanged,
        problem=partial(class_problem, classes=len(classes)),
        colour=partial(class_picture, colours=colours),
        legend=(*zip(classes, colours, strict=True), ("ignored", IGNORED)),
        classes=tuple(classes),
        shares=class_shares,
        enlarge="nearest",
        loss_unit="nats",
    )
