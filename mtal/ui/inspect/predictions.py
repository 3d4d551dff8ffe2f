"""What the network saw in one image: a comparison of a task's predictions, and a strip of pictures per task. Shows files only."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from mtal.runs.store.pool_table import driving_task
from mtal.runs.store.run import Run
from mtal.runs.store.run_facts import TaskFacts
from mtal.ui import inputs, loaders
from mtal.ui.components.image_layers import (
    GAP,
    IMAGE,
    OWN_SCALE,
    POOL_SCALE,
    TRUTH,
    Layer,
    colours,
    layers,
    own_top,
    scale_bar,
    values_of,
)
from mtal.ui.image_routes import picture_url, thumb_url
from mtal.ui.inspect.image_compare import (
    ABOVE,
    BELOW,
    chosen_layer,
    compared_label,
    compared_name,
    show_comparison,
)
from mtal.ui.text import code, plain

TASK, THUMB = "task", "thumb"
KEYS = 9  # tasks that have a digit of their own
MANY = 12  # legends longer than this are folded away
HIDDEN, REVEALED = "hidden", "revealed"


def show_evidence(
    run: Run, cycle: int, image: int, pool: pd.DataFrame, coming: Sequence[tuple[str, int]]
) -> None:
    """Of an image that was drawn: the comparison of one task, then a strip for each. `coming`: as in `stepper.Steps`."""
    names = run.pictures(cycle, image)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="large"):
        task = choose_task(run, driving_task(pool, image))
        scale = (
            _choose_scale() if any(f".{GAP[OWN_SCALE]}." in name for name in names) else POOL_SCALE
        )
        truth = _choose_truth(run) if any(name.endswith(f".{TRUTH}") for name in names) else HIDDEN
    shown = layers(names, task.name, scale, truth == REVEALED)
    maps, scales = loaders.maps(run, cycle, image), loaders.evidence(run, cycle).get("scales", {})
    drawn = loaders.drawn(run, cycle)
    ahead = [
        pictures_ahead(run, cycle, other, pool, scale) | {"key": key}
        for key, other in coming
        if other in drawn
    ]
    told = legends(task, shown, maps, scale, scales)
    show_comparison(run, cycle, image, task, shown, values_of(maps, task, shown), told, ahead)
    _say_about_truth(run, task, names, truth)
    title = (
        f"All {len(run.tasks)} tasks side by side"
        if len(run.tasks) > 1
        else "All pictures side by side"
    )
    with st.expander(title, expanded=True, key="inspect.strips", on_change="rerun") as strips:
        if strips.open:
            st.html(strips_html(run, cycle, image, names, scale, truth == REVEALED))


def choose_task(run: Run, driver: str) -> TaskFacts:
    """A task, from `?task=` or by its digit; without either the one that drives the image, or the first."""
    tasks = {task.name: task for task in run.tasks}
    usual = driver if driver in tasks else run.tasks[0].name
    asked = st.query_params.get(TASK, usual)
    if asked not in tasks:
        st.warning(
            f"There is no task {code(asked)} in this run. Here is {plain(usual)}.",
            icon=":material/link_off:",
        )
    chosen = tasks.get(asked, tasks[usual])
    with st.container(horizontal=True, gap="small", width="content", key="inspect-tasks"):
        for number, task in enumerate(run.tasks, 1):
            st.button(
                task.title,
                key=f"inspect.task.{task.name}",
                type="primary" if task.name == chosen.name else "secondary",
                shortcut=str(number) if number <= KEYS else None,
                on_click=_take_task,
                args=(task.name,),
                icon=":material/star:" if task.name == driver else None,
                help="The task whose normalised score is the highest"
                if task.name == driver
                else None,
            )
    return chosen


def pictures_ahead(
    run: Run, cycle: int, image: int, pool: pd.DataFrame, scale: str
) -> dict[str, Any]:
    """An image that may be looked at next, of the task that it will open with; keys as in `show_comparison`."""
    task = st.query_params.get(TASK) or driving_task(pool, image) or run.tasks[0].name
    shown = layers(run.pictures(cycle, image), task, scale, truth=False)
    pictures = {layer.id: picture_url(run, cycle, image, layer.picture) for layer in shown}
    return {
        "name": compared_name(run, cycle, image, task),
        "label": compared_label(run, image, task),
        "pictures": pictures | {THUMB: thumb_url(run, image)},
        BELOW: chosen_layer(BELOW, shown),
        ABOVE: chosen_layer(ABOVE, shown),
    }


def legends(
    task: TaskFacts,
    shown: Sequence[Layer],
    maps: Mapping[str, np.ndarray],
    scale: str,
    scales: Mapping[str, float],
) -> dict[str, str]:
    """HTML per layer: what its colours mean, with numbers. `scales`: top of the pool-wide scale of disagreement per task."""
    found = {}
    for layer in shown:
        values = maps.get(f"{task.name}.{layer.id}")
        if layer.id.startswith("gap."):
            found[layer.id] = _gap_legend(task, values, scale, scales.get(task.name))
        elif layer.id != IMAGE:
            found[layer.id] = _folded(
                task, colours(task, [] if values is None else [values]), values is not None
            )
    return found


def strips_html(
    run: Run, cycle: int, image: int, names: Sequence[str], scale: str, truth: bool
) -> str:
    """A row per task: initial, refined, final, perhaps the truth, and the disagreements. Fetched when they are seen."""
    rows = []
    for task in run.tasks:
        cells = "".join(
            f'<figure><img loading="lazy" decoding="async" src="{escape(picture_url(run, cycle, image, layer.picture))}" '
            f'alt="{escape(f"{task.title}: {layer.title}, pool image {image}")}"{" class=blocks" * layer.blocks}>'
            f"<figcaption>{escape(layer.title)}</figcaption></figure>"
            for layer in layers(names, task.name, scale, truth)
            if layer.id != IMAGE
        )
        rows.append(f"<h4>{escape(task.title)}</h4><div>{cells}</div>")
    height, width = run.config.size
    return f'<section class="strips" style="--ratio:{width}/{height}">{"".join(rows)}</section>'


def _choose_scale() -> str:
    """How bright a disagreement is drawn: comparable between images, or with all the detail of this one."""
    return inputs.switch(
        "Colour scale of disagreement",
        [POOL_SCALE, OWN_SCALE],
        "inspect",
        "scale",
        "Whole pool: the same scale for every image. This image: up to its own 99th percentile.",
    )


def _choose_truth(run: Run) -> str:
    return inputs.switch(
        "Ground truth",
        [HIDDEN, REVEALED],
        "inspect",
        TRUTH,
        "Labels that a simulation has and its strategy never saw. Look at the predictions first.",
    )


def _say_about_truth(run: Run, task: TaskFacts, names: Sequence[str], truth: str) -> None:
    """Why there is no ground truth, where there is none."""
    if run.config.start == "labelled":
        st.caption(
            "There is no ground truth here: this run labels for real, and had no label of what it picked."
        )
    elif not any(name.endswith(f".{TRUTH}") for name in names):
        st.caption(
            "No ground truth was drawn: this image has no label, the run is older than these pictures, or it measures no "
            "signal quality and had not bought the label."
        )
    elif truth == REVEALED and f"{task.name}.{TRUTH}" not in names:
        st.caption(
            f"This image has no label of {plain(task.title.lower())}, or none that may be shown."
        )


def _gap_legend(
    task: TaskFacts, values: np.ndarray | None, scale: str, pool_top: float | None
) -> str:
    about = f"Disagreement: {task.distance}"
    if scale == OWN_SCALE and values is not None:
        return scale_bar(
            own_top(values), task.distance_unit, f"{about}, up to this image's own 99th percentile"
        )
    if scale == POOL_SCALE and pool_top is not None:
        return scale_bar(
            pool_top,
            task.distance_unit,
            f"{about}, up to the 99th percentile over all drawn images",
        )
    return f"<b>{escape(about)}, dark to bright = 0 to this image&#x27;s own 99th percentile, in {escape(task.distance_unit)}</b>"


def _folded(task: TaskFacts, html: str, only_present: bool) -> str:
    if only_present or len(task.legend) <= MANY:
        return html
    return f"<details><summary>Colours of {escape(task.title.lower())}</summary>{html}</details>"


def _take_task(name: str) -> None:
    st.query_params[TASK] = name
