"""Who beats whom: a win matrix over tasks and budgets, by paired tests over seeds."""
import pandas as pd
import streamlit as st

from mtal.figures.square import square
from mtal.reading import duels, ranks
from mtal.reading.curves import lines
from mtal.runs.lines import apart
from mtal.statistics.wins import Wins, wins
from mtal.ui import inputs
from mtal.ui.chart import show_figure
from mtal.ui.words import plain

CORRECTIONS = {"holm": "Holm's correction", "none": "none"}


def choose_correction(page: str) -> bool:
    """Whether many tests at once are corrected for, from `?correction=`."""
    return inputs.choose("Many tests at once", list(CORRECTIONS), page, "correction", lambda name: CORRECTIONS[name],
                         follows=False) == "holm"


def show_duels(rows: pd.DataFrame, page: str) -> None:
    """Choose what counts, then the matrix. `rows`: of one data set, with the column x."""
    curves, _ = apart(rows)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = inputs.choose("Counted over", list(duels.KINDS), page, "over", lambda name: duels.KINDS[name], follows=False)
        corrected = choose_correction(page)
    named = {group: line.title for group, line in lines(curves).items()}
    if len(named) < 2:
        st.info(duels.ONE_LINE, icon=":material/compare_arrows:")
        return
    found = _wins(duels.counted(curves, kind), corrected)
    if reason := duels.untested(found):
        st.info(reason, icon=":material/repeat:")
        return
    shown, weak, words, texts = (table.rename(index=named, columns=named) for table in
                          (duels.in_square(found), found.weak, duels.words(found), duels.texts(found)))
    said = duels.told(found, named)
    show_figure(square(shown, found.settings, "wins", f"{page}.duels", weak=weak, words=words, texts=texts),
                shown.reset_index(names="row beats column"), "wins",
                f"Row beats column ({duels.KINDS[kind]}) · {curves['dataset'].iloc[0]}", f"{page}.duels", said)
    st.dataframe(duels.table(found, named), key=f"{page}.duels.mean", hide_index=True, height="content", alt=said)
    st.caption(plain(duels.explained(found, corrected)))
    mean, reason = ranks.ranked(curves)
    if mean is not None:
        st.dataframe(ranks.table(mean, named), key=f"{page}.duels.ranks", hide_index=True, height="content",
                     alt="Mean ranks over tasks")
    st.caption(plain(reason if mean is None else ranks.explained(mean)))


@st.cache_data(max_entries=32, show_spinner="Comparing …")
def _wins(rows: pd.DataFrame, corrected: bool) -> Wins:
    return wins(rows, corrected)
