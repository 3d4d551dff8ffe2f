"""Layers of one image and task: pictures to compare, the numbers behind them, and legends."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from plotly.colors import sequential

from mtal.analysis.numbers import figures
from mtal.runs.store.run_facts import TaskFacts

POOL_SCALE, OWN_SCALE = "whole pool", "this image"
GAP = {POOL_SCALE: "gap", OWN_SCALE: "gapself"}  # scale -> picture
IMAGE, TRUTH = "image", "truth"
TOP = 99  # percentile that is the top of a scale of disagreement
UNLABELLED, UNKNOWN = 255, 65535  # codes of pixels without a class, without a number
STEPS = UNKNOWN - 1  # between the lowest and the highest number
SHARE_SHOWN = 0.005  # classes with a smaller share of the pixels are counted, not named
BAR_PX = 420


@dataclass(frozen=True)
class Layer:
    """One picture of an image and task."""

    id: str  # in the address and among the values, such as `from.depth`
    title: str
    picture: str  # name in `Run.picture`
    blocks: bool  # pixels stay blocks, since nothing finer was measured


def layers(names: Sequence[str], task: str, scale: str, truth: bool) -> list[Layer]:
    """Layers of a task: image, initial, refined by each partner, final, truth, disagreements.

    names: pictures that exist; task: its name; scale: of the disagreements, POOL_SCALE or
    OWN_SCALE; truth: whether to show the labels.
    """
    partners = partners_of(names, task)
    rows = [
        Layer(IMAGE, "image", IMAGE, False),
        Layer("initial", "initial", f"{task}.initial", False),
    ]
    for partner in partners:
        if partner != "final":  # the final prediction is a layer of its own
            picture = f"{task}.from.{partner}"
            rows.append(Layer(f"from.{partner}", f"refined by {partner}", picture, False))
    rows.append(Layer("final", "final", f"{task}.final", False))
    if truth:
        rows.append(Layer(TRUTH, "ground truth", f"{task}.{TRUTH}", False))
    for partner in partners:
        picture = f"{task}.{GAP[scale]}.{partner}"
        rows.append(Layer(f"gap.{partner}", f"disagreement with {partner}", picture, True))
    return [layer for layer in rows if layer.picture in names]


def partners_of(names: Sequence[str], task: str) -> list[str]:
    """Members of a task's committee for which pictures exist."""
    return [name.split(".", 2)[2] for name in names if name.startswith(f"{task}.from.")]


def packed(values: np.ndarray, task: TaskFacts, is_gap: bool) -> dict[str, Any]:
    """Pack a map for the browser: a byte per class, two per number, three per direction.

    values: (h, w) or (h, w, 3); task: of the map; is_gap: a map of disagreement, in its unit.
    Keys: kind, shape, bits, data (base64), and classes, or low, step and unit.
    """
    if values.ndim == 3:
        return _packed_vectors(values)
    if task.classes and not is_gap:
        return _packed_classes(values, task.classes)
    return _packed_numbers(values, task.distance_unit if is_gap else task.value_unit)


def _packed_vectors(values: np.ndarray) -> dict[str, Any]:
    """Pack unit vectors (h, w, 3): each component in 255 steps from -1 to 1."""
    steps = np.rint(np.clip(np.nan_to_num(values), -1, 1) * 127) + 127
    codes = np.where(np.isfinite(values).all(axis=2, keepdims=True), steps, UNLABELLED)
    data = _text(codes.astype(np.uint8))
    return {"kind": "vector", "shape": list(values.shape[:2]), "bits": 8, "data": data}


def _packed_classes(values: np.ndarray, classes: Sequence[str]) -> dict[str, Any]:
    """Pack class numbers (h, w); what is no class counts as unlabelled."""
    is_class = (values >= 0) & (values < min(len(classes), UNLABELLED))
    codes = np.where(is_class, values, UNLABELLED)
    return {
        "kind": "class",
        "shape": list(values.shape),
        "bits": 8,
        "data": _text(codes.astype(np.uint8)),
        "classes": list(classes),
    }


def _packed_numbers(values: np.ndarray, unit: str) -> dict[str, Any]:
    """Pack numbers (h, w) in equal steps from the lowest to the highest."""
    finite = np.isfinite(values)
    low, high = 0.0, 0.0
    if finite.any():
        low, high = float(values[finite].min()), float(values[finite].max())
    step = (high - low) / STEPS or 1.0
    codes = np.where(finite, np.rint((np.where(finite, values, low) - low) / step), UNKNOWN)
    return {
        "kind": "number",
        "shape": list(values.shape),
        "bits": 16,
        "data": _text(codes.astype("<u2")),
        "low": low,
        "step": step,
        "unit": unit,
    }


def values_of(
    maps: Mapping[str, np.ndarray], task: TaskFacts, shown: Sequence[Layer]
) -> dict[str, dict[str, Any]]:
    """Packed values of each layer, by its id; none for the image and where the run stored none."""
    layer_maps = {}
    for layer in shown:
        name = f"{task.name}.{layer.id}"
        if layer.id != IMAGE and name in maps:
            layer_maps[layer.id] = maps[name]
    if TRUTH in layer_maps:
        layer_maps[TRUTH] = _mask_unlabelled(layer_maps[TRUTH], task)
    return {id_: packed(values, task, id_.startswith("gap.")) for id_, values in layer_maps.items()}


def scale_bar(top: float, unit: str, about: str) -> str:
    """HTML colour scale of a disagreement, with numbers at both ends and in the middle."""
    texts = [f"0 {unit}".strip(), figures(top / 2), f"{figures(top)} {unit}".strip() + " or more"]
    return f"<b>{escape(about)}</b>{_bar(sequential.Cividis, texts)}"


def colours(task: TaskFacts, maps: Sequence[np.ndarray] = ()) -> str:
    """HTML legend of a task: a patch per class, or a bar where values have a unit.

    maps: show only the classes in these maps, the most frequent first.
    """
    steps = []
    if task.value_unit:
        steps = [(text, colour) for text, colour in task.legend if text[0].isdigit()]
    chips, rare = [entry for entry in task.legend if entry not in steps], 0
    if task.classes and len(maps):
        numbers = class_shares(maps, len(task.classes))
        shares = {task.classes[number]: share for number, share in numbers.items()}
        chips = [entry for entry in chips if shares.get(entry[0], 0) >= SHARE_SHOWN]
        chips.sort(key=lambda entry: -shares[entry[0]])
        rare = sum(0 < share < SHARE_SHOWN for share in shares.values())
    html = _bar([colour for _, colour in steps], [text for text, _ in steps])
    html += colour_patches(chips)
    if rare:
        html += f"<span>and {rare} more with less than {SHARE_SHOWN:.1%} of the pixels</span>"
    return f'<div style="font-size:.85rem;line-height:1.7;white-space:normal">{html}</div>'


def colour_patches(legend: Sequence[Sequence[str]]) -> str:
    """HTML: a patch of each colour with its text. legend: pairs of text and colour."""
    box = "display:inline-block;width:11px;height:11px;margin-right:4px;border:1px solid #8888"
    patches = []
    for text, colour in legend:
        patch = f'<i aria-hidden="true" style="{box};background:{escape(colour)}"></i>'
        line = 'style="margin-right:12px;white-space:nowrap"'
        patches.append(f"<span {line}>{patch}{escape(text)}</span> ")
    return "".join(patches)


def class_shares(maps: Sequence[np.ndarray], classes: int) -> dict[int, float]:
    """Class number -> mean share (0..1) of the pixels of maps, for classes that occur."""
    shares = []
    for values in maps:
        labelled = values[(values >= 0) & (values < classes)].astype(int)
        shares.append(np.bincount(labelled, minlength=classes) / max(1, values.size))
    means = np.mean(shares, axis=0)
    return {int(number): float(means[number]) for number in np.flatnonzero(means)}


def own_top(gap: np.ndarray) -> float:
    """Top of an image's own scale of disagreement, as the worker drew it."""
    return float(np.percentile(gap.astype(np.float32), TOP)) or 1.0


def _mask_unlabelled(truth: np.ndarray, task: TaskFacts) -> np.ndarray:
    """Set pixels without a label to NaN; classes keep their own code.

    Unlabelled are zero vectors, 0 where values have a unit, and 255 elsewhere.
    """
    if task.classes:
        return truth
    if truth.ndim == 3:
        return np.where((truth == 0).all(axis=2, keepdims=True), np.nan, truth)
    code = 0 if task.value_unit else UNLABELLED
    return np.where(truth == code, np.nan, truth)


def _bar(blend: Sequence[str], texts: Sequence[str]) -> str:
    """HTML: one continuous bar of colours with texts under it; "" without colours."""
    if not blend:
        return ""
    gradient = f"linear-gradient(to right, {escape(', '.join(blend))})"
    labels = "".join(f"<span>{escape(text)}</span>" for text in texts)
    return (
        f'<div style="max-width:{BAR_PX}px">'
        f'<div aria-hidden="true" style="height:11px;border:1px solid #8888;background:{gradient}">'
        f'</div><div style="display:flex;justify-content:space-between">{labels}</div></div>'
    )


def _text(codes: np.ndarray) -> str:
    return b64encode(np.ascontiguousarray(codes).tobytes()).decode("ascii")
