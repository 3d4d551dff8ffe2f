"""What to change where a run measured too little to show."""

import pandas as pd
import streamlit as st

from mtal.config import Config
from mtal.runs.store.pool_table import members
from mtal.runs.store.run import Run


def suggest_describing(run: Run, cycle: int, pool: pd.DataFrame) -> None:
    """That the strategy needed no disagreement or no embedding, and how to have them all the same; nothing if both are there."""
    missing = [
        *(
            []
            if any(members(pool, task.name) for task in run.tasks)
            else ["no disagreement of the tasks"]
        ),
        *(
            []
            if run.cycle(cycle).embedding.exists()
            else ["no embedding, so neither neighbours nor a map"]
        ),
    ]
    if not missing:
        return
    if len(run.tasks) < 2 and missing[0].startswith("no disagreement"):
        st.info(
            "This run has one task, so no other task refines its predictions and there is no disagreement to measure.",
            icon=":material/info:",
        )
        return
    st.info(
        f"Here is {' and '.join(missing)}: the strategy `{run.config.strategy}` does without. A run has both beside any "
        f"strategy where the setting “{Config.model_fields['describe'].title}” is *always*.",
        icon=":material/info:",
    )
    st.page_link(
        "pages/launch.py",
        label="Open Launch with the settings of this run",
        icon=":material/rocket_launch:",
        query_params={"like": run.name},
    )
