"""What the labels of several tasks share: their form, averages over pixels that count, moving without changing value."""

from typing import Literal

import numpy as np
from torch import Tensor

from mtal.tasks.task import Warp


def mean_where(values: Tensor, valid: Tensor) -> Tensor:
    """(B,) mean of each image's `values` (B, C, H, W) over its valid pixels (B, 1, H, W), C elements each; 0 where none is."""
    total = values.masked_fill(~valid, 0).flatten(1).sum(1)
    return total / (valid.flatten(1).sum(1) * values.shape[1]).clamp(min=1)


def unchanged(target: Tensor, warp: Warp) -> Tensor:
    """Values that mean the same wherever the pixel has gone."""
    return target


def wrong_form(label: np.ndarray, kind: Literal["integer", "float"], channels: int = 1) -> str:
    """What is wrong with dtype or shape, "" if nothing."""
    if label.dtype.kind not in {"integer": "ui", "float": "f"}[kind]:
        return f"values are {label.dtype}, {'whole numbers' if kind == 'integer' else 'floating-point numbers'} are expected"
    fits = label.ndim == 2 if channels == 1 else label.ndim == 3 and label.shape[2] == channels
    if not fits or label.size == 0:
        return f"shape is {label.shape}, height x width{'' if channels == 1 else f' x {channels}'} is expected"
    return ""


def not_finite(label: np.ndarray) -> str:
    """How many values are NaN or infinite, "" if none."""
    bad = int(np.count_nonzero(~np.isfinite(label)))
    return f"{bad} values are NaN or infinite" if bad else ""
