"""Jaccard overlap of picks, between strategies and between seeds, beside that of chance."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mtal.analysis.statistics.overlap import between_groups, between_seeds
from mtal.analysis.tables.run_groups import titles
from mtal.analysis.text import overlap
from mtal.figures.matrix import square
from mtal.runs.store.run import Run
from mtal.ui import inputs, loaders
from mtal.ui.components.chart import show_figure

SCOPES = {"so far": "all picks up to this cycle", "batch": "the batch of this cycle alone"}


def show_overlap(runs: Sequence[Run], page: str) -> None:
    """Choose a cycle, and draw the matrix between lines and the table between seeds."""
    picks = overlap.acquired_by_group(runs, loaders.picks)
    if picks.empty:
        st.info(overlap.NO_PICKS, icon=":material/inventory_2:")
        return
    cycles = [str(cycle) for cycle in sorted(picks["cycle"].unique())]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        cycle = int(
            inputs.choose(
                "Cycle",
                cycles,
                page,
                inputs.numbered("at", page),
                default=cycles[-1],
                follows=False,
                strict=False,
            )
        )
        scope = inputs.choose(
            "Picks", list(SCOPES), page, "scope", lambda name: SCOPES[name], follows=False
        )
    named, cumulative = titles(runs), scope == "so far"
    between = _between_groups(picks, overlap.candidates(runs), cumulative)
    in_cycle = between[between["cycle"] == cycle]
    if not in_cycle.empty:
        values, words, texts = overlap.square_tables(in_cycle, named)
        figure = square(values, 1, "Jaccard (0 to 1)", f"{page}.overlap", words=words, texts=texts)
        st.markdown("**Between strategies**, same seed, mean over seeds")
        table = between.assign(one=between["one"].map(named), other=between["other"].map(named))
        show_figure(
            figure,
            table,
            "overlap",
            f"Overlap of {SCOPES[scope]} ({cycle}), same seed",
            f"{page}.overlap",
            overlap.summary(in_cycle, named),
        )
    same = _between_seeds(picks, overlap.candidates(runs, between_seeds=True), cumulative)
    same = same[same["cycle"] == cycle]
    if not same.empty:
        st.markdown("**Between seeds of one strategy**")
        st.dataframe(
            overlap.seeds_table(same, named),
            key=f"{page}.overlap.seeds",
            hide_index=True,
            height="content",
            alt="Overlap between seeds",
        )
    if in_cycle.empty and same.empty:
        st.info(overlap.NO_PAIRS, icon=":material/compare_arrows:")
        return
    st.caption(overlap.METHOD)


@st.cache_data(max_entries=32, show_spinner="Comparing picks …")
def _between_groups(picks: pd.DataFrame, pool: int, cumulative: bool) -> pd.DataFrame:
    return between_groups(picks, pool, cumulative)


@st.cache_data(max_entries=32, show_spinner="Comparing picks …")
def _between_seeds(picks: pd.DataFrame, pool: int, cumulative: bool) -> pd.DataFrame:
    return between_seeds(picks, pool, cumulative)
