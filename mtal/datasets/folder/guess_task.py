"""What the values of labels may mean: the task that they suit, and its lines in tasks.yaml."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mtal.config import dump_yaml
from mtal.datasets.folder.guess_sampling import LabelSample
from mtal.tasks.task import IGNORE

THIN = 0.7  # thinness from which a mask shows lines, not areas
EXTREME = 0.8  # share of black and white from which a grey picture is a soft mask
MOST_CLASSES = 150  # more values than that are hardly classes
ROUND_M = (1, 2, 5, 10, 20, 50, 80, 100, 200, 500, 1000)
FLIP_HINT = "y points down, so floors have y < 0; visible surfaces have z < 0"


@dataclass(frozen=True)
class Guess:
    """What tasks.yaml says about a folder of labels."""

    task: str  # "" if the folder is left out
    folder: str
    suffix: str
    reason: str
    lines: tuple[str, ...] = ()  # further keys of the task


@dataclass(frozen=True)
class TaskGuess:
    """How a task is recognised, and how its keys are guessed."""

    suits: Callable[[LabelSample], bool]  # whether the values can be labels of the task
    # Sample, class names from a file (or none) -> reason, lines of tasks.yaml.
    keys: Callable[[LabelSample, Sequence[str]], tuple[str, list[str]]]


def yaml_text(text: str) -> str:
    """A text as any YAML reader reads it back, quoted where it must be."""
    plain = re.fullmatch(r"[A-Za-z][\w ./-]*[\w.]|[A-Za-z]", text)
    return text if plain and dump_yaml([text]).strip() == f"[{text}]" else _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def suits(task: str, sample: LabelSample) -> bool:
    """Whether the values can be labels of a task at all."""
    return TASK_GUESSES[task].suits(sample)


def task_of_values(sample: LabelSample) -> str:
    """The task that the values look like; "" if none does.

    Seven values or fewer are taken as classes, though they could be human parts as well.
    """
    binary = _is_binary(sample)
    candidates = (
        ("normals", _is_vectors(sample)),
        ("edge", binary and sample.thinness > THIN),
        ("saliency", binary),
        ("depth", _is_depth(sample)),
        ("semseg", _is_classes(sample) and len(sample.values) <= MOST_CLASSES),
    )
    return next((task for task, fits in candidates if fits), "")


def guess_keys(
    task: str, sample: LabelSample, by_name: bool, classes: Sequence[str]
) -> tuple[str, tuple[str, ...]]:
    """The reason for a task and further lines of tasks.yaml.

    by_name: whether the folder is named after the task; classes: names from a file, or none.
    """
    reason, lines = TASK_GUESSES[task].keys(sample, classes)
    source = "by its name" if by_name else "by its values"
    return f"{source}; {sample.kind}, {reason}", tuple(lines)


def _is_vectors(sample: LabelSample) -> bool:
    return sample.vectors is not None


def _is_depth(sample: LabelSample) -> bool:
    if sample.channels != 1 or not sample.pixels.size:
        return False
    if sample.pixels.min() < 0 or _is_binary(sample):
        return False
    fractions = "float" in sample.kind and not sample.values
    return fractions or bool(sample.deep and sample.pixels.max() > 255)


def _is_binary(sample: LabelSample) -> bool:
    """0 and 1, 0 and 255, or mostly black and white."""
    if sample.channels != 1 or not sample.values or min(sample.values) < 0:
        return False
    if set(sample.values) <= {0, 1, 255}:
        return True
    high = max(sample.values)
    extremes = sample.values.get(0, 0) + sample.values.get(high, 0)
    return high in (255, 65535) and extremes > EXTREME and len(sample.values) > 20


def _is_classes(sample: LabelSample) -> bool:
    if not 0 < len(sample.values) <= IGNORE + 1 or min(sample.values) < 0:
        return False
    return sample.channels == 3 or max(sample.values) <= 65535


def _is_parts(sample: LabelSample) -> bool:
    values = set(sample.values)
    return sample.channels == 1 and bool(values) and values <= {*range(7), IGNORE}


def _class_keys(sample: LabelSample, names: Sequence[str]) -> tuple[str, list[str]]:
    if sample.channels == 3:
        return _colour_keys(sample)
    used = [value for value in sample.values if value != IGNORE]
    last = max(used, default=1)
    if 2 * len(used) < last + 1 and last > 20 and not names:
        return _sparse_class_keys(sample, used)
    low = min(used, default=0)
    reason = f"values {low} to {last} in {sample.files} files"
    if IGNORE in sample.values:
        reason += f", {IGNORE} is ignored"
    if names:
        first = 1 if last == len(names) else 0
        why_first = f"{len(names)} names in classes.txt for values up to {last}"
    else:
        first = 1 if low > 0 else 0
        why_first = "0 does not occur"
    classes = names or [f"class_{value}" for value in range(first, max(last, first + 1) + 1)]
    lines = ["classes:"]
    for value, name in enumerate(classes, first):
        lines.append(f"  - {yaml_text(name)}   # {value}: {_percent(sample.values.get(value, 0))}")
    if first:
        return reason, [f"first: 1   # {why_first}, so 0 is taken as unlabelled", *lines]
    if IGNORE not in sample.values and 0 in sample.values:
        reason += ". If 0 means unlabelled, write `first: 1`"
        if not names:
            reason += " and delete the first name"
    return reason, lines


def _sparse_class_keys(sample: LabelSample, used: Sequence[int]) -> tuple[str, list[str]]:
    """A table of values where less than half of the numbers up to the largest occur."""
    lines = [f"  {value}: class_{value}   # {_percent(sample.values[value])}" for value in used]
    reason = (
        f"values {_list_values(used)} in {sample.files} files: the numbers between are taken to "
        f"mean nothing"
    )
    return reason, ["values:", *lines]


def _colour_keys(sample: LabelSample) -> tuple[str, list[str]]:
    codes = sorted(sample.values, key=lambda code: -sample.values[code])
    lines = [
        f'  class_{index}: "#{code:06x}"   # {_percent(sample.values[code])}'
        for index, code in enumerate(codes)
    ]
    reason = (
        f"{len(codes)} colours in {sample.files} files: give them their names, and put those that "
        f'mean unlabelled under `ignore`, such as ignore: ["#000000"]'
    )
    return reason, ["colours:", *lines]


def _depth_keys(sample: LabelSample, names: Sequence[str]) -> tuple[str, list[str]]:
    top = 65535 if "16-bit" in sample.kind else None
    measured = sample.pixels[(sample.pixels > 0) & (sample.pixels != top)]
    median, mean, far = 0.0, 2.8, 10.0
    if measured.size:
        median = float(np.median(measured))
    scale = 0.001 if median > 100 else 1
    if measured.size:
        mean = float(measured.mean()) * scale
        far = float(np.quantile(measured, 0.99)) * scale
    end = next((limit for limit in ROUND_M if far <= limit), ROUND_M[-1])
    lines = [
        f"scale: {scale}",
        f"far_m: {end}   # end of the colour scale",
        f"typical_m: {mean:.2g}   # mean of these files",
    ]
    if top is not None and (sample.pixels == top).any():
        lines.append(f"ignore: [{top}]   # the largest number, taken as not measured")
    unit = "metres"
    if scale < 1:
        unit = (
            "millimetres; 0.0002 (5000 per metre) and 0.00390625 (256 per metre) are other customs"
        )
    return f"median {median:.4g}: taken as {unit}", lines


def _normal_keys(sample: LabelSample, names: Sequence[str]) -> tuple[str, list[str]]:
    assert sample.vectors is not None
    _, y, z, height = sample.vectors.T
    floor_y = y[height > 0.67].mean()
    to_camera = 100 * (z < 0).mean()
    reason = f"{to_camera:.0f} % have z < 0, and y is {floor_y:.2f} on average in the lower third"
    flips = []
    if floor_y > 0.2:  # the lower part of a picture is mostly floor, which faces up: y < 0
        flips.append("y")
    if (z > 0).mean() > 0.8:  # visible surfaces face the camera: z < 0
        flips.append("z")
    if not flips:
        return reason, []
    return reason, [f"flip: [{', '.join(flips)}]   # expected: {FLIP_HINT}"]


def _mask_keys(sample: LabelSample, names: Sequence[str]) -> tuple[str, list[str]]:
    shape = "lines" if sample.thinness > THIN else "areas"
    reason = f"{100 * sample.thinness:.0f} % of its pixels lie on a border: {shape}"
    if sample.values:
        reason = f"values {_list_values(list(sample.values))}, {reason}"
    ambiguous = {1, IGNORE} <= set(sample.values) and len(sample.values) <= 3
    return reason, ["ignore: [255]"] if ambiguous else []


def _part_keys(sample: LabelSample, names: Sequence[str]) -> tuple[str, list[str]]:
    return f"values {_list_values(list(sample.values))}", []


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %"


def _list_values(values: Sequence[int]) -> str:
    texts = [str(value) for value in values]
    return ", ".join(texts) if len(texts) < 9 else f"{', '.join(texts[:6])} to {texts[-1]}"


TASK_GUESSES = {
    "semseg": TaskGuess(_is_classes, _class_keys),
    "depth": TaskGuess(_is_depth, _depth_keys),
    "normals": TaskGuess(_is_vectors, _normal_keys),
    "edge": TaskGuess(_is_binary, _mask_keys),
    "saliency": TaskGuess(_is_binary, _mask_keys),
    "human_parts": TaskGuess(_is_parts, _part_keys),
}
