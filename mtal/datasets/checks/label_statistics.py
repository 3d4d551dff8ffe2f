"""What labels hold: facts about one label, and their sums over a set.

What is counted follows from the form of a label.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Literal

import numpy as np
import torch

from mtal.tasks.task import Task

Form = Literal["classes", "yes or no", "amounts", "vectors"]
PER_DECADE, LEAST = 16, -3  # bins of amounts: 16 per factor of ten, from 10^-3 on
BINS = PER_DECADE * 7
DENSITY_BINS = 24  # of the share of yes, over images
FACING = ("right", "left", "down", "up", "away", "the camera")  # +x -x +y -y +z -z


@dataclass(frozen=True)
class LabelFacts:
    """What one label adds to the report; all but `pixels` and `digest` are about valid pixels."""

    pixels: int
    valid: int
    low: float
    high: float
    total: float
    middle: float  # median of amounts, NaN for other forms
    counts: np.ndarray  # int64: per class, per answer, per bin or per direction
    away: float  # share of vectors with z above 0
    direction: np.ndarray  # (3,) sum of vectors, zeros for other forms
    constant: bool  # all valid pixels have one value
    digest: bytes


def form(task: Task) -> Form:
    """The form of a task's labels."""
    if task.classes:
        return "classes"
    if task.label_channels == 3:
        return "vectors"
    return "amounts" if np.issubdtype(task.label_dtype, np.floating) else "yes or no"


def measure(label: np.ndarray, task: Task) -> LabelFacts:
    """Measure one label, (H, W) or (H, W, 3)."""
    channels_first = np.moveaxis(np.atleast_3d(label), -1, 0)
    target = torch.from_numpy(np.ascontiguousarray(channels_first))[None]
    valid = task.valid(target)[0, 0].numpy()
    values, number, kind = label[valid], int(valid.sum()), form(task)
    empty = not number
    return LabelFacts(
        pixels=valid.size,
        valid=number,
        low=np.inf if empty else float(values.min()),
        high=-np.inf if empty else float(values.max()),
        total=0.0 if empty else float(values.mean(dtype=np.float64)) * number,
        middle=float(np.median(values)) if number and kind == "amounts" else np.nan,
        counts=_count(values, kind, len(task.classes)),
        away=float((values[:, 2] > 0).mean()) if number and kind == "vectors" else 0.0,
        direction=values.sum(axis=0, dtype=np.float64) if kind == "vectors" else np.zeros(3),
        constant=bool(number and (values == values[0]).all()),
        digest=blake2b(np.ascontiguousarray(label).tobytes(), digest_size=12).digest(),
    )


def bin_edges() -> np.ndarray:
    """The limits of the bins of amounts, (BINS + 1,); the outer bins count what lies beyond."""
    return 10.0 ** (LEAST + np.arange(BINS + 1) / PER_DECADE)


def summarise(task: Task, facts: Sequence[LabelFacts]) -> dict[str, Any]:
    """Summarise many labels of a task, fit for JSON.

    The keys are the number of labels with a valid pixel, range and mean of values, and what the
    form has to show. Percents are of valid pixels.
    """
    kind = form(task)
    pixels, valid = sum(label.pixels for label in facts), sum(label.valid for label in facts)
    ordered = valid and kind != "vectors"
    no_values = np.zeros((0, task.label_channels))
    counts = _count(no_values, kind, len(task.classes))
    counts = sum((label.counts for label in facts), counts)
    percents = 100 * counts / max(valid, 1)
    details: dict[str, Any] = {"classes": [], "histogram": [], "facing": [], "direction": None}
    if kind == "classes":
        details["classes"] = _class_rows(task, facts, percents)
    elif kind == "amounts":
        details["histogram"] = _histogram_rows(bin_edges(), percents)
    elif kind == "yes or no":
        details["histogram"] = _density_rows(facts)
    else:
        details["facing"] = [
            [name, float(percent)] for name, percent in zip(FACING, percents, strict=True)
        ]
        total = sum((label.direction for label in facts), np.zeros(3))
        details["direction"] = (total / valid).round(4).tolist() if valid else None
    return {
        "labels": sum(label.valid > 0 for label in facts),
        "valid_percent": 100 * valid / pixels if pixels else 0.0,
        "min": min(label.low for label in facts) if ordered else None,
        "max": max(label.high for label in facts) if ordered else None,
        "mean": sum(label.total for label in facts) / valid if ordered else None,
        **details,
    }


def _count(values: np.ndarray, kind: Form, classes: int) -> np.ndarray:
    """Count valid pixels per class, answer, bin or direction, int64."""
    if kind == "classes":
        return np.bincount(values.ravel().astype(np.int64), minlength=classes)
    if kind == "yes or no":
        return np.bincount(values.ravel().astype(np.int64), minlength=2)
    if kind == "amounts":
        decades = np.log10(np.maximum(values.ravel(), 1e-30)) - LEAST
        bins = np.floor(decades * PER_DECADE).clip(0, BINS - 1)
        return np.bincount(bins.astype(np.int64), minlength=BINS)
    if not len(values):
        return np.zeros(len(FACING), np.int64)
    axis = np.abs(values).argmax(axis=1)
    negative = values[np.arange(len(values)), axis] < 0
    return np.bincount(2 * axis + negative, minlength=len(FACING))


def _class_rows(task: Task, facts: Sequence[LabelFacts], percents: np.ndarray) -> list[list[Any]]:
    """Rows of name, percent of valid pixels, percent of the labels that show the class at all."""
    labels = sum((label.counts > 0 for label in facts), np.zeros(len(task.classes), np.int64))
    total = max(1, sum(label.valid > 0 for label in facts))
    return [
        [name, float(percent), 100 * int(number) / total]
        for name, percent, number in zip(task.classes, percents, labels, strict=True)
    ]


def _density_rows(facts: Sequence[LabelFacts]) -> list[list[float]]:
    """Rows of from, to (percent of a label's pixels that say yes), percent of labels."""
    yes = [100 * int(label.counts[1]) / label.valid for label in facts if label.valid]
    if not yes:
        return []
    counts, edges = np.histogram(yes, bins=DENSITY_BINS, range=(0, max(max(yes), 1.0)))
    return _histogram_rows(edges, 100 * counts / len(yes))


def _histogram_rows(edges: np.ndarray, percents: np.ndarray) -> list[list[float]]:
    """Rows of from, to, percent, from the first to the last bin that is not empty."""
    used = np.flatnonzero(percents)
    if not len(used):
        return []
    limits = [float(f"{edge:.4g}") for edge in edges]
    return [
        [limits[index], limits[index + 1], float(percents[index])]
        for index in range(used[0], used[-1] + 1)
    ]
