"""Statistics of the labels of a data folder, and labels of some images beside the images."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count
from mtal.datasets.checks.coverage import TITLES
from mtal.figures import dataset as figures
from mtal.runs.store.data_check import DataFolder
from mtal.ui import inputs
from mtal.ui.components.image_layers import colour_patches
from mtal.ui.components.label_states import states_of
from mtal.ui.data.check import Report
from mtal.ui.text import plain

SPLITS = ("pool", "validation")
FIRST = 4  # rows of drawn labels before all are asked for
COUNTED = {
    "pixels": ("percent", "Valid pixels (%)"),
    "images": ("images", "Labels that show it (%)"),
}


def show_labels(folder: DataFolder, report: Report) -> None:
    """Draw numbers of every task, a chart of one, and labels in colour beside their images."""
    st.subheader("What the labels hold")
    st.dataframe(
        _statistics(report),
        hide_index=True,
        key="data.statistics",
        alt="Number, range and mean of each task's labels",
        column_config={
            "valid pixels (%)": st.column_config.NumberColumn(format="%.1f"),
            "labels": st.column_config.NumberColumn(format="localized"),
        },
    )
    titles = {task["name"]: task["title"] for task in report["tasks"]}
    task = inputs.choose(
        "Task",
        list(titles),
        "data",
        "task",
        titles.__getitem__,
        follows=False,
        widget=partial(st.segmented_control, required=True),
    )
    tasks = {facts["name"]: facts for facts in report["tasks"]}
    chart(tasks[task], report["labels"][task])
    previews(folder, report)


def chart(task: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
    """Draw the chart that fits the form of a task's labels, pool and validation side by side."""
    name, view = task["title"], f"labels {task['name']}"
    if not facts["both"]["labels"]:
        st.caption(f"There is no label for {plain(name)}.")
    elif task["form"] == "classes":
        _classes(task, facts)
    elif task["form"] == "vectors":
        rows = _rows(facts, "facing", ["way", "percent"])
        st.plotly_chart(
            figures.directions(rows, view),
            key="data.chart",
            alt=f"Where the vectors of {name} point",
        )
        x, y, z = facts["both"]["direction"] or (0, 0, 0)
        st.caption(
            f"By the largest component. The mean vector is ({x:.2f}, {y:.2f}, {z:.2f}), x right, "
            "y down, z away from the camera; visible surfaces have z below 0."
        )
    else:
        yes = task["form"] == "yes or no"
        rows = _rows(facts, "histogram", ["low", "high", "percent"])
        axis = "Pixels of an image that say yes (%)" if yes else f"{name} ({task['unit']})"
        st.plotly_chart(
            figures.histogram(
                rows, axis, "Labels (%)" if yes else "Valid pixels (%)", view, logarithmic=not yes
            ),
            key="data.chart",
            alt=f"How often values of {name} occur",
        )


def previews(folder: DataFolder, report: Report) -> None:
    """Draw a row per image: the image, then its labels in colour."""
    st.subheader("Do the labels fit the images?")
    split = inputs.choose(
        "Split",
        list(SPLITS),
        "data",
        "split",
        str.capitalize,
        follows=False,
        widget=partial(st.segmented_control, required=True),
    )
    facts = report["splits"][split]
    sampled = [facts["ids"][index] for index in facts["sampled"]]
    if not any(folder.preview(split, name, "image").exists() for name in sampled):
        st.info(
            "No labels are drawn here: no image of this split could be read.",
            icon=":material/hide_image:",
        )
        return
    heads = ["Image", *(task["title"] for task in report["tasks"])]
    tasks = [task["name"] for task in report["tasks"]]
    rows = list(zip(sampled, states_of(report, split)[facts["sampled"]], strict=True))
    if len(rows) > FIRST and not st.toggle(f"All {len(rows)} images", key="data.every_preview"):
        rows = rows[:FIRST]
    for column, head in zip(st.columns(len(heads)), heads, strict=True):
        column.markdown(f"**{plain(head)}**")
    for name, states in rows:
        _preview(folder, split, name, dict(zip(tasks, states, strict=True)))
    for task in report["tasks"]:
        with st.expander(f"Colours of {task['title'].lower()}"):
            patches = colour_patches(task["legend"])
            st.html(f'<div style="font-size:.85rem;line-height:1.7">{patches}</div>')


def _preview(folder: DataFolder, split: str, name: str, states: Mapping[str, int]) -> None:
    """Draw an image and its labels, or say why a label is not drawn. states: task -> state."""
    for column, layer in zip(st.columns(len(states) + 1), ["image", *states], strict=True):
        path = folder.preview(split, name, layer)
        if path.exists():
            column.image(str(path), width="stretch", alt=f"{layer} of {name}")
        else:
            reason = TITLES[states[layer]] if layer in states else "no picture"
            column.caption(f":material/label_off: {reason}")
        if layer == "image":
            column.caption(plain(name))


def _classes(task: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
    rows = _rows(facts, "classes", ["class", "percent", "images"])
    counted = st.segmented_control(
        "Count", list(COUNTED), default="pixels", required=True, key="data.counted"
    )
    column, axis = COUNTED[counted or "pixels"]
    st.plotly_chart(
        figures.classes(rows.assign(percent=rows[column]), axis, f"classes {task['name']}"),
        key="data.chart",
        alt=f"How often each class of {task['title']} occurs",
    )
    never = [name for name, percent, _ in facts["both"]["classes"] if not percent]
    if never:
        st.caption(
            f"{count(len(never), 'class', 'classes')} in no label: {plain(', '.join(never))}."
        )


def _rows(facts: Mapping[str, Any], key: str, columns: list[str]) -> pd.DataFrame:
    """Rows of a statistic of both splits, with the column split."""
    frames = [
        pd.DataFrame(facts[split][key], columns=columns).assign(split=split) for split in SPLITS
    ]
    return pd.concat([frame for frame in frames if len(frame)] or frames)


def _statistics(report: Report) -> pd.DataFrame:
    """A row per task: number of labels, their values as text, share of valid pixels."""
    rows = []
    for task in report["tasks"]:
        facts = report["labels"][task["name"]]["both"]
        rows.append(
            {
                "task": task["title"],
                "labels": facts["labels"],
                "values": _values(facts, task),
                "valid pixels (%)": facts["valid_percent"],
            }
        )
    return pd.DataFrame(rows)


def _values(facts: Mapping[str, Any], task: Mapping[str, Any]) -> str:
    """`0.725 to 9.96 m, mean 2.85 m`; the number of classes in use; "–" for vectors."""
    if task["form"] == "classes":
        used = sum(percent > 0 for _, percent, _ in facts["classes"])
        return f"{used} of {count(len(facts['classes']), 'class', 'classes')} in use"
    if task["form"] == "vectors" or facts["min"] is None:
        return "–"
    if task["form"] == "yes or no":
        return f"{100 * facts['mean']:.1f} % of the pixels say yes"
    low, high, mean = (
        f"{facts[name]:.3g} {task['unit']}".rstrip() for name in ("min", "max", "mean")
    )
    return f"{low} to {high}, mean {mean}"
