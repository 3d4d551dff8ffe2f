"""Labels of several tasks: which pixels count, means over them, and whether their form is right."""

from typing import Literal

import numpy as np
from torch import Tensor

from mtal.tasks.task import IGNORE, Warp


def not_ignored(target: Tensor) -> Tensor:
    """(B, 1, H, W) bool: pixels of class labels that count."""
    return target != IGNORE


def mean_where(values: Tensor, valid: Tensor) -> Tensor:
    """(B,) mean of each image's values over its valid pixels; 0 where there are none.

    values: (B, C, H, W), all C of a pixel count; valid: (B, 1, H, W) bool.
    """
    total = values.masked_fill(~valid, 0).flatten(1).sum(1)
    return total / (valid.flatten(1).sum(1) * values.shape[1]).clamp(min=1)


def unchanged(target: Tensor, warp: Warp) -> Tensor:
    """Return the target: its values mean the same wherever a pixel moved."""
    return target


def wrong_form(label: np.ndarray, kind: Literal["integer", "float"], channels: int = 1) -> str:
    """Say what is wrong with dtype or shape, "" if nothing."""
    if label.dtype.kind not in {"integer": "ui", "float": "f"}[kind]:
        expected = {"integer": "whole numbers", "float": "floating-point numbers"}[kind]
        return f"values are {label.dtype}, {expected} are expected"
    if channels == 1:
        fits, expected = label.ndim == 2, "height x width"
    else:
        fits = label.ndim == 3 and label.shape[2] == channels
        expected = f"height x width x {channels}"
    if not fits or label.size == 0:
        return f"shape is {label.shape}, {expected} is expected"
    return ""


def not_finite(label: np.ndarray) -> str:
    """Say how many values are NaN or infinite, "" if none."""
    bad = int(np.count_nonzero(~np.isfinite(label)))
    return f"{bad} values are NaN or infinite" if bad else ""
