"""The batch under review: filters, overlay, keys, the grid with its preview, and the near misses.

One fragment: a decision, a step or another overlay draws this part alone anew. The tiles are HTML,
see mtal/ui/components/tile_grid.py.
"""

from math import ceil

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count
from mtal.runs.store.run import Run
from mtal.ui import inputs, loaders, review_loaders
from mtal.ui.batch import clicks
from mtal.ui.batch.filters import filter_rows
from mtal.ui.batch.overlay import Overlay, choose_overlay, show_legend
from mtal.ui.batch.preview import PAGE_OF_GRID, look_at, looked_at, show_image, show_steps
from mtal.ui.components.batch_table import decisions_about, near_misses, picks_of, with_pool_columns
from mtal.ui.components.image_sets import chosen_set
from mtal.ui.components.image_table import show_table
from mtal.ui.components.review_buttons import (
    NOTE,
    decision_counts,
    say_what_decisions_do,
    show_bulk,
    show_buttons,
    show_undo,
)
from mtal.ui.components.set_panel import show_set
from mtal.ui.components.tile_grid import grid, marked
from mtal.ui.guard import guarded

A_PAGE = 24  # tiles
KEY = "batch.work"  # of the fragment


@st.fragment(key=KEY)
@guarded
def show_batch(run: Run, cycle: int) -> None:
    """Draw filters, keys, and the grid or table, with the image in the address beside it."""
    rows, content = picks_of(run, cycle), loaders.content(run, cycle)
    say_what_decisions_do(run, cycle)
    rows = _of_set(run, cycle, rows)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view = inputs.switch("View", ["grid", "table"], "batch", "view")
        shown = filter_rows(rows, content)
    image = looked_at(run)
    overlay = choose_overlay(run, cycle)
    with st.container(horizontal=True, vertical_alignment="center", key="batch.keys"):
        show_steps(shown, image, A_PAGE)
        sample = None if image is None else str(run.facts.pool[image])
        show_buttons(run, cycle, sample, _decision(run, cycle, image))
        show_undo(run, cycle)
        show_bulk(run, cycle, shown["id"].astype(str).tolist(), len(rows))
        st.markdown(_counts(rows, shown), width="content")
    show_legend(overlay)
    clicks.listen("batch.opening", NOTE, lambda name, _: look_at(name))
    st.html(marked(image, overlay.opacity))
    if image is None:
        _show_rows(run, cycle, shown, view, overlay)
        return
    left, right = st.columns([7, 4])
    with right, st.container(key="batch.looked"):
        show_image(run, cycle, _row(run, cycle, rows, image), overlay)
    with left:
        _show_rows(run, cycle, shown, view, overlay)


def _of_set(run: Run, cycle: int, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows to show: all, or with `?only=set` those in the set of `?set=`; says how many are."""
    image_set = chosen_set(run)
    if image_set is None:
        return rows
    both = rows[rows.index.isin(image_set.images)]
    show_set(run, cycle, image_set, "batch")
    verb = "is" if len(both) == 1 else "are"
    st.markdown(
        f"**{count(len(both), 'image')}** of this batch {verb} in the set, "
        f"{len(rows) - len(both):,} are not; "
        f"{len(image_set.images) - len(both):,} of the set are not in the batch."
    )
    only = inputs.switch(
        "Show",
        ["batch", "set"],
        "batch",
        "only",
        "The whole batch, or only its images that are in the set",
    )
    return both if only == "set" else rows


def _show_rows(run: Run, cycle: int, shown: pd.DataFrame, view: str, overlay: Overlay) -> None:
    """Grid or table, then the near misses."""
    if shown.empty:
        st.info("No image of this batch passes the filter.", icon=":material/filter_list_off:")
    elif view == "table":
        show_table(run, cycle, shown, "batch")
    else:
        page = _pager(len(shown))
        on_page = shown.iloc[(page - 1) * A_PAGE : page * A_PAGE]
        st.html(grid(run, cycle, on_page, loaders.drawn(run, cycle), overlay.name))
    missed = near_misses(run, cycle)
    if not missed.empty:
        st.subheader("Near misses", anchor=False)
        st.caption(
            "Replacements: when you reject an image, the next of these takes its place; "
            "those you accepted go first."
        )
        st.html(grid(run, cycle, missed, loaders.drawn(run, cycle), overlay.name))


def _pager(images: int) -> int:
    """The page number in the address, at most the last page, with a pager where there are more."""
    pages = ceil(images / A_PAGE)
    asked = st.query_params.get(PAGE_OF_GRID, "1")
    now = min(pages, max(1, int(asked))) if asked.isdecimal() else 1
    if pages == 1:
        return 1
    key = "batch.page"
    st.session_state[key] = now

    def to_url() -> None:
        st.query_params[PAGE_OF_GRID] = str(st.session_state[key])

    return int(st.pagination(pages, key=key, on_change=to_url))


def _row(run: Run, cycle: int, rows: pd.DataFrame, image: int) -> pd.Series:
    """The row of an image, which need not be in the batch."""
    table = (
        rows
        if image in rows.index
        else with_pool_columns(run, cycle, decisions_about(run, cycle, [image]), {})
    )
    return table.iloc[int(table.index.get_loc(image))]  # type: ignore[arg-type]


def _decision(run: Run, cycle: int, image: int | None) -> str:
    """The stored decision on an image, "" without an image or a decision."""
    if image is None:
        return ""
    reviews = review_loaders.decisions(run, cycle)
    decisions = reviews.loc[reviews["sample"] == run.facts.pool[image], "decision"]
    return "" if decisions.empty else str(decisions.iloc[0])


def _counts(rows: pd.DataFrame, shown: pd.DataFrame) -> str:
    """`3 of 48 images · 2 accepted`."""
    filtered = f"**{count(len(rows), 'image')}**"
    if len(shown) < len(rows):
        filtered = f"**{len(shown):,} of {count(len(rows), 'image')}**"
    return " · ".join(part for part in (filtered, decision_counts(rows)) if part)
