"""What each strategy costs: seconds of a cycle for training and for choosing, and the whole computing time so far."""
from collections.abc import Sequence

import streamlit as st

from mtal.reading import spending
from mtal.runs.run import Run
from mtal.ui import loaders


def show_spending(runs: Sequence[Run], page: str) -> None:
    """A row per line."""
    found = spending.table(runs, loaders.seconds)
    if found.empty:
        st.info(spending.NO_TIMES, icon=":material/hourglass_empty:")
        return
    st.dataframe(found, key=f"{page}.spending", hide_index=True, height="content", alt="Seconds per cycle and strategy")
    st.caption(spending.METHOD + spending.shared_note(found))
