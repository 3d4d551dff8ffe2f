"""Predictions of one image: a comparison of one task's pictures, and a strip of them per task.

Shows stored pictures and values, and computes none.
"""

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


def show_predictions(
    run: Run, cycle: int, image: int, pool: pd.DataFrame, coming: Sequence[tuple[str, int]]
) -> None:
    """Draw the comparison of one task and a strip per task, of an image that has pictures.

    coming: keys and images that may be next, as in `image_navigator.Steps`.
    """
    names = run.pictures(cycle, image)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="large"):
        task = choose_task(run, driving_task(pool, image))
        scale, truth = POOL_SCALE, HIDDEN
        if any(f".{GAP[OWN_SCALE]}." in name for name in names):
            scale = _choose_scale()
        if any(name.endswith(f".{TRUTH}") for name in names):
            truth = _choose_truth()
    shown = layers(names, task.name, scale, truth == REVEALED)
    maps, scales = loaders.maps(run, cycle, image), loaders.evidence(run, cycle).get("scales", {})
    drawn = loaders.drawn(run, cycle)
    ahead = [
        pictures_ahead(run, cycle, other, pool, scale) | {"key": key}
        for key, other in coming
        if other in drawn
    ]
    values, texts = values_of(maps, task, shown), legends(task, shown, maps, scale, scales)
    show_comparison(run, cycle, image, task, shown, values, texts, ahead)
    _say_about_truth(run, task, names, truth)
    title = "All pictures side by side"
    if len(run.tasks) > 1:
        title = f"All {len(run.tasks)} tasks side by side"
    with st.expander(title, expanded=True, key="inspect.strips", on_change="rerun") as strips:
        if strips.open:
            st.html(strips_html(run, cycle, image, names, scale, truth == REVEALED))


def choose_task(run: Run, driver: str) -> TaskFacts:
    """A task from `?task=`, chosen by button or digit; without one the driving task, or the first.

    driver: name of the driving task of the image, "" where unknown.
    """
    tasks = {task.name: task for task in run.tasks}
    usual = driver if driver in tasks else run.tasks[0].name
    asked = st.query_params.get(TASK, usual)
    if asked not in tasks:
        st.warning(
            f"There is no task {code(asked)} in this run. This is {plain(usual)}.",
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
    """Pictures of an image that may be next, of the task it will open with.

    Keys as in `show_comparison`, without `key`.
    """
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
    """What the colours of each layer mean, with numbers: layer id -> HTML.

    maps: values by `<task>.<layer id>`. scale: OWN_SCALE or POOL_SCALE. scales: per task, the upper
    end of the pool-wide scale of disagreement.
    """
    texts = {}
    for layer in shown:
        values = maps.get(f"{task.name}.{layer.id}")
        if layer.id.startswith("gap."):
            texts[layer.id] = _gap_legend(task, values, scale, scales.get(task.name))
        elif layer.id != IMAGE:
            html = colours(task, [] if values is None else [values])
            texts[layer.id] = _folded(task, html, only_present=values is not None)
    return texts


def strips_html(
    run: Run, cycle: int, image: int, names: Sequence[str], scale: str, truth: bool
) -> str:
    """HTML of a row of pictures per task: all layers but the image itself, lazily loaded.

    image: position in the pool; names: pictures that the image has, as `Run.pictures`; scale:
    OWN_SCALE or POOL_SCALE, for disagreement; truth: whether the ground truth is shown too.
    """
    rows = []
    for task in run.tasks:
        cells = "".join(
            _figure_html(picture_url(run, cycle, image, layer.picture), task, layer, image)
            for layer in layers(names, task.name, scale, truth)
            if layer.id != IMAGE
        )
        rows.append(f"<h4>{escape(task.title)}</h4><div>{cells}</div>")
    height, width = run.config.size
    return f'<section class="strips" style="--ratio:{width}/{height}">{"".join(rows)}</section>'


def _figure_html(address: str, task: TaskFacts, layer: Layer, image: int) -> str:
    alt = escape(f"{task.title}: {layer.title}, pool image {image}")
    blocks = " class=blocks" if layer.blocks else ""
    return (
        f'<figure><img loading="lazy" decoding="async" src="{escape(address)}" alt="{alt}"{blocks}>'
        f"<figcaption>{escape(layer.title)}</figcaption></figure>"
    )


def _choose_scale() -> str:
    """The colour scale of disagreements: comparable between images, or fit to this one."""
    return inputs.switch(
        "Colour scale of disagreement",
        [POOL_SCALE, OWN_SCALE],
        "inspect",
        "scale",
        "Whole pool: the same scale for every image. This image: up to its own 99th percentile.",
    )


def _choose_truth() -> str:
    return inputs.switch(
        "Ground truth",
        [HIDDEN, REVEALED],
        "inspect",
        TRUTH,
        "Labels that a simulation has and its strategy never saw. Look at the predictions first.",
    )


def _say_about_truth(run: Run, task: TaskFacts, names: Sequence[str], truth: str) -> None:
    """Say why there is no ground truth, where there is none."""
    if run.config.by_people:
        st.caption(
            "There is no ground truth: this run labels for real, and had no labels of its picks."
        )
    elif not any(name.endswith(f".{TRUTH}") for name in names):
        st.caption(
            "No ground truth was drawn: this image has no label, the run was made by an earlier "
            "version, or it measures no signal quality and the image was not labelled yet."
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
    return (
        f"<b>{escape(about)}, dark to bright = 0 to this image&#x27;s own 99th percentile, "
        f"in {escape(task.distance_unit)}</b>"
    )


def _folded(task: TaskFacts, html: str, only_present: bool) -> str:
    if only_present or len(task.legend) <= MANY:
        return html
    return f"<details><summary>Colours of {escape(task.title.lower())}</summary>{html}</details>"


def _take_task(name: str) -> None:
    st.query_params[TASK] = name
