"""The batch at work: filters, overlay, keys, the grid with the image that is looked at beside it, and the near misses.

One fragment: a decision, a step or another overlay runs this part anew and nothing else. Tiles are HTML, see `mosaic`.
"""

from math import ceil

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count
from mtal.runs.store.run import Run
from mtal.ui import inputs, loaders
from mtal.ui.batch import clicks
from mtal.ui.batch.filters import sifted
from mtal.ui.batch.overlay import Overlay, choose_overlay, show_legend
from mtal.ui.batch.preview import PAGE_OF_GRID, look_at, looked_at, show_image, show_steps
from mtal.ui.components.batch_table import described, near_misses, picks_of, said
from mtal.ui.components.image_sets import chosen_set
from mtal.ui.components.image_table import show_table
from mtal.ui.components.review_buttons import (
    NOTE,
    say_what_decisions_do,
    show_bulk,
    show_buttons,
    show_undo,
    told,
)
from mtal.ui.components.set_panel import show_set
from mtal.ui.components.tile_grid import grid, marked

A_PAGE = 24
KEY = "batch.work"  # of the fragment


@st.fragment(key=KEY)
def show_batch(run: Run, cycle: int) -> None:
    """The whole of it."""
    rows, content = picks_of(run, cycle), loaders.content(run, cycle)
    say_what_decisions_do(run, cycle)
    rows = _of_set(run, cycle, rows)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view = inputs.switch("View", ["grid", "table"], "batch", "view")
        shown = sifted(rows, content)
    image = looked_at(run)
    overlay = choose_overlay(run, cycle)
    with st.container(horizontal=True, vertical_alignment="center", key="batch.keys"):
        show_steps(shown, image, A_PAGE)
        sample = None if image is None else str(run.facts.pool[image])
        show_buttons(run, cycle, sample, _decision(run, cycle, rows, image))
        show_undo(run, cycle)
        show_bulk(run, cycle, shown["id"].astype(str).tolist(), len(rows))
        st.markdown(_standing(rows, shown), width="content")
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
    """How the batch meets the set in `?set=`, and only what both hold where that is asked for (`?only=set`)."""
    chosen = chosen_set(run)
    if chosen is None:
        return rows
    both = rows[rows.index.isin(chosen.images)]
    show_set(run, cycle, chosen, "batch")
    st.markdown(
        f"**{count(len(both), 'image')}** of this batch {'is' if len(both) == 1 else 'are'} in the set, "
        f"{len(rows) - len(both):,} are not; {len(chosen.images) - len(both):,} of the set are not in the batch."
    )
    only = inputs.switch(
        "Show",
        ["batch", "set"],
        "batch",
        "only",
        "The whole batch, or only what the set holds of it",
    )
    return both if only == "set" else rows


def _show_rows(run: Run, cycle: int, shown: pd.DataFrame, view: str, overlay: Overlay) -> None:
    """Grid or table, then what comes next below the cut-off."""
    if shown.empty:
        st.info("No image of this batch passes the filter.", icon=":material/filter_list_off:")
    elif view == "table":
        show_table(run, cycle, shown, "batch")
    else:
        page = _pager(len(shown))
        some = shown.iloc[(page - 1) * A_PAGE : page * A_PAGE]
        st.html(grid(run, cycle, some, loaders.drawn(run, cycle), overlay.name))
    missed = near_misses(run, cycle)
    if not missed.empty:
        st.subheader("Near misses", anchor=False)
        st.caption(
            "The next ranks below the cut-off: they come for what is rejected, those that are accepted first."
        )
        st.html(grid(run, cycle, missed, loaders.drawn(run, cycle), overlay.name))


def _pager(images: int) -> int:
    """The page in the address; one beyond the end is the last."""
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
    """Of the image that is looked at, which need not be in the batch."""
    found = rows if image in rows.index else described(run, cycle, said(run, cycle, [image]), {})
    return found.iloc[int(found.index.get_loc(image))]  # type: ignore[arg-type]


def _decision(run: Run, cycle: int, rows: pd.DataFrame, image: int | None) -> str:
    """What was said of it, as a button says it."""
    spoken = loaders.decisions(run, cycle)
    if image is None:
        return ""
    found = spoken.loc[spoken["sample"] == run.facts.pool[image], "decision"]
    return "" if found.empty else str(found.iloc[0])


def _standing(rows: pd.DataFrame, shown: pd.DataFrame) -> str:
    filtered = (
        f"**{f'{len(shown):,} of ' if len(shown) < len(rows) else ''}{count(len(rows), 'image')}**"
    )
    return " · ".join(part for part in (filtered, told(rows)) if part)
