"""Win matrix over tasks and budgets, by paired tests over seeds."""

import pandas as pd
import streamlit as st

from mtal.analysis.statistics.win_matrix import Wins, wins
from mtal.analysis.tables.run_groups import split_all_labels
from mtal.analysis.text import friedman, win_matrix
from mtal.analysis.text.curves import lines
from mtal.figures.matrix import square
from mtal.ui import inputs
from mtal.ui.components.chart import show_figure
from mtal.ui.text import plain

CORRECTIONS = {"holm": "Holm's correction", "none": "none"}


def choose_correction(page: str) -> bool:
    """Whether p-values are corrected for multiple tests, from `?correction=`."""
    correction = inputs.choose(
        "Many tests at once",
        list(CORRECTIONS),
        page,
        "correction",
        lambda name: CORRECTIONS[name],
        follows=False,
    )
    return correction == "holm"


def show_win_matrix(rows: pd.DataFrame, page: str) -> None:
    """Choose what is counted, and draw the matrix and the mean ranks.

    rows: curve rows of one data set, with the column x.
    """
    curves, _ = split_all_labels(rows)
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
    result = _wins(win_matrix.compared_rows(curves, kind), corrected)
    if reason := win_matrix.untested_reason(result):
        st.info(reason, icon=":material/repeat:")
        return
    shown, weak, words, texts = (
        table.rename(index=named, columns=named)
        for table in (
            win_matrix.square_values(result),
            result.weak,
            win_matrix.cell_words(result),
            win_matrix.cell_texts(result),
        )
    )
    text = win_matrix.summary(result, named)
    show_figure(
        square(
            shown, result.settings, "wins", f"{page}.duels", weak=weak, words=words, texts=texts
        ),
        shown.reset_index(names="row beats column"),
        "wins",
        f"Row beats column ({win_matrix.KINDS[kind]}) · {curves['dataset'].iloc[0]}",
        f"{page}.duels",
        text,
    )
    st.dataframe(
        win_matrix.table(result, named),
        key=f"{page}.duels.mean",
        hide_index=True,
        height="content",
        alt=text,
    )
    st.caption(plain(win_matrix.explanation(result, corrected)))
    mean, reason = friedman.mean_ranks(curves)
    if mean is not None:
        st.dataframe(
            friedman.table(mean, named),
            key=f"{page}.duels.ranks",
            hide_index=True,
            height="content",
            alt="Mean ranks over tasks",
        )
    st.caption(plain(reason if mean is None else friedman.explanation(mean)))


@st.cache_data(max_entries=32, show_spinner="Comparing …")
def _wins(rows: pd.DataFrame, corrected: bool) -> Wins:
    return wins(rows, corrected)
