"""Copies and near copies of images in a data folder: across its splits, and in groups.

An image in both splits makes results look better than they are.
"""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mtal.analysis.csv_text import csv_text
from mtal.analysis.numbers import count
from mtal.runs.store.data_check import DataFolder
from mtal.ui.data.check import Report
from mtal.ui.data.findings import THUMB_PX, pager, thumbnail
from mtal.ui.text import plain

PAIRS, GROUPS, MEMBERS = 12, 12, 6  # pairs and groups on a page, images shown of a group
NAMED = 20  # images of a group that are named beside those shown


def show_duplicates(folder: DataFolder, report: Report) -> None:
    """Draw images that are in both splits side by side, then groups of near copies."""
    st.subheader("In both splits")
    leaks = report["leaks"]
    if leaks:
        st.warning(
            f"{count(len(leaks), 'validation image is', 'validation images are')} also in the "
            "pool: results would look too good. Take one image of each pair out of its list.",
            icon=":material/content_copy:",
        )
        with st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
        ):
            page = pager(len(leaks), PAIRS, "leaks")
            st.download_button(
                "Download as CSV",
                csv_text(pd.DataFrame(leaks)),
                "leaks.csv",
                "text/csv",
                key="data.leaks_csv",
                icon=":material/download:",
                on_click="ignore",
            )
        with st.container(horizontal=True, key="data.leaks"):
            for leak in leaks[(page - 1) * PAIRS : page * PAIRS]:
                _pair(folder, leak)
    else:
        st.success("No picture is in both splits.", icon=":material/check_circle:")
    st.subheader("Nearly the same pictures")
    _groups(folder, report["alike"])


def _pair(folder: DataFolder, leak: dict[str, str]) -> None:
    with st.container(border=True, width=2 * THUMB_PX + 60):
        with st.container(horizontal=True):
            for split in ("pool", "validation"):
                thumbnail(folder, split, leak[split], f"{split}: {plain(leak[split])}")
        kind = f"**{leak['how'].capitalize()}**"
        if leak["bits"]:
            kind += f", {leak['bits']} of 128 bits differ"
        st.caption(kind)


def _groups(folder: DataFolder, groups: Sequence[dict[str, list[str]]]) -> None:
    if not groups:
        st.success("No two pictures look nearly the same.", icon=":material/check_circle:")
        return
    images = sum(len(ids) for group in groups for ids in group.values())
    st.caption(
        f"{count(images, 'image')} in {count(len(groups), 'group')}, found by two perceptual "
        "hashes that agree. Neighbouring frames of a video look like this. That is no fault, but "
        "labelling all of them teaches little more than labelling one."
    )
    page = pager(len(groups), GROUPS, "groups", "groups")
    with st.container(horizontal=True, key="data.groups"):
        for group in groups[(page - 1) * GROUPS : page * GROUPS]:
            _group(folder, group)


def _group(folder: DataFolder, group: dict[str, list[str]]) -> None:
    """Draw the first images of a group, in a box as wide as they need."""
    members = [(split, name) for split, ids in group.items() for name in ids]
    with st.container(border=True, width=min(MEMBERS, len(members)) * (THUMB_PX + 16) + 34):
        splits = ", ".join(f"{len(ids):,} in {split}" for split, ids in group.items() if ids)
        st.markdown(f"**{count(len(members), 'image')}**: {splits}")
        with st.container(horizontal=True):
            for split, name in members[:MEMBERS]:
                thumbnail(folder, split, name, plain(name))
        if len(members) > MEMBERS:
            names = ", ".join(name for _, name in members[MEMBERS : MEMBERS + NAMED])
            st.caption(f"and {len(members) - MEMBERS:,} more: {plain(names)}")
