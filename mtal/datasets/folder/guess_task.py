"""What the values of labels may mean: which task they suit, and the lines of tasks.yaml that come of it, with reasons."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import yaml

from mtal.datasets.folder.guess_sampling import Look
from mtal.tasks.task import IGNORE

THIN = 0.7  # lines, not areas: most of their pixels have another kind beside them
EXTREME = 0.8  # share of black and white from which a grey picture is a soft mask
MOST_CLASSES = 150  # more values than that are hardly classes
ROUND_M = (1, 2, 5, 10, 20, 50, 80, 100, 200, 500, 1000)


@dataclass(frozen=True)
class Guess:
    """What is written about a folder of labels."""

    task: str  # "" if it is left out
    folder: str
    suffix: str
    why: str
    lines: tuple[str, ...] = ()  # further keys of the task


def quoted(text: str) -> str:
    """A text as YAML reads it back."""
    plain = re.fullmatch(r"[A-Za-z][\w ./-]*[\w.]|[A-Za-z]", text) and yaml.safe_load(text) == text
    return text if plain else json.dumps(text, ensure_ascii=False)


def suits(task: str, look: Look) -> bool:
    """Whether the values can be labels of a task at all."""
    return SUITS[task](look)


def by_content(look: Look) -> str:
    """The task that the values look like; "" if none does. Seven values or fewer could be human parts, too."""
    binary = _is_binary(look)
    order = (
        ("normals", _is_vectors(look)),
        ("edge", binary and look.thin > THIN),
        ("saliency", binary),
        ("depth", _is_depth(look)),
        ("semseg", _is_classes(look) and len(look.values) <= MOST_CLASSES),
    )
    return next((task for task, fits in order if fits), "")


def written(
    task: str, folder: str, suffix: str, look: Look, named: bool, classes: Sequence[str]
) -> Guess:
    """The guess about a folder whose task is known. `classes`: names that a file gives, or none."""
    why, lines = KEYS[task](look, classes)
    return Guess(
        task,
        folder,
        suffix,
        f"{'by its name' if named else 'by its values'}; {look.kind}, {why}",
        tuple(lines),
    )


def _is_vectors(look: Look) -> bool:
    return look.vectors is not None


def _is_depth(look: Look) -> bool:
    if look.channels != 1 or not look.pixels.size or look.pixels.min() < 0 or _is_binary(look):
        return False
    return bool(look.deep and look.pixels.max() > 255) or ("float" in look.kind and not look.values)


def _is_binary(look: Look) -> bool:
    """0 and 1, 0 and 255, or mostly black and white."""
    if look.channels != 1 or not look.values or min(look.values) < 0:
        return False
    high = max(look.values)
    extremes = look.values.get(0, 0) + look.values.get(high, 0)
    return set(look.values) <= {0, 1, 255} or (
        high in (255, 65535) and extremes > EXTREME and len(look.values) > 20
    )


def _is_classes(look: Look) -> bool:
    most = IGNORE + 1
    return (
        0 < len(look.values) <= most
        and min(look.values) >= 0
        and (look.channels == 3 or max(look.values) <= 65535)
    )


def _is_parts(look: Look) -> bool:
    return look.channels == 1 and bool(look.values) and set(look.values) <= {*range(7), IGNORE}


def _class_lines(look: Look, names: Sequence[str]) -> tuple[str, list[str]]:
    if look.channels == 3:
        return _colour_lines(look)
    used = [value for value in look.values if value != IGNORE]
    last = max(used, default=1)
    if 2 * len(used) < last + 1 and last > 20 and not names:
        lines = [f"  {value}: class_{value}   # {_percent(look.values[value])}" for value in used]
        return (
            f"values {_some(used)} in {look.files} files: the numbers between are taken to mean nothing",
            ["values:", *lines],
        )
    first = int(last == len(names)) if names else int(min(used, default=0) > 0)
    given = bool(names)
    names = names or [f"class_{value}" for value in range(first, max(last, first + 1) + 1)]
    reason = f"values {min(used, default=0)} to {last} in {look.files} files{f', {IGNORE} is ignored' * (IGNORE in look.values)}"
    lines = [
        "classes:",
        *(
            f"  - {quoted(name)}   # {first + index}: {_percent(look.values.get(first + index, 0))}"
            for index, name in enumerate(names)
        ),
    ]
    if first:
        why = (
            f"{len(names)} names in classes.txt for values up to {last}"
            if last == len(names)
            else "0 does not occur"
        )
        return reason, [f"first: 1   # {why}, so 0 is taken as unlabelled", *lines]
    hint = ". If 0 means unlabelled, write `first: 1`" + (
        "" if given else " and delete the first name"
    )
    return reason + (hint if IGNORE not in look.values and 0 in look.values else ""), lines


def _colour_lines(look: Look) -> tuple[str, list[str]]:
    order = sorted(look.values, key=lambda code: -look.values[code])
    lines = [
        f'  class_{index}: "#{code:06x}"   # {_percent(look.values[code])}'
        for index, code in enumerate(order)
    ]
    return (
        f"{len(order)} colours in {look.files} files: give them their names, and put those that mean unlabelled under "
        f'`ignore`, such as ignore: ["#000000"]'
    ), ["colours:", *lines]


def _depth_lines(look: Look, names: Sequence[str]) -> tuple[str, list[str]]:
    top = 65535 if "16-bit" in look.kind else None
    known = look.pixels[(look.pixels > 0) & (look.pixels != top)]
    middle = float(np.median(known)) if known.size else 0.0
    scale = 0.001 if middle > 100 else 1
    mean, far = (
        (float(known.mean()) * scale, float(np.quantile(known, 0.99)) * scale)
        if known.size
        else (2.8, 10.0)
    )
    end = next((step for step in ROUND_M if far <= step), ROUND_M[-1])
    lines = [
        f"scale: {scale}",
        f"far_m: {end}   # end of the colour scale",
        f"typical_m: {mean:.2g}   # mean of these files",
    ]
    if top is not None and (look.pixels == top).any():
        lines.append(f"ignore: [{top}]   # the largest number, taken as not measured")
    taken = (
        "millimetres; 0.0002 (5000 per metre) and 0.00390625 (256 per metre) are other customs"
        if scale < 1
        else "metres"
    )
    return f"median {middle:.4g}: taken as {taken}", lines


def _normal_lines(look: Look, names: Sequence[str]) -> tuple[str, list[str]]:
    assert look.vectors is not None
    _, y, z, row = look.vectors.T
    flips = (
        ["y"] if y[row > 0.67].mean() > 0.2 else []
    )  # what lies low in a picture is mostly floor, which faces up: y < 0
    flips += ["z"] if (z > 0).mean() > 0.8 else []  # what is seen faces the camera: z < 0
    reason = f"{100 * (z < 0).mean():.0f} % have z < 0, and y is {y[row > 0.67].mean():.2f} on average in the lower third"
    return reason, [
        f"flip: [{', '.join(flips)}]   # expected: y points down, so floors have y < 0; visible surfaces have z < 0"
    ] if flips else []


def _binary_lines(look: Look, names: Sequence[str]) -> tuple[str, list[str]]:
    areas = f"{100 * look.thin:.0f} % of its pixels lie on a border: {'lines' if look.thin > THIN else 'areas'}"
    unclear = {1, IGNORE} <= set(look.values) and len(look.values) <= 3
    return (f"values {_some(list(look.values))}, {areas}" if look.values else areas), [
        "ignore: [255]"
    ] if unclear else []


def _part_lines(look: Look, names: Sequence[str]) -> tuple[str, list[str]]:
    return f"values {_some(list(look.values))}", []


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %"


def _some(values: Sequence[int]) -> str:
    texts = [str(value) for value in values]
    return ", ".join(texts) if len(texts) < 9 else f"{', '.join(texts[:6])} to {texts[-1]}"


SUITS: dict[str, Callable[[Look], bool]] = {
    "semseg": _is_classes,
    "depth": _is_depth,
    "normals": _is_vectors,
    "edge": _is_binary,
    "saliency": _is_binary,
    "human_parts": _is_parts,
}
KEYS: dict[str, Callable[[Look, Sequence[str]], tuple[str, list[str]]]] = {
    "semseg": _class_lines,
    "depth": _depth_lines,
    "normals": _normal_lines,
    "edge": _binary_lines,
    "saliency": _binary_lines,
    "human_parts": _part_lines,
}
