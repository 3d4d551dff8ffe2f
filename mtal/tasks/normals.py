"""Surface normals: unit vectors in image axes, x right, y down; a zero vector marks no normal.

Formulas: docs/method.md, sections 8 and 10.
"""

import math

import numpy as np
import torch
from torch import Tensor

from mtal.tasks.label_checks import mean_where, not_finite, wrong_form
from mtal.tasks.output_distribution import Continuous
from mtal.tasks.palette import MISSING, RGB
from mtal.tasks.resize import enlarge
from mtal.tasks.task import Distance, Metric, Task, Warp

RULE = "normals must have length 1; the zero vector marks unknown pixels"
LENGTH_TOLERANCE = 1e-2  # labels may be this far from unit length


def normals(*, weight: float = 10.0) -> Task:
    """Make the task: L1 between unit vectors, mean angle in degrees."""
    return Task(
        name="normals",
        title="Surface normals",
        channels=3,
        label_channels=3,
        label_dtype=np.float32,
        ignore=0,
        weight=weight,
        loss=_loss,
        valid=_present,
        metric=Metric(
            "mErr",
            unit="°",
            better="lower",
            counts=_angle_counts,
            value=_mean_angle,
            note="Mean angle over all valid pixels of the set.",
        ),
        distances=(Distance("angle", "Angle", "°", angle_deg),),
        output_distribution=Continuous(unit_vectors),
        encode=unit_vectors,
        encode_target=unit_vectors,
        correct=_turned_towards,
        decode=_vectors_last,
        adjust=_turned,
        problem=_problem,
        colour=_picture,
        legend=_LEGEND,
    )


def unit_vectors(output: Tensor) -> Tensor:
    """(B, 3, H, W) divided by its L2 norm + 1e-12 (docs/method.md, section 8.1).

    The zero vector stays zero and passes no gradient on.
    """
    vectors = output.float()
    # Three times faster than the norm over an outer axis.
    squared = vectors.square().sum(dim=1, keepdim=True)
    present = squared > 0
    length = torch.where(present, squared, 1).sqrt()
    # At exactly 0 the formula's gradient is 1e12: one such pixel would ruin the optimiser's state.
    return torch.where(present, vectors, vectors.detach()) / (length + 1e-12)


def _turned_towards(output: Tensor, correction: Tensor) -> Tensor:
    """(B, 3, H, W) output + its length x correction, so that the length changes nothing.

    Exactly the output where the correction is 0.
    """
    length = output.square().sum(dim=1, keepdim=True).sqrt()
    return output + length * correction


def angle_deg(reference: Tensor, other: Tensor) -> Tensor:
    """(B, H, W) angle between two maps of vectors, (B, 3, H, W) of any length, in degrees.

    2 atan2(|a - b|, |a + b|) of unit vectors is exact near 0° and 180°, where acos(a . b) loses
    half of its digits.
    """
    a, b = unit_vectors(reference), unit_vectors(other)
    apart, together = (vectors.square().sum(dim=1).sqrt() for vectors in (a - b, a + b))
    return torch.rad2deg(2 * torch.atan2(apart, together))


def _present(target: Tensor) -> Tensor:
    return (target != 0).any(dim=1, keepdim=True)


def _loss(output: Tensor, target: Tensor) -> Tensor:
    """(B,) mean |unit output - target| over the valid elements, three per pixel."""
    predicted = unit_vectors(enlarge(output, target.shape[-2:]))
    return mean_where((predicted - target).abs(), _present(target))


def _angle_counts(output: Tensor, target: Tensor) -> Tensor:
    """(B, 2) float64: sum of angles in degrees, number of valid pixels."""
    valid = _present(target)[:, 0]
    angles = angle_deg(output, target).double().masked_fill(~valid, 0)
    return torch.stack([angles.flatten(1).sum(1), valid.flatten(1).sum(1).double()], dim=1)


def _mean_angle(counts: Tensor) -> float:
    total, pixels = counts.tolist()
    return total / pixels if pixels else math.nan


def _vectors_last(output: Tensor) -> Tensor:
    """(B, H, W, 3)."""
    return unit_vectors(output).permute(0, 2, 3, 1)


def _turned(target: Tensor, warp: Warp) -> Tensor:
    """Negate x of mirrored images, then turn (x, y) counter-clockwise on screen by the angle.

    Mirroring comes first, as in docs/method.md, section 8.4. y points down, hence the signs:
    right (1, 0) turned by 90° is up (0, -1).
    """
    sign = 1 - 2 * warp.mirrored.to(target)
    cosine, sine = (turn.to(target)[:, None, None] for turn in (warp.angle.cos(), warp.angle.sin()))
    x, y, z = target[:, 0] * sign[:, None, None], target[:, 1], target[:, 2]
    return torch.stack([x * cosine + y * sine, y * cosine - x * sine, z], dim=1)


def _problem(label: np.ndarray) -> str:
    if problem := wrong_form(label, "float", channels=3):
        return problem
    if problem := not_finite(label):
        return f"{problem}; {RULE}"
    length = np.linalg.norm(label.astype(np.float32), axis=-1)
    bad = (np.abs(length - 1) > LENGTH_TOLERANCE) & (length > 0)
    if not bad.any():
        return ""
    return (
        f"{np.count_nonzero(bad)} normals are neither of unit length nor zero "
        f"(one has length {length[bad][0]:.3g}); {RULE}"
    )


def _picture(value: np.ndarray) -> np.ndarray:
    """(H, W, 3) vectors -> (n + 1) / 2 as red, green and blue; black where there is no normal."""
    shade = np.rint((np.nan_to_num(value).clip(-1, 1) + 1) / 2 * 255).astype(np.uint8)
    return np.where((value != 0).any(axis=-1, keepdims=True), shade, np.uint8(0))


def _shade(x: int, y: int, z: int) -> RGB:
    red, green, blue = _picture(np.array([[[x, y, z]]], dtype=np.float32))[0, 0].tolist()
    return red, green, blue


_LEGEND = (
    ("faces right", _shade(1, 0, 0)),
    ("left", _shade(-1, 0, 0)),
    ("up", _shade(0, -1, 0)),
    ("down", _shade(0, 1, 0)),
    ("the camera", _shade(0, 0, -1)),
    ("no normal", MISSING),
)
