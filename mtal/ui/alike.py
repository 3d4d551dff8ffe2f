"""How much strategies, and seeds of one strategy, pick the same images: Jaccard overlap next to what chance gives."""
from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from mtal.figures.square import square
from mtal.runs.lines import titles
from mtal.runs.run import Run
from mtal.statistics.overlap import between_groups, between_seeds
from mtal.ui import inputs, loaders
from mtal.ui.taking import offer_figure
from mtal.ui.words import plain

SCOPES = {"so far": "all picks up to this cycle", "batch": "the batch of this cycle alone"}


def show_overlap(runs: Sequence[Run], page: str) -> None:
    """Choose a cycle, then the square between lines and the table between seeds."""
    picks = picked(runs)
    if picks.empty:
        st.info("No complete cycle of these runs has picked a batch yet.", icon=":material/inventory_2:")
        return
    cycles = [str(cycle) for cycle in sorted(picks["cycle"].unique())]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        cycle = int(inputs.choose("Cycle", cycles, page, "at", default=cycles[-1], follows=False))
        scope = inputs.choose("Picks", list(SCOPES), page, "scope", lambda name: SCOPES[name], follows=False)
    pool = min(len(run.facts.get("pool", ())) - len(run.facts.get("start", ())) for run in runs if run.facts)
    named, cumulative = titles(runs), scope == "so far"
    between = _between_groups(picks, pool, cumulative)
    here = between[between["cycle"] == cycle]
    if not here.empty:
        values, words = in_square(here, named)
        figure = square(values, 1, "Jaccard (0 to 1)", f"{page}.overlap", words=words)
        st.markdown("**Between strategies**, same seed, mean over seeds")
        st.plotly_chart(figure, key=f"{page}.overlap", alt=_told(here, named))
        told = between.assign(one=between["one"].map(named), other=between["other"].map(named))
        offer_figure(told, "overlap", f"{page}.overlap")
    same = _between_seeds(picks, pool, cumulative)
    same = same[same["cycle"] == cycle]
    if not same.empty:
        st.markdown("**Between seeds of one strategy**")
        st.dataframe(pd.DataFrame({"strategy": same["group"].map(named), "overlap": same["mean"].map("{:.3f}".format),
                                   "by chance": same["chance"].map("{:.3f}".format), "pairs of seeds": same["pairs"]}),
                     key=f"{page}.overlap.seeds", hide_index=True, height="content", alt="Overlap between seeds")
    if here.empty and same.empty:
        st.info("No two of these runs can be compared at this cycle: they share neither seed nor strategy.",
                icon=":material/compare_arrows:")
        return
    st.caption("Jaccard: images that both picked, divided by all that either picked; the random start is left out. By chance: "
               "the mean for two random sets of these sizes. Seeds that overlap hardly more than chance say that the choice "
               "hangs on the training's randomness.")


def picked(runs: Sequence[Run]) -> pd.DataFrame:
    """Columns: group, seed, cycle, id; a row per image that was bought after the start."""
    tables = [loaders.picks(run).assign(group=run.config.group, seed=run.config.seed) for run in runs]
    found = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
    return found[["group", "seed", "cycle", "id"]] if len(found) else pd.DataFrame()


def in_square(here: pd.DataFrame, named: dict[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Overlaps at one cycle as a square, and what is told of each cell."""
    groups = list(dict.fromkeys([*here["one"], *here["other"]]))
    values, words = (pd.DataFrame(empty, groups, groups, dtype=object) for empty in (np.nan, ""))
    columns = (here[name] for name in ("one", "other", "mean", "chance", "pairs"))
    for one, other, mean, chance, pairs in zip(*columns, strict=True):
        values.loc[one, other] = values.loc[other, one] = mean
        words.loc[one, other] = words.loc[other, one] = f"{mean:.3f}, by chance {chance:.3f}, over {pairs} seeds"
    return values.astype(float).rename(index=named, columns=named), words.rename(index=named, columns=named)


@st.cache_data(max_entries=32, show_spinner="Comparing picks …")
def _between_groups(picks: pd.DataFrame, pool: int, cumulative: bool) -> pd.DataFrame:
    return between_groups(picks, pool, cumulative)


@st.cache_data(max_entries=32, show_spinner="Comparing picks …")
def _between_seeds(picks: pd.DataFrame, pool: int, cumulative: bool) -> pd.DataFrame:
    return between_seeds(picks, pool, cumulative)


def _told(here: pd.DataFrame, named: dict[str, str]) -> str:
    top = here.sort_values("mean", ascending=False).iloc[0]
    return plain(f"The most alike are {named[top['one']]} and {named[top['other']]}: {top['mean']:.2f}")
