"""What other strategies would have picked from the same pool: how much they agree with this batch, and on which images."""

from functools import partial

import pandas as pd
import streamlit as st

from mtal.acquisition.registry import STRATEGIES
from mtal.analysis.numbers import count
from mtal.figures.overlap import overlap_bars, overlaps
from mtal.runs.store.run import Run
from mtal.ui import inputs, loaders
from mtal.ui.components.batch_table import described, said
from mtal.ui.components.tile_grid import grid
from mtal.ui.text import plain

SIDES = {"both": "Both picked", "ours": "Only this run", "theirs": "Only the other"}
SHOWN = 24  # tiles of one side; the table has all of them
CHART = "batch.rivals.chart"


@st.fragment(key="batch.rivals")
def show_rivals(run: Run, cycle: int) -> None:
    """Bars, then the images of the strategy in `?vs=`."""
    others = loaders.others_picked(run, cycle)
    st.subheader("What would others have picked?", anchor=False)
    if not others:
        st.caption(
            "No other strategy was replayed in this cycle: that needs the signals of that strategy, which a run has where "
            "the setting “Describe the pool” is *always*. Runs of an earlier version have none."
        )
        return
    ours = list(dict.fromkeys(run.picked(cycle)[:, 0].tolist()))
    rows, titles = overlaps(ours, others), {name: _title(name) for name in others}
    st.caption(
        "From the same pool and network, with the same budget, whatever people decided afterwards. A click on a bar shows "
        "the images."
    )
    chosen = _chosen(rows)
    told = ", ".join(
        f"{titles[str(name)]} {both}"
        for name, both in zip(rows["strategy"], rows["both"], strict=True)
    )
    st.plotly_chart(
        overlap_bars(rows, titles, chosen, f"{run.name}/{cycle}"),
        key=CHART,
        selection_mode="points",
        on_select=partial(_select, rows),
        alt=f"Of the {len(ours)} images of this batch others would take: {told}",
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
    _show_side(run, cycle, ours, others[chosen], side, titles[chosen])
    _say_left_out(run, cycle)


def _chosen(rows: pd.DataFrame) -> str:
    asked = st.query_params.get("vs")
    return (
        asked
        if asked is not None and asked in set(rows["strategy"])
        else str(rows["strategy"].iloc[0])
    )


def _select(rows: pd.DataFrame) -> None:
    points = dict(st.session_state.get(CHART) or {}).get("selection", {}).get("points", [])
    if points:
        st.query_params["vs"] = str(rows["strategy"].iloc[int(points[0]["point_index"])])


def _show_side(
    run: Run, cycle: int, ours: list[int], theirs: list[int], side: str, title: str
) -> None:
    wanted = {
        "both": [image for image in ours if image in set(theirs)],
        "ours": [image for image in ours if image not in set(theirs)],
        "theirs": [image for image in theirs if image not in set(ours)],
    }[side]
    place = {image: number for number, image in enumerate(theirs, start=1)}
    st.caption(
        f"**{SIDES[side]}: {count(len(wanted), 'image')}.** "
        + (
            f"In the order of {plain(title)}."
            if side == "theirs"
            else "In the order of this batch."
        )
        + (f" The first {SHOWN} are shown." if len(wanted) > SHOWN else "")
    )
    if wanted:
        shown = wanted[:SHOWN]
        rows = described(run, cycle, said(run, cycle, shown), {})
        rows["also"] = [f"{place[image]}. for {title}" if image in place else "" for image in shown]
        st.html(grid(run, cycle, rows, set()))


def _say_left_out(run: Run, cycle: int) -> None:
    left_out = run.others_left_out(cycle)
    if left_out:
        st.caption(
            "Not replayed: "
            + "; ".join(plain(f"{_title(name)}: {why}") for name, why in left_out.items())
            + "."
        )


def _title(name: str) -> str:
    """A strategy of one's own has no title here."""
    return STRATEGIES[name].title if name in STRATEGIES else name
