"""Pictures of a data folder that are the same or nearly so: across its splits, which flatters results, and in groups."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count
from mtal.runs.store.data_check import DataFolder
from mtal.ui.data.check import Report
from mtal.ui.data.findings import THUMB_PX, pager, thumbnail
from mtal.ui.text import plain

PAIRS, GROUPS, MEMBERS = 12, 12, 6  # on a page; pictures of a group


def copies(folder: DataFolder, report: Report) -> None:
    """Pictures that are in both splits, side by side, then groups of nearly the same pictures."""
    st.subheader("In both splits")
    leaks = report["leaks"]
    if leaks:
        st.warning(
            f"{count(len(leaks), 'validation image is', 'validation images are')} also in the pool: measurements would "
            "flatter. Take one of each pair out of its list.",
            icon=":material/content_copy:",
        )
        with st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
        ):
            page = pager(len(leaks), PAIRS, "leaks")
            st.download_button(
                "Download as CSV",
                pd.DataFrame(leaks).to_csv(index=False),
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
        st.caption(
            f"**{leak['how'].capitalize()}**"
            + (f", {leak['bits']} of 128 bits differ" if leak["bits"] else "")
        )


def _groups(folder: DataFolder, groups: Sequence[dict[str, list[str]]]) -> None:
    if not groups:
        st.success("No two pictures look nearly the same.", icon=":material/check_circle:")
        return
    images = sum(len(ids) for group in groups for ids in group.values())
    st.caption(
        f"{count(images, 'image')} in {count(len(groups), 'group')}, found by two perceptual hashes that agree. "
        "Neighbouring frames of a video look like this, which is no fault; but labelling all of them buys little."
    )
    page = pager(len(groups), GROUPS, "groups", "groups")
    with st.container(horizontal=True, key="data.groups"):
        for group in groups[(page - 1) * GROUPS : page * GROUPS]:
            _group(folder, group)


def _group(folder: DataFolder, group: dict[str, list[str]]) -> None:
    """The first pictures of a group; a box as wide as they need."""
    members = [(split, name) for split, ids in group.items() for name in ids]
    with st.container(border=True, width=min(MEMBERS, len(members)) * (THUMB_PX + 16) + 34):
        st.markdown(
            f"**{count(len(members), 'image')}**: "
            + ", ".join(f"{len(ids):,} in {split}" for split, ids in group.items() if ids)
        )
        with st.container(horizontal=True):
            for split, name in members[:MEMBERS]:
                thumbnail(folder, split, name, plain(name))
        if len(members) > MEMBERS:
            st.caption(
                f"and {len(members) - MEMBERS:,} more: {plain(', '.join(name for _, name in members[MEMBERS:][:20]))}"
            )
