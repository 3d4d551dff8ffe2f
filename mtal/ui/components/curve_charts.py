"""Learning curves: one task's chart with its table, and the mean change against a reference."""

import pandas as pd
import streamlit as st

from mtal.analysis.statistics.curves import across_tasks, over_seeds
from mtal.analysis.tables.published import for_task
from mtal.analysis.tables.run_groups import split_all_labels
from mtal.analysis.text import curves as curve_text
from mtal.figures.curves import learning_curve
from mtal.runs.store.run import LOSS
from mtal.ui.components.chart import show_figure
from mtal.ui.components.curve_style import Style
from mtal.ui.text import plain

CHANGE = "change"  # in place of a task's name: mean change against Random


def means_of(rows: pd.DataFrame, style: Style) -> pd.DataFrame:
    """Means over seeds of all tasks. rows: with the column x."""
    return over_seeds(split_all_labels(rows)[0], style.band)


def show_chart(
    rows: pd.DataFrame, means: pd.DataFrame, task: str, style: Style, legend: bool, page: str
) -> None:
    """Draw one task's curve, its table and its downloads.

    rows: measurements of one data set, with the column x; means: as of `means_of`; task: to draw;
    style: choices of the page; legend: whether the chart has one; page: prefix of the keys.
    """
    curves, whole = split_all_labels(rows[rows["task"] == task])
    first = (curves if len(curves) else whole).iloc[0]
    dataset, title = str(first["dataset"]), str(first["name"])
    lines, key = curve_text.lines(curves), f"{page}.{dataset}.{task}"
    mean = means[means["task"] == task]
    printed = None
    if style.published is not None:
        printed = for_task(style.published, dataset, task)
    figure = learning_curve(
        mean,
        lines,
        style.x,
        str(first["axis"]),
        key,
        band=style.band,
        legend=legend,
        published=printed,
        published_apart=style.apart,
        seeds=curves if style.thin else None,
        full=curve_text.full_levels(whole),
    )
    summary = curve_text.summary(mean, lines, title)
    points = curve_text.point_table(curves, mean, whole, printed, style.band)
    st.markdown(f"**{plain(title)}**")
    show_figure(figure, points, f"{dataset}-{task}-{style.x}", f"{title} · {dataset}", key, summary)
    if printed is not None and printed.empty:
        st.caption("The paper has no numbers for this task and data set.")
    with st.expander("Numbers", key=f"{key}.numbers", on_change="rerun") as numbers:
        if numbers.open:
            st.dataframe(
                curve_text.table(mean, lines, style.x, style.band),
                key=f"{page}.table.{dataset}.{task}",
                hide_index=True,
                alt=summary,
            )


def show_change(rows: pd.DataFrame, style: Style, reference: str, page: str) -> None:
    """Draw the change against a reference at equal x, mean over tasks. reference: its group."""
    curves, _ = split_all_labels(rows[rows["task"] != LOSS])
    lines, dataset = curve_text.lines(curves), str(curves["dataset"].iloc[0])
    key = f"{page}.{dataset}.{CHANGE}"
    title = f"Mean change of all tasks against {lines[reference].title}"
    mean = across_tasks(curves, reference, style.band).dropna(subset="mean")
    st.markdown(f"**{plain(title)}**")
    if mean[mean["group"] != reference].empty:
        st.caption(curve_text.CHANGE_LACKS)
        return
    figure = learning_curve(
        mean, lines, style.x, curve_text.CHANGE_AXIS, key, band=style.band, legend=False, zero=True
    )
    titles = mean["group"].map(lambda group: lines[group].title)
    show_figure(
        figure,
        mean.assign(title=titles).drop(columns="group"),
        f"{dataset}-change-{style.x}",
        f"{title} · {dataset}",
        key,
        curve_text.summary(mean, lines, "Mean change in %"),
    )
    st.caption(curve_text.CHANGE_NOTE)
    with st.expander("Numbers", key=f"{key}.numbers", on_change="rerun") as numbers:
        if numbers.open:
            st.dataframe(
                curve_text.table(mean, lines, style.x, style.band),
                key=f"{key}.table",
                hide_index=True,
                alt="Mean change of all tasks",
            )
