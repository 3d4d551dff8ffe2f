"""The images of a data folder as tiles: by split, by what is the matter with them, by id."""

from functools import partial

import numpy as np
import streamlit as st

from mtal.analysis.numbers import count
from mtal.runs.store.data_check import DataFolder
from mtal.ui import inputs
from mtal.ui.components.label_states import states_of
from mtal.ui.data.check import Report
from mtal.ui.data.findings import pager, thumbnail
from mtal.ui.text import plain

TILES, TILE_PX = 48, 120  # thumbnails on a page, and their width
ALL, PROBLEM, BROKEN, ALIKE, WITHOUT = "all", "problem", "broken", "alike", "without-"


def samples(folder: DataFolder, report: Report) -> None:
    """A page of thumbnails; which ones stands in the address: `?split=`, `?show=`, `?find=`, `?page=`."""
    titles = {task["name"]: task["title"] for task in report["tasks"]}
    shows = {
        ALL: "all images",
        PROBLEM: "with a problem or a note",
        BROKEN: "that cannot be read",
        ALIKE: "nearly the same as another one",
        **{
            WITHOUT + name: f"no label or nothing marked for {title}"
            for name, title in titles.items()
        },
    }
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
        place
        for place in np.flatnonzero(_shown(report, split, states, show))
        if text.strip().lower() in ids[place].lower()
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
        for place in shown:
            thumbnail(
                folder,
                split,
                ids[place],
                _caption(ids[place], states[place], list(titles)),
                TILE_PX,
            )


def _shown(report: Report, split: str, states: np.ndarray, show: str) -> np.ndarray:
    """(N,) bool: the images that a filter lets through."""
    from mtal.datasets.checks.coverage import LABELLED, LEFT_OUT

    ids = report["splits"][split]["ids"]
    if show == ALL:
        return np.ones(len(ids), bool)
    if show == BROKEN:
        return (states == LEFT_OUT).any(axis=1)
    if show.startswith(WITHOUT):
        column = [task["name"] for task in report["tasks"]].index(show.removeprefix(WITHOUT))
        wanting: np.ndarray = states[:, column] != LABELLED
        return wanting
    named = (
        {row["id"] for row in report["problems"] if row["split"] == split}
        if show == PROBLEM
        else {name for group in report["alike"] for name in group[split]}
    )
    return np.array([name in named for name in ids], bool)


def _caption(name: str, states: np.ndarray, tasks: list[str]) -> str:
    """The id, and the tasks for which it has no label to learn from."""
    from mtal.datasets.checks.coverage import EMPTY, LABELLED, LEFT_OUT

    if LEFT_OUT in states:
        return f"{plain(name)}  \ncannot be used"
    wanting = [
        task for task, state in zip(tasks, states, strict=True) if state not in {LABELLED, EMPTY}
    ]
    empty = [task for task, state in zip(tasks, states, strict=True) if state == EMPTY]
    told = (
        ["no label" if len(wanting) == len(tasks) else plain(f"no {', '.join(wanting)}")]
        if wanting
        else []
    )
    told += [plain(f"nothing marked: {', '.join(empty)}")] if empty else []
    return "  \n".join([plain(name), *told])
