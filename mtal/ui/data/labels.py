"""What the labels of a data folder hold, and the labels of some images beside them."""

from collections.abc import Mapping
from functools import partial
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count
from mtal.figures import dataset as figures
from mtal.runs.store.data_check import DataFolder
from mtal.ui import inputs
from mtal.ui.components.label_states import states_of
from mtal.ui.data.check import Report
from mtal.ui.text import plain

SPLITS = ("pool", "validation")
FIRST = 4  # rows of drawn labels before all are asked for
COUNTED = {
    "pixels": ("percent", "Valid pixels (%)"),
    "images": ("images", "Labels that show it (%)"),
}


def labels(folder: DataFolder, report: Report) -> None:
    """Numbers of every task, charts of one, and labels in colour beside their images."""
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
    chart(next(one for one in report["tasks"] if one["name"] == task), report["labels"][task])
    previews(folder, report)


def chart(task: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
    """What the form of a task's labels has to show, pool and validation side by side."""
    name, view = task["title"], f"labels {task['name']}"
    if not facts["both"]["labels"]:
        st.caption(f"There is no label for {plain(name)}.")
    elif task["form"] == "classes":
        _classes(task, facts)
    elif task["form"] == "vectors":
        rows = _rows(facts, "facing", ["way", "percent"])
        st.plotly_chart(
            figures.directions(rows, view), key="data.chart", alt=f"Where the vectors of {name} point"
        )
        x, y, z = facts["both"]["direction"] or (0, 0, 0)
        st.caption(
            f"By the largest component. The mean vector is ({x:.2f}, {y:.2f}, {z:.2f}), x right, y down, z away from the "
            "camera; surfaces that are seen have z below 0."
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
    """A row per image: itself, then its labels in colour."""
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
    sampled = [facts["ids"][place] for place in facts["sampled"]]
    if not any(folder.preview(split, name, "image").exists() for name in sampled):
        st.info(
            "No labels are drawn here: no image of this split could be read.",
            icon=":material/hide_image:",
        )
        return
    every = (
        st.toggle(f"All {len(sampled)} images", key="data.every_preview")
        if len(sampled) > FIRST
        else True
    )
    heads = ["Image", *(task["title"] for task in report["tasks"])]
    for column, head in zip(st.columns(len(heads)), heads, strict=True):
        column.markdown(f"**{plain(head)}**")
    tasks = [task["name"] for task in report["tasks"]]
    rows = list(zip(sampled, states_of(report, split)[facts["sampled"]], strict=True))
    for name, states in rows if every else rows[:FIRST]:
        _preview(folder, split, name, dict(zip(tasks, states, strict=True)))
    for task in report["tasks"]:
        with st.expander(f"Colours of {task['title'].lower()}"):
            st.html(_legend(task["legend"]))


def _preview(folder: DataFolder, split: str, name: str, states: Mapping[str, int]) -> None:
    """One image and its labels; where there is none to see, why. `states`: of its label for each task."""
    from mtal.datasets.checks.coverage import TITLES

    for column, what in zip(st.columns(len(states) + 1), ["image", *states], strict=True):
        path = folder.preview(split, name, what)
        if path.exists():
            column.image(str(path), width="stretch", alt=f"{what} of {name}")
        else:
            column.caption(
                f":material/label_off: {TITLES[states[what]] if what in states else 'no picture'}"
            )
        if what == "image":
            column.caption(plain(name))


def _classes(task: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
    rows = _rows(facts, "classes", ["class", "percent", "images"])
    counted = (
        st.segmented_control(
            "Count", list(COUNTED), default="pixels", required=True, key="data.counted"
        )
        or "pixels"
    )
    column, axis = COUNTED[counted]
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


def _rows(facts: Mapping[str, Any], what: str, columns: list[str]) -> pd.DataFrame:
    frames = [
        pd.DataFrame(facts[split][what], columns=columns).assign(split=split) for split in SPLITS
    ]
    return pd.concat([frame for frame in frames if len(frame)] or frames)


def _statistics(report: Report) -> pd.DataFrame:
    """What values there are, as text, and the share of pixels that count."""
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
    """`0.725 to 9.96 m, mean 2.85 m`; numbers of classes and vectors have no range."""
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


def _legend(legend: list[list[str]]) -> str:
    patch = "display:inline-block;width:11px;height:11px;margin-right:4px;border:1px solid #8888;background:"
    return (
        '<div style="font-size:.85rem;line-height:1.7">'
        + "".join(
            f'<span style="margin-right:12px;white-space:nowrap"><i aria-hidden="true" style="{patch}{escape(colour)}"></i>'
            f"{escape(text)}</span> "
            for text, colour in legend
        )
        + "</div>"
    )
