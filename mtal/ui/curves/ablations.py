"""The paper's ablations drawn from one's own runs, beside the published numbers where any exist."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mtal.analysis.tables.ablations import ABLATIONS, Ablation, varied_runs
from mtal.analysis.tables.run_groups import tasks_in_order
from mtal.analysis.text import ablations
from mtal.figures.ablation import per_value
from mtal.runs.store.run import Run
from mtal.ui import inputs
from mtal.ui.components.chart import show_figure
from mtal.ui.text import plain


def show_ablations(
    rows: pd.DataFrame, runs: Sequence[Run], page: str, coming: Sequence[Run]
) -> None:
    """Draw a section per ablation, and name those that no runs vary.

    rows: curve rows of `runs`, all of one data set. coming: runs without a complete cycle.
    """
    alive = [run for run in coming if run.status.alive]
    missing = []
    for ablation in ABLATIONS:
        varied = varied_runs(ablation, runs)
        if varied:
            _show(ablation, varied, rows, page)
        elif varied_runs(ablation, [*runs, *alive]):
            st.subheader(f"{ablation.title} ({ablation.source})", anchor=False)
            st.caption("Its runs are waiting or running; it is drawn once two values have a cycle.")
        else:
            missing.append(f"{ablation.title} ({ablation.source})")
    if missing:
        st.info(
            f"Not among these runs: {plain('; '.join(missing))}. An ablation needs runs of "
            "one strategy that differ in this setting and nothing else, with as many seeds as you "
            "can afford.",
            icon=":material/tune:",
        )
        st.page_link(
            "pages/launch.py",
            label="Plan them on Launch: compare variants, then “Fill in the paper's ablations”",
            icon=":material/rocket_launch:",
            query_params={"compare": "all"},
        )


def _show(ablation: Ablation, runs: Sequence[Run], rows: pd.DataFrame, page: str) -> None:
    st.subheader(f"{ablation.title} ({ablation.source})", anchor=False)
    tasks, settings, tables = tasks_in_order(rows), "-".join(ablation.settings), []
    columns = inputs.columns(len(tasks), 4, f"{page}.{settings}")
    for column, task in zip(columns, tasks, strict=True):
        task_rows = rows[rows["task"] == task]
        values = ablations.with_published(ablation, runs, task_rows)
        if values.empty:
            continue
        first, key = task_rows.iloc[0], f"{page}.{settings}.{task}"
        title = str(first["name"])
        with column:
            st.markdown(f"**{plain(title)}**")
            show_figure(
                per_value(values, str(first["axis"]), key, ablations.numeric_axis(ablation)),
                values,
                f"ablation-{settings}-{task}",
                f"{ablation.title}: {title} · {first['dataset']}",
                key,
                ablations.summary(values, title),
            )
        tables.append(values)
    if not tables:
        st.caption("No cycle of these runs is complete yet.")
        return
    st.caption(ablations.explanation(ablation, pd.concat(tables, ignore_index=True)))
