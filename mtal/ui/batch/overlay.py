"""Overlay of the images of a batch: a task's prediction, ground truth or disagreement.

The choice stands in the address.
"""

from dataclasses import dataclass
from functools import partial
from html import escape

import streamlit as st

from mtal.runs.store.run import Run
from mtal.runs.store.run_facts import TaskFacts
from mtal.ui import inputs, loaders
from mtal.ui.components.image_layers import colours, scale_bar

PAGE = "batch"
OVER = "over"  # in the address; without it, or "none", nothing is laid over
MASK, GAP = "prediction", "disagreement"
LAYERS = {"final": "final", "initial": "initial", "truth": "ground truth"}
MANY = 12  # legends longer than this are folded away
OPACITY = 50  # percent
BOX = partial(st.selectbox, width=200)


@dataclass(frozen=True)
class Overlay:
    """A picture laid over an image."""

    name: str  # of the picture, as in `Run.picture`; "" for none
    task: TaskFacts | None
    opacity: int  # percent
    title: str
    top: float | None = None  # upper end of the scale of a disagreement, in its task's unit


def choose_overlay(run: Run, cycle: int) -> Overlay:
    """Draw the buttons (keys O, D and 1 to 9) and the settings of the overlay that they chose."""
    evidence = loaders.evidence(run, cycle)
    names = set(evidence.get("pictures", ()))
    kinds = []
    if any(".final" in name for name in names):
        kinds.append(MASK)
    if any(".gap." in name for name in names):
        kinds.append(GAP)
    tasks = [task for task in run.tasks if f"{task.name}.final" in names]
    if not kinds or not tasks:
        return Overlay("", None, OPACITY, "")
    over = st.query_params.get(OVER, "")
    if over not in kinds:
        over = ""
    asked_task = st.query_params.get("task")
    task = next((task for task in tasks if task.name == asked_task), tasks[0])
    with st.container(horizontal=True, vertical_alignment="bottom", key="batch.overlay"):
        _buttons(kinds, over, tasks, task)
        if not over:
            return Overlay("", task, OPACITY, "")
        name, title = _mask(task, names) if over == MASK else _gap(task, names)
        opacity = _opacity()
    top = evidence["scales"].get(task.name) if over == GAP else None
    return Overlay(name, task, opacity, title, top)


def show_legend(overlay: Overlay) -> None:
    """Explain the colours of the overlay."""
    if not overlay.name or overlay.task is None:
        return
    title = escape(overlay.title)
    if overlay.top is not None:
        html = scale_bar(overlay.top, overlay.task.distance_unit, overlay.title)
    elif len(overlay.task.legend) > MANY:
        html = (
            f"<details><summary><b>{title}</b>: colours</summary>{colours(overlay.task)}</details>"
        )
    else:
        html = f"<b>{title}</b>{colours(overlay.task)}"
    st.html(f'<div style="font-size:.85rem">{html}</div>')


def _buttons(kinds: list[str], over: str, tasks: list[TaskFacts], task: TaskFacts) -> None:
    for kind, key in ((MASK, "o"), (GAP, "d")):
        if kind in kinds:
            st.button(
                kind.capitalize(),
                key=f"batch.over.{kind}",
                shortcut=key,
                type="primary" if over == kind else "secondary",
                icon=":material/layers:" if kind == MASK else ":material/difference:",
                on_click=_toggle,
                args=(kind, over),
                help=f"Lay a task's {kind} over the images, or take it off",
            )
    for number, choice in enumerate(tasks[:9], start=1):
        st.button(
            choice.title,
            key=f"batch.task.{choice.name}",
            shortcut=str(number),
            on_click=_choose_task,
            args=(choice.name,),
            type="primary" if over and choice is task else "tertiary",
            disabled=not over,
        )


def _mask(task: TaskFacts, names: set[str]) -> tuple[str, str]:
    """Name and title of the picture of a prediction or of the ground truth."""
    layers = [layer for layer in LAYERS if f"{task.name}.{layer}" in names]
    layer = layers[0]
    if len(layers) > 1:
        layer = inputs.choose(
            "Layer", layers, PAGE, "layer", LAYERS.__getitem__, follows=False, widget=BOX
        )
    title = f"{task.title}, {LAYERS[layer]}"
    if layer != "truth":
        title += " prediction"
    return f"{task.name}.{layer}", title


def _gap(task: TaskFacts, names: set[str]) -> tuple[str, str]:
    """Name and title of the picture of a disagreement; "" twice where none was drawn."""
    start = f"{task.name}.gap."
    partners = sorted(name.removeprefix(start) for name in names if name.startswith(start))
    if not partners:
        return "", ""
    asked = st.query_params.get("with")
    if asked not in partners:  # another task has other partners
        st.query_params.pop("with", None)
    partner = inputs.choose("With", partners, PAGE, "with", follows=False, widget=BOX)
    return f"{start}{partner}", f"{task.title}: disagreement with {partner}, {task.distance}"


def _opacity() -> int:
    key, asked = "batch.opacity", st.query_params.get("opacity", "")
    st.session_state[key] = min(100, int(asked)) if asked.isdecimal() else OPACITY

    def to_url() -> None:
        st.query_params["opacity"] = str(st.session_state[key])

    return int(
        st.slider("Opacity", 0, 100, step=5, key=key, format="%d %%", on_change=to_url, width=180)
    )


def _toggle(kind: str, over: str) -> None:
    st.query_params[OVER] = "none" if over == kind else kind


def _choose_task(name: str) -> None:
    st.query_params["task"] = name
