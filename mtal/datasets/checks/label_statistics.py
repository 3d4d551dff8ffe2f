"""What labels hold: facts about one label, and their sums over a set. What is counted follows from the form of a label."""

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
    """What one label adds to the report; all but `pixels` and `digest` are about its valid pixels."""

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
    """How the values of a task's labels are to be read."""
    if task.classes:
        return "classes"
    if task.label_channels == 3:
        return "vectors"
    return "amounts" if np.issubdtype(task.label_dtype, np.floating) else "yes or no"


def measure(label: np.ndarray, task: Task) -> LabelFacts:
    """Facts about one label, (H, W) or (H, W, 3)."""
    target = torch.from_numpy(np.ascontiguousarray(np.moveaxis(np.atleast_3d(label), -1, 0)))[None]
    valid = task.valid(target)[0, 0].numpy()
    values, number, kind = label[valid], int(valid.sum()), form(task)
    empty = not number
    return LabelFacts(
        valid.size,
        number,
        np.inf if empty else float(values.min()),
        -np.inf if empty else float(values.max()),
        0.0 if empty else float(values.mean(dtype=np.float64)) * number,
        float(np.median(values)) if number and kind == "amounts" else np.nan,
        _counts(values, kind, len(task.classes)),
        float((values[:, 2] > 0).mean()) if number and kind == "vectors" else 0.0,
        values.sum(axis=0, dtype=np.float64) if kind == "vectors" else np.zeros(3),
        bool(number and (values == values[0]).all()),
        blake2b(np.ascontiguousarray(label).tobytes(), digest_size=12).digest(),
    )


def bin_edges() -> np.ndarray:
    """(BINS + 1,) limits of the bins of amounts; what lies beyond counts in the first or the last."""
    return 10.0 ** (LEAST + np.arange(BINS + 1) / PER_DECADE)


def summarise(task: Task, facts: Sequence[LabelFacts]) -> dict[str, Any]:
    """Over many labels, fit for JSON: number of those with a valid pixel, range and mean, and what the form has to show.

    Percents are of valid pixels.
    """
    kind = form(task)
    pixels, valid = sum(one.pixels for one in facts), sum(one.valid for one in facts)
    ordered = valid and kind != "vectors"
    counts = sum(
        (one.counts for one in facts),
        _counts(np.zeros((0, task.label_channels)), kind, len(task.classes)),
    )
    share = 100 * counts / max(valid, 1)
    shown: dict[str, Any] = {"classes": [], "histogram": [], "facing": [], "direction": None}
    if kind == "classes":
        shown["classes"] = _classes(task, facts, share)
    elif kind == "amounts":
        shown["histogram"] = _trimmed(bin_edges(), share)
    elif kind == "yes or no":
        shown["histogram"] = _densities(facts)
    else:
        shown["facing"] = [
            [name, float(percent)] for name, percent in zip(FACING, share, strict=True)
        ]
        total = sum((one.direction for one in facts), np.zeros(3))
        shown["direction"] = (total / valid).round(4).tolist() if valid else None
    return {
        "labels": sum(one.valid > 0 for one in facts),
        "valid_percent": 100 * valid / pixels if pixels else 0.0,
        "min": min(one.low for one in facts) if ordered else None,
        "max": max(one.high for one in facts) if ordered else None,
        "mean": sum(one.total for one in facts) / valid if ordered else None,
        **shown,
    }


def _counts(values: np.ndarray, kind: Form, classes: int) -> np.ndarray:
    if kind == "classes":
        return np.bincount(values.ravel().astype(np.int64), minlength=classes)
    if kind == "yes or no":
        return np.bincount(values.ravel().astype(np.int64), minlength=2)
    if kind == "amounts":
        place = np.floor((np.log10(np.maximum(values.ravel(), 1e-30)) - LEAST) * PER_DECADE)
        return np.bincount(place.clip(0, BINS - 1).astype(np.int64), minlength=BINS)
    if not len(values):
        return np.zeros(len(FACING), np.int64)
    axis = np.abs(values).argmax(axis=1)
    return np.bincount(2 * axis + (values[np.arange(len(values)), axis] < 0), minlength=len(FACING))


def _classes(task: Task, facts: Sequence[LabelFacts], share: np.ndarray) -> list[list[Any]]:
    """Rows of name, percent of valid pixels, percent of the labels that show it at all."""
    shows = sum((one.counts > 0 for one in facts), np.zeros(len(task.classes), np.int64))
    images = max(1, sum(one.valid > 0 for one in facts))
    return [
        [name, float(percent), 100 * int(number) / images]
        for name, percent, number in zip(task.classes, share, shows, strict=True)
    ]


def _densities(facts: Sequence[LabelFacts]) -> list[list[float]]:
    """Rows of from, to (percent of a label's pixels that say yes), percent of labels."""
    yes = [100 * int(one.counts[1]) / one.valid for one in facts if one.valid]
    if not yes:
        return []
    counts, edges = np.histogram(yes, bins=DENSITY_BINS, range=(0, max(max(yes), 1.0)))
    return _trimmed(edges, 100 * counts / len(yes))


def _trimmed(edges: np.ndarray, percents: np.ndarray) -> list[list[float]]:
    """Rows of from, to, percent, from the first to the last bin that is not empty."""
    used = np.flatnonzero(percents)
    return (
        [
            [float(f"{edges[place]:.4g}"), float(f"{edges[place + 1]:.4g}"), float(percents[place])]
            for place in range(used[0], used[-1] + 1)
        ]
        if len(used)
        else []
    )
