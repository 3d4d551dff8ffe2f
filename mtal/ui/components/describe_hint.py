"""Advice for runs whose strategy measured too little for a page."""

import pandas as pd
import streamlit as st

from mtal.config import Config
from mtal.runs.store.pool_table import members
from mtal.runs.store.run import Run


def suggest_describing(run: Run, cycle: int, pool: pd.DataFrame) -> None:
    """Say that disagreement or embedding was not measured, and which setting measures both.

    Draws nothing if both were measured.
    """
    measured_gaps = any(members(pool, task.name) for task in run.tasks)
    if not measured_gaps and len(run.tasks) < 2:
        st.info(
            "This run has one task, so no other task refines its predictions and there is no "
            "disagreement to measure.",
            icon=":material/info:",
        )
        return
    missing = []
    if not measured_gaps:
        missing.append("no disagreement of the tasks")
    if run.embedding(cycle) is None:
        missing.append("no embedding, so neither neighbours nor a map")
    if not missing:
        return
    setting = Config.model_fields["describe"].title
    st.info(
        f"This run has {' and '.join(missing)}: its strategy `{run.config.strategy}` needs none. "
        f"With the setting “{setting}” at *always* a run measures both, whatever its strategy.",
        icon=":material/info:",
    )
    st.page_link(
        "pages/launch.py",
        label="Open Launch with the settings of this run",
        icon=":material/rocket_launch:",
        query_params={"like": run.name},
    )
