"""Depth: distance from the camera in metres; 0 marks a pixel without measurement.

Formulas: docs/method.md, sections 8 and 10.
"""

import math
from functools import partial

import numpy as np
import torch
from torch import Tensor

from mtal.tasks.label_checks import mean_where, not_finite, wrong_form
from mtal.tasks.output_distribution import Continuous
from mtal.tasks.palette import MISSING, RGB, plasma
from mtal.tasks.resize import enlarge
from mtal.tasks.task import Distance, Metric, Task, Warp

NEAR_M = 0.5  # where the colour scale begins
ROUND_M = (1, 2, 3, 5, 10, 20, 50, 100)  # depths that a legend names
MOST_M = 1000.0  # labels beyond are millimetres or worse


def depth(*, weight: float = 1.0, far_m: float = 10.0, typical_m: float = 2.8) -> Task:
    """Make the task: L1 and RMSE in metres.

    far_m: end of the colour scale, which begins at NEAR_M. The scale is fixed, so that maps can be
    compared, and logarithmic, since most of a room lies in its nearest third, where a metre matters
    more. typical_m: mean of the training labels; it brings the input of a pairwise block to the
    size of the other tasks (docs/method.md, section 7.3; 2.8 m for NYU).
    """
    return Task(
        name="depth",
        title="Depth",
        channels=1,
        label_channels=1,
        label_dtype=np.float32,
        ignore=0,
        weight=weight,
        loss=_loss,
        valid=_measured,
        metric=Metric(
            "RMSE",
            unit="m",
            better="lower",
            counts=_squared_error,
            value=_root_mean,
            note="Pooled over all measured pixels, so not a mean of the images' values.",
        ),
        distances=(Distance("metres", "Absolute difference", "m", _difference),),
        output_distribution=Continuous(_metres_map),
        encode=partial(_in_typical_depths, typical_m=typical_m),
        encode_target=partial(_in_typical_depths, typical_m=typical_m),
        decode=_metres,
        adjust=_zoomed,
        problem=_problem,
        colour=partial(_near_bright, far_m=far_m),
        legend=_legend(far_m),
        unit="m",
        loss_unit="m",
    )


def _measured(target: Tensor) -> Tensor:
    return target > 0


def _loss(output: Tensor, target: Tensor) -> Tensor:
    """(B,) mean |output - target| over measured pixels, in metres."""
    return mean_where((enlarge(output, target.shape[-2:]) - target).abs(), _measured(target))


def _squared_error(output: Tensor, target: Tensor) -> Tensor:
    """(B, 2) float64: sum of squared errors in m², number of measured pixels.

    Predictions are at least 1e-9 m (docs/method.md, section 10).
    """
    valid = _measured(target)
    squared = (output.double().clamp(min=1e-9) - target).square().masked_fill(~valid, 0)
    return torch.stack([squared.flatten(1).sum(1), valid.flatten(1).sum(1).double()], dim=1)


def _root_mean(counts: Tensor) -> float:
    total, pixels = counts.tolist()
    return math.sqrt(total / pixels) if pixels else math.nan


def _difference(reference: Tensor, other: Tensor) -> Tensor:
    """(B, H, W) in metres: relative differences did not rank images (docs/method.md, section 2)."""
    return (reference.float() - other.float()).abs()[:, 0]


def _in_typical_depths(output: Tensor, typical_m: float) -> Tensor:
    return output.float() / typical_m


def _metres_map(output: Tensor) -> Tensor:
    """(B, 1, H, W) at least 1e-9 m, as for the metric: 0 would mean that nothing was measured."""
    return output.float().clamp(min=1e-9)


def _metres(output: Tensor) -> Tensor:
    """(B, H, W)."""
    return _metres_map(output)[:, 0]


def _zoomed(target: Tensor, warp: Warp) -> Tensor:
    """Divide depths by the zoom: enlarging a picture is coming closer."""
    return target / warp.zoom.to(target)[:, None, None, None]


def _problem(label: np.ndarray) -> str:
    if problem := wrong_form(label, "float") or not_finite(label):
        return problem
    if label.min() < 0:
        return (
            f"depth goes down to {label.min():g} m; it must not be negative, "
            f"0 marks pixels without measurement"
        )
    if label.max() > MOST_M:
        return f"depth reaches {label.max():g} m; metres are expected, is it in millimetres?"
    return ""


def _near_bright(value: np.ndarray, far_m: float) -> np.ndarray:
    """(H, W) metres -> (H, W, 3): yellow up to NEAR_M, dark violet from `far_m` on, 0 m black."""
    share = np.log(np.clip(value, NEAR_M, None) / NEAR_M) / math.log(far_m / NEAR_M)
    return np.where((value > 0)[..., None], plasma(1 - share), np.uint8(0))


def _legend(far_m: float) -> tuple[tuple[str, RGB], ...]:
    between = [depth_m for depth_m in ROUND_M if NEAR_M < depth_m < far_m]
    depths_m = np.array([NEAR_M, *between, far_m])
    colours = [
        (int(red), int(green), int(blue))
        for red, green, blue in _near_bright(depths_m[None], far_m)[0]
    ]
    texts = [
        f"{NEAR_M:g} m or less",
        *[f"{depth_m:g} m" for depth_m in between],
        f"{far_m:g} m or more",
    ]
    return (*zip(texts, colours, strict=True), ("not measured", MISSING))
