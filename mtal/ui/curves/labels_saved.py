"""Labels needed to reach a value, and labels saved against a reference, with intervals."""

import pandas as pd
import streamlit as st

from mtal.analysis.lines import AXES
from mtal.analysis.numbers import decimals
from mtal.analysis.tables.run_groups import split_all_labels, tasks_in_order
from mtal.analysis.text.curves import NO_CURVE, lines, reference_of
from mtal.analysis.text.labels_saved import (
    BOUNDS_NOTE,
    METHOD,
    REFERENCE,
    headline,
    reference_end,
    saved_rows,
    table,
)
from mtal.figures.labels_saved import labels_saved_chart
from mtal.ui import inputs
from mtal.ui.components.chart import show_figure
from mtal.ui.components.curve_style import Style
from mtal.ui.text import plain


def show_labels_saved(rows: pd.DataFrame, style: Style, page: str) -> None:
    """Choose task, reference and value, and draw the chart and the table.

    rows: curve rows of one data set, with the column x.
    """
    curves, _ = split_all_labels(rows)
    if curves.empty:
        st.info(NO_CURVE, icon=":material/show_chart:")
        return
    left, right = st.columns(2)
    with left:
        task = _choose_task(curves, page)
    with right:
        reference, title = _choose_reference(curves, page)
    task_rows = curves[curves["task"] == task]
    end = reference_end(task_rows, reference)
    if end is None:
        st.info(
            f"{plain(title)} has no point yet to compare with.", icon=":material/hourglass_empty:"
        )
        return
    target = choose_target(task_rows, end, f"{page}.target.{task}.{reference}")
    axis, first = AXES[style.x], task_rows.iloc[0]
    saved = saved_rows(task_rows, reference, str(first["better"]), target)
    text = headline(saved, title, axis, typed=target is not None)
    st.markdown(plain(text))
    drawn = saved[saved["note"] != REFERENCE]
    if drawn["share"].notna().any():
        show_figure(
            labels_saved_chart(drawn, f"{axis}: saved against {title} (%)", f"{page}.{task}"),
            drawn,
            f"saved-{task}-{style.x}",
            f"Labels saved, {first['name']} · {first['dataset']}",
            f"{page}.saved",
            text,
        )
        if drawn["censor"].isin(["<=", ">="]).any():
            st.caption(BOUNDS_NOTE)
    st.dataframe(
        table(saved, axis),
        key=f"{page}.saved.table",
        hide_index=True,
        height="content",
        alt="What each line needs to reach the value, and what it saves",
    )
    st.caption(METHOD)


def _choose_task(curves: pd.DataFrame, page: str) -> str:
    titles = dict(zip(curves["task"], curves["name"], strict=True))
    return inputs.choose(
        "Task",
        tasks_in_order(curves),
        page,
        inputs.numbered("task", page),
        lambda name: titles[name],
        follows=False,
        strict=False,
    )


def _choose_reference(curves: pd.DataFrame, page: str) -> tuple[str, str]:
    """The group that the others are compared with, and its title."""
    named = lines(curves)
    group = inputs.choose(
        "Reference",
        list(named),
        page,
        inputs.numbered("reference", page),
        lambda group: named[group].title,
        default=reference_of(curves) or str(curves["group"].iloc[0]),
        follows=False,
        strict=False,
    )
    return group, named[group].title


def choose_target(rows: pd.DataFrame, end: float, key: str) -> float | None:
    """The value to reach; None, for the last value of the reference, unless one is typed.

    rows: of one task. end: the last value of the reference so far, which moves while runs go on.
    """
    low, high = float(rows["value"].min()), float(rows["value"].max())
    precision = decimals([low, high])
    typed = st.number_input(
        f"Value to reach ({rows['axis'].iloc[0]})",
        value=None,
        step=max((high - low) / 20, 10.0**-precision),
        format=f"%.{precision}f",
        key=key,
        placeholder=f"as the reference ends: {end:.{precision}f}",
    )
    return None if typed is None else float(typed)
