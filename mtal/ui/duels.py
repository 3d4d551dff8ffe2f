"""Who beats whom: a win matrix over tasks and budgets, by paired tests over seeds."""
import numpy as np
import pandas as pd
import streamlit as st

from mtal.figures.square import square
from mtal.runs.lines import apart
from mtal.runs.run import LOSS
from mtal.statistics.wins import FEW, MEAN, Wins, wins
from mtal.ui import inputs
from mtal.ui.comparison import lines
from mtal.ui.taking import offer_figure
from mtal.ui.words import plain

KINDS = {"loss": "the multi-task loss alone", "tasks": "every task is a setting"}
CORRECTIONS = {"holm": "Holm's correction", "none": "none"}


def show_duels(rows: pd.DataFrame, page: str) -> None:
    """Choose what counts, then the matrix. `rows`: of one data set, with the column x."""
    curves, _ = apart(rows)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = inputs.choose("Counted over", list(KINDS), page, "over", lambda name: KINDS[name], follows=False)
        corrected = inputs.choose("Many tests at once", list(CORRECTIONS), page, "correction", lambda name: CORRECTIONS[name],
                                  follows=False) == "holm"
    curves = curves[(curves["task"] == LOSS) == (kind == "loss")]
    named = {group: line.title for group, line in lines(curves).items()}
    if len(named) < 2:
        st.info("Two lines are needed to hold one against the other.", icon=":material/compare_arrows:")
        return
    found = _wins(curves.assign(setting=curves["task"])[["group", "seed", "cycle", "x", "value", "setting", "better"]], corrected)
    most = int(found.n.to_numpy().max())
    if most < 2:
        st.info("No two lines share two seeds: without repetitions there is nothing to test. Add seeds.",
                icon=":material/repeat:")
        return
    def titled(table: pd.DataFrame) -> pd.DataFrame:
        return table.rename(index=named, columns=named)

    rates = found.matrix.loc[MEAN, list(named)].to_numpy(float)
    beaten = {group: float(rate) for group, rate in zip(named, rates, strict=True)}
    shown = titled(found.matrix.loc[list(named), list(named)].where(~np.eye(len(named), dtype=bool)))
    figure = square(shown, found.settings, "wins", f"{page}.duels", weak=titled(found.weak),
                    words=titled(words(found)))
    st.plotly_chart(figure, key=f"{page}.duels", alt=told(beaten, named))
    offer_figure(shown.reset_index(names="row beats column"), "wins", f"{page}.duels")
    order = sorted(beaten, key=beaten.__getitem__)
    st.dataframe(pd.DataFrame({"strategy": [named[group] for group in order],
                               "how often it is beaten": [f"{beaten[group]:.3f}" for group in order]}),
                 key=f"{page}.duels.mean", hide_index=True, height="content", alt=told(beaten, named))
    st.caption(explained(found, most, corrected))


@st.cache_data(max_entries=32, show_spinner="Comparing …")
def _wins(rows: pd.DataFrame, corrected: bool) -> Wins:
    return wins(rows, corrected)


def words(found: Wins) -> pd.DataFrame:
    """What is told of each cell."""
    groups = list(found.n.index)
    text = [["" if i == j else
             f"{found.matrix.loc[i, j]:.2f} of {found.possible.loc[i, j]:.2f} possible wins, n={found.n.loc[i, j]}"
             for j in groups] for i in groups]
    return pd.DataFrame(text, groups, groups)


def told(beaten: dict[str, float], named: dict[str, str]) -> str:
    """Who is beaten the least, in one line."""
    order = sorted(beaten, key=beaten.__getitem__)
    return "Beaten least often: " + ", ".join(f"{named[group]} {beaten[group]:.2f}" for group in order[:3])


def explained(found: Wins, most: int, corrected: bool) -> str:
    """How to read it: test, number of seeds, what is needed."""
    needed = float(np.nanmin(found.critical.where(found.n == most).to_numpy()))
    test = "after Holm's correction over all pairs and budgets of a setting" if corrected else \
        f"|t| above {needed:.2f} is needed at n={most}"
    weak = f" Grey: fewer than {FEW} shared seeds." if found.weak.to_numpy().any() else ""
    return plain(f"A row gains 1 / budgets for every budget at which it beats the column in a paired two-sided t-test at 5 % "
                 f"({test}); as in BADGE (Ash et al. 2020). {found.settings} setting{'s' * (found.settings != 1)}, so a cell can "
                 f"reach {found.settings}. With 3 seeds only large and steady differences can pass.{weak}")
