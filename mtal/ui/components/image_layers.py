"""The pictures of one image and task that can be laid over each other, the numbers behind them, and their legends. Pure."""

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
GAP = {POOL_SCALE: "gap", OWN_SCALE: "gapself"}  # which picture belongs to which scale
IMAGE, TRUTH = "image", "truth"
TOP = 99  # percentile that is the top of a scale of disagreement
UNLABELLED, NOT_KNOWN = 255, 65535  # codes of pixels without a class, without a number
STEPS = NOT_KNOWN - 1  # so finely are numbers told apart between the lowest and the highest
SHARE_SHOWN = 0.005  # classes with a smaller share of the pixels are counted, not named
BAR_PX = 420


@dataclass(frozen=True)
class Layer:
    """One picture. `id`: in the address and among the values, such as `from.depth`; `picture`: its name in `Run.picture`."""

    id: str
    title: str
    picture: str
    blocks: bool  # whether its pixels stay blocks, since nothing finer was measured


def layers(names: Sequence[str], task: str, scale: str, truth: bool) -> list[Layer]:
    """Of one task, in the order of reading: image, initial, refined by each partner, final, truth, disagreements.

    `names`: of the pictures that there are; `truth`: whether the labels may be seen.
    """
    partners = partners_of(names, task)
    found = [
        Layer(IMAGE, "image", IMAGE, False),
        Layer("initial", "initial", f"{task}.initial", False),
        *(
            Layer(f"from.{partner}", f"refined by {partner}", f"{task}.from.{partner}", False)
            for partner in partners
            if partner != "final"
        ),  # it is the final prediction itself
        Layer("final", "final", f"{task}.final", False),
    ]
    found += [Layer(TRUTH, "ground truth", f"{task}.{TRUTH}", False)] if truth else []
    found += [
        Layer(
            f"gap.{partner}", f"disagreement with {partner}", f"{task}.{GAP[scale]}.{partner}", True
        )
        for partner in partners
    ]
    return [layer for layer in found if layer.picture in names]


def partners_of(names: Sequence[str], task: str) -> list[str]:
    """The members of a task's committee that pictures were drawn of."""
    return [name.split(".", 2)[2] for name in names if name.startswith(f"{task}.from.")]


def packed(values: np.ndarray, task: TaskFacts, is_gap: bool) -> dict[str, Any]:
    """Values of a map for the browser: a byte per class, two per number between the lowest and the highest, three per direction.

    values (h, w) or (h, w, 3). Keys: kind, shape, bits, data (base64), and classes, or low, step and unit.
    """
    shape = list(values.shape[:2])
    if values.ndim == 3:
        parts = np.rint(np.clip(np.nan_to_num(values), -1, 1) * 127) + 127
        codes = np.where(np.isfinite(values).all(axis=2, keepdims=True), parts, UNLABELLED)
        return {"kind": "vector", "shape": shape, "bits": 8, "data": _text(codes.astype(np.uint8))}
    if task.classes and not is_gap:
        codes = np.where(
            (values >= 0) & (values < min(len(task.classes), UNLABELLED)), values, UNLABELLED
        )
        return {
            "kind": "class",
            "shape": shape,
            "bits": 8,
            "data": _text(codes.astype(np.uint8)),
            "classes": list(task.classes),
        }
    known = np.isfinite(values)
    low, high = (
        (float(values[known].min()), float(values[known].max())) if known.any() else (0.0, 0.0)
    )
    step = (high - low) / STEPS or 1.0
    codes = np.where(known, np.rint((np.where(known, values, low) - low) / step), NOT_KNOWN)
    return {
        "kind": "number",
        "shape": shape,
        "bits": 16,
        "data": _text(codes.astype("<u2")),
        "low": low,
        "step": step,
        "unit": task.distance_unit if is_gap else task.value_unit,
    }


def values_of(
    maps: Mapping[str, np.ndarray], task: TaskFacts, shown: Sequence[Layer]
) -> dict[str, dict[str, Any]]:
    """What can be read off each layer; none for the image itself and where the run stored no values."""
    names = {layer.id: f"{task.name}.{layer.id}" for layer in shown if layer.id != IMAGE}
    found = {id_: maps[name] for id_, name in names.items() if name in maps}
    if TRUTH in found:
        found[TRUTH] = _measured(found[TRUTH], task)
    return {id_: packed(values, task, id_.startswith("gap.")) for id_, values in found.items()}


def scale_bar(top: float, unit: str, about: str) -> str:
    """HTML: what the colours of a disagreement mean, with numbers at both ends and in the middle."""
    texts = [f"0 {unit}".strip(), figures(top / 2), f"{figures(top)} {unit}".strip() + " or more"]
    return f"<b>{escape(about)}</b>{_bar(sequential.Cividis, texts)}"


def colours(task: TaskFacts, maps: Sequence[np.ndarray] = ()) -> str:
    """HTML: a patch per colour, of the classes in these maps only, the most frequent first; a bar where values have a unit."""
    steps = [
        (text, colour) for text, colour in task.legend if task.value_unit and text[0].isdigit()
    ]
    chips, rest = [entry for entry in task.legend if entry not in steps], 0
    if task.classes and len(maps):
        shares = class_shares(maps, len(task.classes))
        told = {task.classes[number]: share for number, share in shares.items()}
        chips = sorted(
            (entry for entry in chips if told.get(entry[0], 0) >= SHARE_SHOWN),
            key=lambda entry: -told[entry[0]],
        )
        rest = sum(0 < share < SHARE_SHOWN for share in shares.values())
    patch = "display:inline-block;width:11px;height:11px;margin-right:4px;border:1px solid #8888;background:"
    patches = "".join(
        f'<span style="margin-right:12px;white-space:nowrap"><i aria-hidden="true" style="{patch}{escape(colour)}">'
        f"</i>{escape(text)}</span> "
        for text, colour in chips
    )
    more = (
        f"<span>and {rest} more with less than {SHARE_SHOWN:.1%} of the pixels</span>"
        if rest
        else ""
    )
    bar = _bar([colour for _, colour in steps], [text for text, _ in steps])
    return f'<div style="font-size:.85rem;line-height:1.7;white-space:normal">{bar}{patches}{more}</div>'


def class_shares(maps: Sequence[np.ndarray], classes: int) -> dict[int, float]:
    """Class number -> mean share (0..1) of the pixels of these maps, for the classes that occur in any."""
    counts = np.mean(
        [
            np.bincount(values[(values >= 0) & (values < classes)].astype(int), minlength=classes)
            / max(1, values.size)
            for values in maps
        ],
        axis=0,
    )
    return {int(number): float(counts[number]) for number in np.flatnonzero(counts)}


def own_top(gap: np.ndarray) -> float:
    """Top of an image's own scale of disagreement, as the worker takes it."""
    return float(np.percentile(gap.astype(np.float32), TOP)) or 1.0


def _measured(truth: np.ndarray, task: TaskFacts) -> np.ndarray:
    """Pixels without a label become NaN: the zero vector, 0 where values have a unit, 255; classes have their own code."""
    if task.classes:
        return truth
    if truth.ndim == 3:
        return np.where((truth == 0).all(axis=2, keepdims=True), np.nan, truth)
    return np.where(truth == (0 if task.value_unit else UNLABELLED), np.nan, truth)


def _bar(blend: Sequence[str], texts: Sequence[str]) -> str:
    """HTML: one continuous bar of colours with texts under it; "" without colours."""
    if not blend:
        return ""
    return (
        f'<div style="max-width:{BAR_PX}px"><div aria-hidden="true" style="height:11px;border:1px solid #8888;'
        f'background:linear-gradient(to right, {escape(", ".join(blend))})"></div>'
        f'<div style="display:flex;justify-content:space-between">{"".join(f"<span>{escape(text)}</span>" for text in texts)}'
        "</div></div>"
    )


def _text(codes: np.ndarray) -> str:
    return b64encode(np.ascontiguousarray(codes).tobytes()).decode("ascii")
