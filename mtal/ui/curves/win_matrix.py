"""Who beats whom: a win matrix over tasks and budgets, by paired tests over seeds."""

import pandas as pd
import streamlit as st

from mtal.analysis.statistics.win_matrix import Wins, wins
from mtal.analysis.tables.run_groups import apart
from mtal.analysis.text import friedman, win_matrix
from mtal.analysis.text.curves import lines
from mtal.figures.matrix import square
from mtal.ui import inputs
from mtal.ui.components.chart import show_figure
from mtal.ui.text import plain

CORRECTIONS = {"holm": "Holm's correction", "none": "none"}


def choose_correction(page: str) -> bool:
    """Whether many tests at once are corrected for, from `?correction=`."""
    return (
        inputs.choose(
            "Many tests at once",
            list(CORRECTIONS),
            page,
            "correction",
            lambda name: CORRECTIONS[name],
            follows=False,
        )
        == "holm"
    )


def show_duels(rows: pd.DataFrame, page: str) -> None:
    """Choose what counts, then the matrix. `rows`: of one data set, with the column x."""
    curves, _ = apart(rows)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = inputs.choose(
            "Counted over",
            list(win_matrix.KINDS),
            page,
            "over",
            lambda name: win_matrix.KINDS[name],
            follows=False,
        )
        corrected = choose_correction(page)
    named = {group: line.title for group, line in lines(curves).items()}
    if len(named) < 2:
        st.info(win_matrix.ONE_LINE, icon=":material/compare_arrows:")
        return
    found = _wins(win_matrix.counted(curves, kind), corrected)
    if reason := win_matrix.untested(found):
        st.info(reason, icon=":material/repeat:")
        return
    shown, weak, words, texts = (
        table.rename(index=named, columns=named)
        for table in (
            win_matrix.in_square(found),
            found.weak,
            win_matrix.words(found),
            win_matrix.texts(found),
        )
    )
    said = win_matrix.told(found, named)
    show_figure(
        square(shown, found.settings, "wins", f"{page}.duels", weak=weak, words=words, texts=texts),
        shown.reset_index(names="row beats column"),
        "wins",
        f"Row beats column ({win_matrix.KINDS[kind]}) · {curves['dataset'].iloc[0]}",
        f"{page}.duels",
        said,
    )
    st.dataframe(
        win_matrix.table(found, named),
        key=f"{page}.duels.mean",
        hide_index=True,
        height="content",
        alt=said,
    )
    st.caption(plain(win_matrix.explained(found, corrected)))
    mean, reason = friedman.ranked(curves)
    if mean is not None:
        st.dataframe(
            friedman.table(mean, named),
            key=f"{page}.duels.ranks",
            hide_index=True,
            height="content",
            alt="Mean ranks over tasks",
        )
    st.caption(plain(reason if mean is None else friedman.explained(mean)))


@st.cache_data(max_entries=32, show_spinner="Comparing …")
def _wins(rows: pd.DataFrame, corrected: bool) -> Wins:
    return wins(rows, corrected)
