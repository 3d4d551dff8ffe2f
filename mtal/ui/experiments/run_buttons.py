"""Buttons that start, stop and resume the runs of an experiment together."""

from collections.abc import Sequence

import streamlit as st

from mtal.analysis.numbers import count
from mtal.runs.experiments.experiment import REFUSED, start_all, stop_all
from mtal.runs.experiments.state import CellState, Experiment
from mtal.runs.jobs.status import Status
from mtal.runs.store.failures import Failure, failure_of
from mtal.runs.store.run import Run
from mtal.ui.components import run_cards
from mtal.ui.components.resume_runs import resume_runs
from mtal.ui.experiments.run_matrix import BROKEN
from mtal.ui.text import code, plain

LINKED = 5  # runs of one failure that are linked


def show_buttons(experiment: Experiment, states: Sequence[CellState]) -> None:
    """Draw buttons that start or resume all runs that can be, and stop all living ones."""
    resumable = [state for state in states if state.status.resumable]
    living = [state for state in states if state.status.alive]
    new = [state for state in resumable if state.status is Status.NEW]
    verb = "Start or resume"
    if len(new) == len(resumable):
        verb = "Start"
    elif not new:
        verb = "Resume"
    with st.container(horizontal=True):
        if resumable:
            st.button(
                f"{verb} {count(len(resumable), 'run')}",
                key="experiments.start",
                type="primary",
                icon=":material/play_arrow:",
                on_click=_start,
                args=(experiment,),
            )
        if living and st.button(
            f"Stop {count(len(living), 'run')} …",
            key="experiments.stop",
            icon=":material/stop_circle:",
        ):
            confirm_stop(experiment, len(living))


@st.dialog("Stop all runs of this experiment?")
def confirm_stop(experiment: Experiment, living: int) -> None:
    """Ask before many runs are stopped."""
    st.markdown(
        f"{count(living, 'run')} of {code(experiment.name)} will stop after the step in hand. "
        "Complete cycles stay, and “Resume” above the table goes on from there."
    )
    with st.container(horizontal=True):
        if st.button(
            "Stop them",
            key="experiments.stop_yes",
            type="primary",
            icon=":material/stop_circle:",
            on_click=_stop,
            args=(experiment,),
        ):
            st.rerun()
        if st.button("Keep them running", key="experiments.stop_no"):
            st.rerun()


def show_broken(experiment: Experiment, states: Sequence[CellState]) -> None:
    """Show failed and interrupted runs by failure: advice, a button that resumes them, links."""
    failures: dict[Failure, list[Run]] = {}
    for state in states:
        run = experiment.run(state.cell)
        if run and state.status in BROKEN:
            failures.setdefault(failure_of(run), []).append(run)
    for failure, runs in failures.items():
        st.error(
            f"**{failure.title}**: {count(len(runs), 'run')}.  \n{failure.advice}",
            icon=":material/error:",
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                f"Resume {count(len(runs), 'run')}",
                key=f"experiments.resume.{failure.title}",
                icon=":material/play_arrow:",
                on_click=resume_runs,
                args=(runs,),
            )
            for run in runs[:LINKED]:
                st.page_link(
                    "pages/run.py",
                    label=run_cards.short_title(run),
                    icon=":material/timeline:",
                    query_params={"run": run.name},
                )
            if len(runs) > LINKED:
                st.caption(f"and {len(runs) - LINKED} more", width="content")


def _start(experiment: Experiment) -> None:
    messages = [message for _, message in start_all(experiment)]
    refused = [message for message in messages if message.startswith(REFUSED)]
    if refused:
        st.toast(
            f"{count(len(refused), 'run')} not started: {plain(refused[0])}",
            icon=":material/error:",
        )


def _stop(experiment: Experiment) -> None:
    stop_all(experiment)
