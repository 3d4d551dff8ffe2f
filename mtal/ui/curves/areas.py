"""Area under the learning curve, per line and task."""

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count
from mtal.analysis.tables.run_groups import split_all_labels, tasks_in_order
from mtal.analysis.text.areas import (
    NOTHING_COMMON,
    TOO_SHORT,
    best_first,
    long_enough,
    range_note,
    table,
)
from mtal.analysis.text.curves import lines, reference_of
from mtal.ui.components.curve_style import Style
from mtal.ui.text import plain


def show_areas(rows: pd.DataFrame, style: Style, page: str) -> None:
    """Draw a table per task, best first, without runs of one point, which are counted.

    rows: curve rows of one data set, with the column x.
    """
    curves, short = long_enough(split_all_labels(rows)[0])
    if curves.empty:
        st.info(TOO_SHORT, icon=":material/hourglass_empty:")
        return
    titles = {group: line.title for group, line in lines(curves).items()}
    reference = reference_of(curves)
    for task in tasks_in_order(curves):
        task_rows = curves[curves["task"] == task]
        areas, first = best_first(task_rows, reference), task_rows.iloc[0]
        st.markdown(
            f"**{plain(str(first['name']))}**, mean height of the curve: "
            f"{plain(str(first['axis']))}"
        )
        if areas["mean"].isna().all():
            st.caption(NOTHING_COMMON)
            continue
        st.dataframe(
            table(areas, titles, reference, str(first["better"])),
            key=f"{page}.area.{task}",
            hide_index=True,
            height="content",
            alt=f"Area under the curve, {task}",
        )
        st.caption(range_note(areas, style.x))
    if short:
        st.caption(f"Left out, with one point only: {count(short, 'run')}.")
