"""Picks of other strategies from the same pool, and their overlap with this batch."""

from functools import partial

import pandas as pd
import streamlit as st

from mtal.acquisition.registry import STRATEGIES
from mtal.analysis.numbers import count
from mtal.figures.overlap import overlap_bars, overlaps
from mtal.runs.store.run import Run
from mtal.ui import inputs, loaders
from mtal.ui.components.batch_table import decisions_about, with_pool_columns
from mtal.ui.components.tile_grid import grid
from mtal.ui.guard import guarded
from mtal.ui.text import plain

SIDES = {"both": "Both picked", "ours": "Only this run", "theirs": "Only the other"}
SHOWN = 24  # tiles at most
CHART = "batch.rivals.chart"


@st.fragment(key="batch.rivals")
@guarded
def show_other_strategies(run: Run, cycle: int) -> None:
    """Draw a bar of overlap per strategy, then the picks of the strategy in `?vs=`."""
    others = loaders.others_picked(run, cycle)
    st.subheader("What would others have picked?", anchor=False)
    if not others:
        st.caption(
            "No other strategy was replayed in this cycle. Replaying one needs its signals, which "
            "a run measures where the setting “Describe the pool” is *always*. Runs of an earlier "
            "version have none."
        )
        return
    ours = list(dict.fromkeys(run.picked(cycle)[:, 0].tolist()))
    rows, titles = overlaps(ours, others), {name: _title(name) for name in others}
    st.caption(
        "From the same pool and network, with the same budget, before any review. Click a bar to "
        "see the images."
    )
    other = _asked_strategy(rows)
    shared = ", ".join(
        f"{titles[str(name)]} {both}"
        for name, both in zip(rows["strategy"], rows["both"], strict=True)
    )
    st.plotly_chart(
        overlap_bars(rows, titles, other, f"{run.name}/{cycle}"),
        key=CHART,
        selection_mode="points",
        on_select=partial(_select, rows),
        alt=f"Of the {len(ours)} images of this batch others would take: {shared}",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        inputs.choose(
            "Compare with",
            rows["strategy"].tolist(),
            "batch",
            "vs",
            titles.__getitem__,
            follows=False,
            widget=partial(st.selectbox, width=320),
        )
        side = inputs.switch("Images", list(SIDES), "batch", "side")
    _show_side(run, cycle, ours, others[other], side, titles[other])
    _say_left_out(run, cycle)


def _asked_strategy(rows: pd.DataFrame) -> str:
    """The strategy in `?vs=`, else the first."""
    names = rows["strategy"].astype(str).tolist()
    asked = st.query_params.get("vs", names[0])
    return asked if asked in names else names[0]


def _select(rows: pd.DataFrame) -> None:
    points = dict(st.session_state.get(CHART) or {}).get("selection", {}).get("points", [])
    if points:
        st.query_params["vs"] = str(rows["strategy"].iloc[int(points[0]["point_index"])])


def _show_side(
    run: Run, cycle: int, ours: list[int], theirs: list[int], side: str, title: str
) -> None:
    """Draw the images of one side.

    ours, theirs: positions in the pool in the order of picking, of this run and of the other
    strategy, whose title is `title`. side: a key of SIDES.
    """
    images = {
        "both": [image for image in ours if image in set(theirs)],
        "ours": [image for image in ours if image not in set(theirs)],
        "theirs": [image for image in theirs if image not in set(ours)],
    }[side]
    ranks = {image: rank for rank, image in enumerate(theirs, start=1)}
    order = plain(title) if side == "theirs" else "this batch"
    text = f"**{SIDES[side]}: {count(len(images), 'image')}.** In the order of {order}."
    if len(images) > SHOWN:
        text += f" The first {SHOWN} are shown."
    st.caption(text)
    if images:
        shown = images[:SHOWN]
        rows = with_pool_columns(run, cycle, decisions_about(run, cycle, shown), {})
        rows["also"] = [
            f"{title}: rank {ranks[image]}" if image in ranks else "" for image in shown
        ]
        st.html(grid(run, cycle, rows, set()))


def _say_left_out(run: Run, cycle: int) -> None:
    left_out = run.others_left_out(cycle)
    if left_out:
        reasons = [plain(f"{_title(name)}: {reason}") for name, reason in left_out.items()]
        st.caption(f"Not replayed: {'; '.join(reasons)}.")


def _title(name: str) -> str:
    """Title of a strategy; the id of a user's strategy, which is not in the registry."""
    return STRATEGIES[name].title if name in STRATEGIES else name
