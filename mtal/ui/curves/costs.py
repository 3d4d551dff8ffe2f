"""What each strategy costs: seconds of a cycle for training and for choosing, and the whole computing time so far."""

from collections.abc import Sequence

import streamlit as st

from mtal.analysis.text import costs
from mtal.runs.store.run import Run
from mtal.ui import loaders


def show_spending(runs: Sequence[Run], page: str) -> None:
    """A row per line."""
    found = costs.table(runs, loaders.seconds)
    if found.empty:
        st.info(costs.NO_TIMES, icon=":material/hourglass_empty:")
        return
    st.dataframe(
        found,
        key=f"{page}.spending",
        hide_index=True,
        height="content",
        alt="Seconds per cycle and strategy",
    )
    st.caption(costs.METHOD + costs.shared_note(found))
