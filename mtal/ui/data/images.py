"""Images of a data folder as tiles: by split, by problem or missing label, by id."""

from functools import partial

import numpy as np
import streamlit as st

from mtal.analysis.numbers import count
from mtal.datasets.checks.coverage import EMPTY, LABELLED, LEFT_OUT
from mtal.runs.store.data_check import DataFolder
from mtal.ui import inputs
from mtal.ui.components.label_states import states_of
from mtal.ui.data.check import Report
from mtal.ui.data.findings import pager, thumbnail
from mtal.ui.text import plain

TILES, TILE_PX = 48, 120  # thumbnails on a page, and their width
# Options of the filter; of the last one for each task.
ALL, PROBLEM, BROKEN, ALIKE, WITHOUT = "all", "problem", "broken", "alike", "without-"


def show_images(folder: DataFolder, report: Report) -> None:
    """Draw a page of thumbnails, from `?split=`, `?show=`, `?find=` and `?page=`."""
    titles = {task["name"]: task["title"] for task in report["tasks"]}
    shows = {
        ALL: "all images",
        PROBLEM: "with a problem or a note",
        BROKEN: "that cannot be read",
        ALIKE: "nearly the same as another one",
    }
    for name, title in titles.items():
        shows[WITHOUT + name] = f"no label or nothing marked for {title}"
    with st.container(horizontal=True):
        split = inputs.choose(
            "Split",
            list(report["splits"]),
            "data",
            "split",
            str.capitalize,
            follows=False,
            widget=partial(st.segmented_control, required=True),
        )
        show = inputs.choose("Show", list(shows), "data", "show", shows.__getitem__, follows=False)
        text = inputs.write("Search", "data", "find", "part of an id")
    ids, states = report["splits"][split]["ids"], states_of(report, split)
    kept = [
        index
        for index in np.flatnonzero(_shown(report, split, states, show))
        if text.strip().lower() in ids[index].lower()
    ]
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.markdown(f"**{count(len(kept), 'image')}**")
        page = pager(len(kept), TILES, "images")
    if not kept:
        st.info("No such image.", icon=":material/search_off:")
    shown = kept[(page - 1) * TILES : page * TILES]
    with st.container(horizontal=True, key="data.grid"):
        for index in shown:
            caption = _caption(ids[index], states[index], list(titles))
            thumbnail(folder, split, ids[index], caption, TILE_PX)


def _shown(report: Report, split: str, states: np.ndarray, show: str) -> np.ndarray:
    """(N,) bool: images that pass a filter. states: (N, T) of their labels; show: the filter."""
    ids = report["splits"][split]["ids"]
    if show == ALL:
        return np.ones(len(ids), bool)
    if show == BROKEN:
        return (states == LEFT_OUT).any(axis=1)
    if show.startswith(WITHOUT):
        column = [task["name"] for task in report["tasks"]].index(show.removeprefix(WITHOUT))
        unlabelled: np.ndarray = states[:, column] != LABELLED
        return unlabelled
    if show == PROBLEM:
        names = {row["id"] for row in report["problems"] if row["split"] == split}
    else:
        names = {name for group in report["alike"] for name in group[split]}
    return np.array([name in names for name in ids], bool)


def _caption(name: str, states: np.ndarray, tasks: list[str]) -> str:
    """Id of an image, and the tasks for which it has no label to learn from.

    states: (T,) of its labels, in the order of tasks.
    """
    if LEFT_OUT in states:
        return f"{plain(name)}  \ncannot be used"
    task_states = list(zip(tasks, states, strict=True))
    unlabelled = [task for task, state in task_states if state not in {LABELLED, EMPTY}]
    empty = [task for task, state in task_states if state == EMPTY]
    lines = [plain(name)]
    if len(unlabelled) == len(tasks):
        lines.append("no label")
    elif unlabelled:
        lines.append(plain(f"no {', '.join(unlabelled)}"))
    if empty:
        lines.append(plain(f"nothing marked: {', '.join(empty)}"))
    return "  \n".join(lines)
