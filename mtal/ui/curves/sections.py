"""Sections of the page of learning curves: the choice of runs and section, and the charts."""

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from mtal.analysis.numbers import count
from mtal.analysis.tables.run_groups import split_all_labels, tasks_in_order
from mtal.analysis.text.curves import reference_of
from mtal.runs.experiments.state import Experiment
from mtal.runs.store.run import Run
from mtal.ui import inputs, loaders
from mtal.ui.components import curve_charts, curve_notes, curve_style
from mtal.ui.components.report_download import offer_report
from mtal.ui.text import code, plain

VIEWS = {
    "curves": "Curves",
    "saved": "Labels saved",
    "areas": "Areas",
    "wins": "Who wins",
    "overlap": "Overlap of picks",
    "costs": "Costs",
    "ablations": "Ablations",
}
ON_AN_AXIS = {"curves", "saved", "areas"}  # sections that depend on what the horizontal axis is


def choose_compared(page: str, usual: Sequence[str]) -> list[Run]:
    """The runs of `?experiment=`, else those of `?cmp=`, which is `usual` at first.

    Without runs it says what to do, and ends the page.
    """
    asked, experiment = st.query_params.get("experiment"), asked_experiment()
    if asked and experiment is None:
        st.warning(
            f"There is no experiment {code(asked)} here. Choose runs instead.",
            icon=":material/link_off:",
        )
    if experiment is not None:
        planned = [experiment.run(cell) for cell in experiment.cells]
        runs = [run for run in planned if run is not None]
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link(
                "pages/experiments.py",
                label=f"Experiment: {plain(experiment.title)}",
                icon=":material/science:",
                query_params={"experiment": experiment.name},
            )
            st.caption(count(len(runs), "run"), width="content")
            st.page_link(
                "pages/curves.py",
                label="Choose single runs instead",
                icon=":material/checklist:",
                query_params={},
            )
        if not runs:
            st.info(
                "None of its runs has begun. Start them on the experiment's page.",
                icon=":material/hourglass_empty:",
            )
            st.stop()
        return runs
    if usual and "cmp" not in st.query_params and f"{page}.cmp" not in st.session_state:
        st.query_params["cmp"] = list(usual)
    runs = inputs.choose_runs(page)
    if not runs:
        st.info(
            "Choose at least one run above. A run has a curve once its first cycle is complete.",
            icon=":material/show_chart:",
        )
        st.stop()
    return runs


def asked_experiment() -> Experiment | None:
    """The experiment of `?experiment=`; None without it, or where none has this name."""
    name = st.query_params.get("experiment")
    return next((plan for plan in loaders.experiments() if plan.name == name), None)


def offer_report_of(runs: Sequence[Run], page: str) -> None:
    """Offer a report of the experiment in the address with all its runs, else of `runs`."""
    experiment = asked_experiment()
    offer_report(experiment or runs, experiment.name if experiment else "curves", page)


def choose_view(page: str) -> str:
    """The section of `?view=`."""
    return inputs.choose(
        "Show",
        list(VIEWS),
        page,
        "view",
        lambda name: VIEWS[name],
        follows=False,
        widget=partial(st.segmented_control, required=True, label_visibility="collapsed"),
    )


def head(part: pd.DataFrame, number: int, rows: pd.DataFrame) -> None:
    """Head the part `number` of `rows` with its data set, where there are several.

    It says whether the backbone was frozen.
    """
    if rows["dataset"].nunique() > 1:
        if number == 0:
            st.warning(
                "These runs use different data sets: a section for each.", icon=":material/warning:"
            )
        st.subheader(plain(str(part["dataset"].iloc[0])), anchor=False)
    curve_notes.say_backbone(part)


def show_curves(
    part: pd.DataFrame, style: curve_style.Style, page: str, runs: Sequence[Run]
) -> None:
    """Draw the multi-task loss, the mean change against Random, and a chart per task.

    part: curve rows of one data set. runs: all that were chosen.
    """
    (first, *others), means = tasks_in_order(part), curve_charts.means_of(part, style)
    reference = reference_of(split_all_labels(part)[0])
    loss, change = st.container(key=f"wraps.{page}.first").columns(2)
    with loss:
        curve_charts.show_chart(part, means, first, style, legend=True, page=page)
    with change:
        if reference is None or part["group"].nunique() < 2:
            st.caption(
                "Choose a run of Random and one of another strategy to see the mean change against "
                "Random."
            )
        else:
            curve_charts.show_change(part, style, reference, page)
    curve_notes.show_remarks(part, style, runs)
    for column, task in zip(inputs.columns(len(others), 3, f"{page}.tasks"), others, strict=True):
        with column:
            curve_charts.show_chart(part, means, task, style, legend=False, page=page)
