"""Results of a check: numbers that decide whether to go on, labels per image, problems."""

import base64
from collections import Counter
from collections.abc import Callable
from math import ceil
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from mtal.analysis.csv_text import csv_text
from mtal.analysis.numbers import count
from mtal.datasets.checks.coverage import TITLES
from mtal.datasets.checks.problems import IGNORED, LEFT_OUT, NOTE, SEVERITIES, WAYS_OUT
from mtal.figures import dataset as figures
from mtal.runs.store.data_check import DataFolder
from mtal.ui import inputs
from mtal.ui.components.label_states import states_of
from mtal.ui.data.check import Report
from mtal.ui.text import plain

ROWS = 50  # of a page of problems
THUMB_PX, PAGER_PX, ROW_PX = 150, 380, 68  # a table breaks long lines where rows are above 64 px
ALL, BOTH = "all", "in both splits"


def summary(report: Report) -> None:
    """Draw the numbers that decide whether to go on."""
    splits, severities = report["splits"], Counter(row["severity"] for row in report["problems"])
    tiles = st.container(key="data.tiles").columns(6)
    tiles[0].metric(
        "Pool images", f"{splits['pool']['images']:,}", border=True, help="Images to choose from."
    )
    tiles[1].metric(
        "Validation images",
        f"{splits['validation']['images']:,}",
        border=True,
        help="Images to measure on.",
    )
    tiles[2].metric(
        "Images left out",
        f"{severities[LEFT_OUT]:,}",
        border=True,
        help="Missing or broken: they take no part in a run.",
    )
    tiles[3].metric(
        "Labels ignored",
        f"{severities[IGNORED]:,}",
        border=True,
        help="They cannot be used: the image counts as not labelled for the task.",
    )
    tiles[4].metric(
        "Notes", f"{severities[NOTE]:,}", border=True, help="Worth a look; a run goes on with them."
    )
    tiles[5].metric(
        "In both splits",
        f"{len(report['leaks']):,}",
        border=True,
        help="The same or nearly the same image in pool and validation: results would look too "
        "good.",
    )


def show_overview(folder: DataFolder, report: Report) -> None:
    """Draw the problems by kind, and which image has which label."""
    _by_kind(report)
    st.subheader("Which image has which label")
    titles = {task["name"]: task["title"] for task in report["tasks"]}
    for name, split in report["splits"].items():
        states, tasks = states_of(report, name), list(titles.values())
        st.plotly_chart(
            figures.coverage_map(states, split["ids"], tasks, TITLES, name),
            key=f"data.map.{name}",
            alt=f"State of every label of the {split['images']} {name} images",
        )
    rows = pd.DataFrame(
        [
            {"task": titles[task], "split": name, "images": split["images"], "labelled": number}
            for name, split in report["splits"].items()
            for task, number in split["coverage"].items()
        ]
    )
    st.plotly_chart(
        figures.coverage(rows),
        key="data.coverage",
        alt="Share of images with a label, per task and split",
    )


def show_problems(folder: DataFolder, report: Report) -> None:
    """Draw the table of problems with filters, search and download."""
    if not report["problems"]:
        st.success(
            "Every image and label could be read, and none looks wrong.",
            icon=":material/check_circle:",
        )
        return
    rows = pd.DataFrame(report["problems"])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        severity = inputs.choose(
            "What a run does",
            [ALL, *_in_order(rows["severity"])],
            "data",
            "severity",
            _with_count(rows["severity"]),
            follows=False,
        )
        kind = inputs.choose(
            "Kind",
            [ALL, *sorted(rows["kind"].unique())],
            "data",
            "kind",
            _with_count(rows["kind"]),
            follows=False,
        )
        text = inputs.write("Search", "data", "find", "id, file, task or words")
    kept = rows[(severity == ALL) | (rows["severity"] == severity)]
    kept = kept[(kind == ALL) | (kept["kind"] == kind)]
    kept = kept[_contains(kept, text)]
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.markdown(f"**{count(len(kept), 'problem')}**")
        page = pager(len(kept), ROWS, "problems")
        st.download_button(
            "Download as CSV",
            csv_text(kept),
            "problems.csv",
            "text/csv",
            key="data.csv",
            icon=":material/download:",
            on_click="ignore",
        )
    _problem_table(folder, kept.iloc[(page - 1) * ROWS : page * ROWS])
    if kind != ALL:
        st.caption(f"{kind.capitalize()}: {plain(WAYS_OUT[kind])}")


def pager(items: int, a_page: int, name: str, address: str = "page") -> int:
    """Ask for a page, from `?page=`, counted from 1.

    items, a_page: number of all items and of those on a page; name: of the session key; address:
    the parameter. A number beyond the end means the last page; another filter starts at the first.
    """
    pages, key = max(1, ceil(items / a_page)), f"data.page.{name}"
    if st.session_state.get(f"{key}.of", items) != items:
        st.query_params.pop(address, None)
    st.session_state[f"{key}.of"] = items
    if pages == 1:
        return 1
    asked = st.query_params.get(address, "1")
    now = min(pages, max(1, int(asked))) if asked.isdecimal() else 1

    def to_url() -> None:
        st.query_params[address] = str(st.session_state[f"{key}.{now}"])

    return st.pagination(pages, default=now, key=f"{key}.{now}", on_change=to_url, width=PAGER_PX)


def thumbnail(
    folder: DataFolder, split: str, name: str, caption: str, width: int = THUMB_PX
) -> None:
    """Draw a thumbnail, or say that there is none.

    In a horizontal container as many are side by side as fit. split, name: the image; width: px.
    """
    path = folder.thumbnail(split, name)
    with st.container(width=width, gap=None):
        if path.exists():
            st.image(str(path), caption=caption, width="stretch", alt=f"{split} image {name}")
        else:
            st.caption(f":material/hide_image: no thumbnail  \n{caption}")


def _by_kind(report: Report) -> None:
    """Draw a row per kind of problem with its way out, the worst first."""
    counts = Counter((row["severity"], row["what"], row["kind"]) for row in report["problems"])
    copies = _of_copies(report)
    if not counts and not copies:
        st.success(
            "Every image and label could be read, and none looks wrong.",
            icon=":material/check_circle:",
        )
        return
    order = list(SEVERITIES)
    worst_first = sorted(counts.items(), key=lambda pair: (order.index(pair[0][0]), -pair[1]))
    rows = [
        {
            "what a run does": severity,
            "what": plain(what),
            "kind": kind,
            "count": number,
            "way out": WAYS_OUT[kind],
        }
        for (severity, what, kind), number in worst_first
    ]
    st.subheader("Problems by kind")
    leaks = [row for row in copies if row["kind"] == BOTH]
    st.table(
        pd.DataFrame([*leaks, *rows, *copies[len(leaks) :]]),
        hide_index=True,
        border="horizontal",
        alt="Number of problems of each kind and the way out",
    )


def _of_copies(report: Report) -> list[dict[str, Any]]:
    """Rows for images in both splits and for near copies; the view Copies shows the images."""
    near = sum(len(ids) for group in report["alike"] for ids in group.values())
    rows = [
        {
            "what a run does": "measures too well",
            "what": "image",
            "kind": BOTH,
            "count": len(report["leaks"]),
            "way out": "Results would look too good: take one of each pair out. The view Copies "
            "shows them.",
        },
        {
            "what a run does": NOTE,
            "what": "image",
            "kind": "near copies",
            "count": near,
            "way out": "Labelling each of them teaches little more than labelling one. The view "
            "Copies shows the groups.",
        },
    ]
    return [row for row in rows if row["count"]]


def _problem_table(folder: DataFolder, rows: pd.DataFrame) -> None:
    """Draw a page of problems with thumbnails of their images."""
    pictures = [
        _data_url(folder.thumbnail(split, name))
        for split, name in zip(rows["split"], rows["id"], strict=True)
    ]
    # A message begins with its file, which has a column of its own.
    messages = [
        message.removeprefix(file).lstrip(": ")
        for message, file in zip(rows["problem"], rows["file"], strict=True)
    ]
    ids = rows["id"].replace("", "(the whole set)")
    st.dataframe(
        rows.assign(picture=pictures, id=ids, problem=messages),
        hide_index=True,
        key="data.problems",
        row_height=ROW_PX,
        height="content",
        column_order=["picture", "id", "what", "problem", "severity", "kind", "split", "file"],
        alt=f"{len(rows)} problems with their images",
        column_config={
            "picture": st.column_config.ImageColumn("", width=104),
            "severity": st.column_config.TextColumn("what a run does"),
            "problem": st.column_config.TextColumn("problem", width="large"),
        },
    )


def _data_url(path: Path) -> str:
    if not path.exists():
        return ""
    return "data:image/jpeg;base64," + base64.b64encode(path.read_bytes()).decode()


def _in_order(severities: pd.Series) -> list[str]:
    """Distinct severities of a column, the worst first."""
    # A set of the column itself takes a second for 20,000 rows.
    present = set(severities.unique())
    return [severity for severity in SEVERITIES if severity in present]


def _with_count(values: pd.Series) -> Callable[[str], str]:
    """Title of an option: the value with its number of rows."""
    counts = values.value_counts()

    def title(option: str) -> str:
        return f"all ({len(values):,})" if option == ALL else f"{option} ({counts[option]:,})"

    return title


def _contains(rows: pd.DataFrame, text: str) -> pd.Series:
    """Say for each row whether it contains every word, in upper or lower case."""
    matches, words = pd.Series(True, index=rows.index), text.lower().split()
    if not words or rows.empty:
        return matches
    lines = rows.iloc[:, 0].str.cat(rows.iloc[:, 1:], sep=" ").str.lower()
    for word in words:
        matches &= lines.str.contains(word, regex=False)
    return matches
