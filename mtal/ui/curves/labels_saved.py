"""Labels to reach a value, and what each line saves against a reference, with intervals over seeds."""

import pandas as pd
import streamlit as st

from mtal.analysis.lines import AXES
from mtal.analysis.numbers import decimals
from mtal.analysis.tables.run_groups import apart, tasks_in_order
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
from mtal.figures.labels_saved import savings
from mtal.ui import inputs
from mtal.ui.components.chart import show_figure
from mtal.ui.components.curve_charts import Style
from mtal.ui.text import plain


def show_saving(rows: pd.DataFrame, style: Style, page: str) -> None:
    """Choose task, reference and value; the chart, and the table. `rows`: of one data set, with the column x."""
    curves, _ = apart(rows)
    if curves.empty:
        st.info(NO_CURVE, icon=":material/show_chart:")
        return
    titles = dict(zip(curves["task"], curves["name"], strict=True))
    named, usual = lines(curves), reference_of(curves) or str(curves["group"].iloc[0])
    left, right = st.columns(2)
    with left:
        task = inputs.choose(
            "Task",
            tasks_in_order(curves),
            page,
            inputs.numbered("task", page),
            lambda name: titles[name],
            follows=False,
            strict=False,
        )
    with right:
        reference = inputs.choose(
            "Held against",
            list(named),
            page,
            inputs.numbered("reference", page),
            lambda group: named[group].title,
            default=usual,
            follows=False,
            strict=False,
        )
    one = curves[curves["task"] == task]
    end = reference_end(one, reference)
    if end is None:
        st.info(
            f"{plain(named[reference].title)} has no point yet to be held against.",
            icon=":material/hourglass_empty:",
        )
        return
    target, axis = choose_target(one, end, f"{page}.target.{task}.{reference}"), AXES[style.x]
    found = saved_rows(one, reference, str(one["better"].iloc[0]), target)
    said = headline(found, named[reference].title, axis)
    st.markdown(plain(said))
    drawn = found[found["note"] != REFERENCE]
    if drawn["share"].notna().any():
        show_figure(
            savings(drawn, f"{axis}: saved against {named[reference].title} (%)", f"{page}.{task}"),
            drawn,
            f"saved-{task}-{style.x}",
            f"Labels saved, {titles[task]} · {one['dataset'].iloc[0]}",
            f"{page}.saved",
            said,
        )
        if drawn["censor"].isin(["<=", ">="]).any():
            st.caption(BOUNDS_NOTE)
    st.dataframe(
        table(found, axis),
        key=f"{page}.saved.table",
        hide_index=True,
        height="content",
        alt="What each line needs to reach the value, and what it saves",
    )
    st.caption(METHOD)


def choose_target(one: pd.DataFrame, end: float, key: str) -> float | None:
    """The value to reach; None, unless one is typed, for where the reference ends: that moves while runs go on. `end`: where that
    is now."""
    low, high = float(one["value"].min()), float(one["value"].max())
    places = decimals([low, high])
    typed = st.number_input(
        f"Value to reach ({one['axis'].iloc[0]})",
        value=None,
        step=max((high - low) / 20, 10.0**-places),
        format=f"%.{places}f",
        key=key,
        placeholder=f"as the reference ends: {end:.{places}f}",
    )
    return None if typed is None else float(typed)
