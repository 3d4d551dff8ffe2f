"""The paper's results alone: curves from its printed tables, areas, budgets and tests."""

from functools import partial

import pandas as pd
import streamlit as st

from mtal.analysis.tables.published import READINGS, SEEDS, published_values
from mtal.analysis.text import published
from mtal.analysis.text.published import TITLES
from mtal.figures.curves import learning_curve
from mtal.ui import inputs
from mtal.ui.components.chart import show_figure
from mtal.ui.curves.win_matrix import choose_correction

FIGURES = {
    "PASCAL": "Figure 4: PASCAL-Context, five tasks",
    "NYU": "Figure 5: NYUD-v2, three tasks",
}


def choose() -> tuple[pd.DataFrame, str, str]:
    """Choose a figure and a reading of the printed ±: rows of its data set, its name, reading."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        dataset = inputs.choose(
            "Figure",
            list(FIGURES),
            "published",
            "figure",
            lambda name: FIGURES[name],
            follows=False,
        )
        reading = inputs.choose(
            "The paper's ± is",
            list(READINGS),
            "published",
            "reading",
            lambda name: READINGS[name],
            follows=False,
            widget=partial(st.segmented_control, required=True),
        )
    rows = published_values(reading=reading)
    st.caption(
        "From the tables of the paper's supplement alone; nothing on this page was measured by "
        "this program. The backbone, the schedule and the loss behind these numbers are not "
        "documented."
    )
    return rows[rows["dataset"] == dataset], dataset, reading


def show_charts(rows: pd.DataFrame, dataset: str, reading: str) -> None:
    """Draw a chart per table, in the paper's order."""
    tables = [table for _, table in rows.groupby("table", sort=True)]
    for column, table in zip(inputs.columns(len(tables), 2, "published"), tables, strict=True):
        first = table.iloc[0]
        task, key = str(first["task"]), f"published.{dataset}.{first['task']}"
        figure = learning_curve(
            published.as_means(table),
            published.lines(table),
            "percent",
            published.axis(first),
            key,
            band="std",
        )
        with column:
            title = f"Figure {first['figure']}: {TITLES.get(task, task)}"
            st.markdown(f"**{title}** (Table {first['table']})")
            show_figure(
                figure,
                table,
                f"published-{dataset}-{task}",
                f"Printed in the paper, {title} · {dataset}",
                key,
                published.summary(table),
            )
    if repeated := published.repeated_note(rows):
        st.caption(repeated)
    st.caption(published.band_note(reading))


def show_numbers(rows: pd.DataFrame) -> None:
    """Draw a table of areas, and of budgets at which values are reached."""
    st.subheader("What follows from the tables", anchor=False)
    st.dataframe(
        published.area_table(rows),
        key="published.numbers",
        hide_index=True,
        height="content",
        alt="Areas under the published curves and budgets at which values are reached",
    )
    st.caption(
        "AULC: mean height of the curve from 20 to 60 % of the labels. Budgets in % of the pool, "
        "linear between points; ≤20: already at the first point."
    )


def show_tests(rows: pd.DataFrame, reading: str) -> None:
    """Draw a table of how many differences are significant with three runs."""
    st.subheader("Which differences hold", anchor=False)
    corrected = choose_correction("published")
    correction = "with Holm’s correction over all of them" if corrected else "without correction"
    st.dataframe(
        published.differences(rows, corrected),
        key="published.tests",
        hide_index=True,
        height="content",
        alt="Welch's tests on the published cells",
    )
    st.caption(
        f"Welch's t-test on mean, ± and n = {SEEDS} of every cell (task and budget), two-sided at "
        f"5 %, {correction}, ± read as {READINGS[reading]}. Switch the reading above: what is "
        "significant depends on it."
    )
