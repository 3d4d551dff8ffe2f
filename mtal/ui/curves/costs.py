"""Computing time per strategy: training and selection per cycle, and the total so far."""

from collections.abc import Sequence

import streamlit as st

from mtal.analysis.text import costs
from mtal.runs.store.run import Run
from mtal.ui import loaders


def show_costs(runs: Sequence[Run], page: str) -> None:
    """Draw a table with a row per line."""
    table = costs.table(runs, loaders.seconds)
    if table.empty:
        st.info(costs.NO_TIMES, icon=":material/hourglass_empty:")
        return
    st.dataframe(
        table,
        key=f"{page}.spending",
        hide_index=True,
        height="content",
        alt="Seconds per cycle and strategy",
    )
    st.caption(costs.METHOD + costs.shared_note(table))
