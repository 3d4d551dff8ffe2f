"""The paper's ablations, redrawn from one's own runs, with its numbers beside where it prints any."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mtal.analysis.tables.ablations import ABLATIONS, Ablation, varied
from mtal.analysis.tables.run_groups import tasks_in_order
from mtal.analysis.text import ablations
from mtal.figures.ablation import per_value
from mtal.runs.store.run import Run
from mtal.ui import inputs
from mtal.ui.components.chart import show_figure
from mtal.ui.text import plain


def show_variation(
    rows: pd.DataFrame, runs: Sequence[Run], page: str, coming: Sequence[Run]
) -> None:
    """A section per ablation; those without runs say what to run. `rows`: of one data set; `coming`: runs without a cycle."""
    lacking = []
    for ablation in ABLATIONS:
        some = varied(ablation, runs)
        if not some and varied(ablation, [*runs, *(run for run in coming if run.status.alive)]):
            st.subheader(f"{ablation.title} ({ablation.source})", anchor=False)
            st.caption(
                "Its runs wait or are at work; it is drawn as soon as two values have a complete cycle."
            )
        elif not some:
            lacking.append(ablation)
        else:
            _show(ablation, some, rows, page)
    if lacking:
        names = "; ".join(f"{one.title} ({one.source})" for one in lacking)
        st.info(
            f"Not among these runs: {plain(names)}. An ablation needs runs of our strategy that differ in this setting and "
            "nothing else, with as many seeds as you can afford.",
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
    tasks, known, tables = tasks_in_order(rows), "-".join(ablation.settings), []
    for column, task in zip(inputs.columns(len(tasks), 4, f"{page}.{known}"), tasks, strict=True):
        one = rows[rows["task"] == task]
        found = ablations.with_printed(ablation, runs, one)
        if found.empty:
            continue
        title, key = str(one["name"].iloc[0]), f"{page}.{known}.{task}"
        with column:
            st.markdown(f"**{plain(title)}**")
            show_figure(
                per_value(found, str(one["axis"].iloc[0]), key, ablations.numeric_axis(ablation)),
                found,
                f"ablation-{known}-{task}",
                f"{ablation.title}: {title} · {one['dataset'].iloc[0]}",
                key,
                ablations.told(found, title),
            )
        tables.append(found)
    if not tables:
        st.caption("No cycle of these runs is complete yet.")
        return
    st.caption(ablations.explained(ablation, pd.concat(tables, ignore_index=True)))
