"""Area under the learning curve: one number for a whole curve, per line and task."""

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count
from mtal.analysis.tables.run_groups import apart, tasks_in_order
from mtal.analysis.text.areas import (
    NOTHING_COMMON,
    TOO_SHORT,
    area_table,
    best_first,
    long_enough,
    range_note,
)
from mtal.analysis.text.curves import lines, reference_of
from mtal.ui.components.curve_charts import Style
from mtal.ui.text import plain


def show_areas(rows: pd.DataFrame, style: Style, page: str) -> None:
    """A table per task, best first; runs of one point are left out and counted. `rows`: of one data set, with the column x."""
    curves, short = long_enough(apart(rows)[0])
    if curves.empty:
        st.info(TOO_SHORT, icon=":material/hourglass_empty:")
        return
    named, reference = (
        {group: line.title for group, line in lines(curves).items()},
        reference_of(curves),
    )
    for task in tasks_in_order(curves):
        one = curves[curves["task"] == task]
        found = best_first(one, reference)
        st.markdown(
            f"**{plain(str(one['name'].iloc[0]))}**, mean height of the curve: {plain(str(one['axis'].iloc[0]))}"
        )
        if found["mean"].isna().all():
            st.caption(NOTHING_COMMON)
            continue
        shown = area_table(found, named, reference, str(one["better"].iloc[0]))
        st.dataframe(
            shown,
            key=f"{page}.area.{task}",
            hide_index=True,
            height="content",
            alt=f"Area under the curve, {task}",
        )
        st.caption(range_note(found, style.x))
    if short:
        st.caption(f"Left out, since they have one point: {count(short, 'run')}.")
