"""Why a run ended before its last cycle, and buttons for what helps."""

from typing import Literal

import streamlit as st

from mtal.runs.jobs.launch import start
from mtal.runs.jobs.progress import STAGES
from mtal.runs.jobs.status import Status
from mtal.runs.store.failures import WAITING_FOR_LABELS, Remedy, failure_of
from mtal.runs.store.run import Run
from mtal.ui.components.run_cards import SIGNS, cycles_text
from mtal.ui.text import plain


def failure_box(run: Run) -> None:
    """Say why a run ended early, with buttons that help and the last lines of the log.

    Draws nothing for runs that are alive or finished.
    """
    status = run.status
    if not status.resumable:
        return
    failure, result = failure_of(run), run.result
    draw = st.error if status in {Status.FAILED, Status.INTERRUPTED} else st.info
    state = f"{status.value}, "
    if result.get("stage") in STAGES:
        state = f"{status.value} in stage *{STAGES[result['stage']]}*, "
    if failure is WAITING_FOR_LABELS:  # the run waits for people, so its stage says nothing
        state = ""
    draw(
        f"**{failure.title}**: {state}{cycles_text(run)}.  \n{failure.advice}",
        icon=SIGNS[status][0],
    )
    if result.get("reason") and (status is Status.FAILED or failure is WAITING_FOR_LABELS):
        st.code(result["reason"], language=None, wrap_lines=True)
    remedy_buttons(run)
    lines = run.log_tail()
    if lines:
        with st.expander("Last lines of the log"):
            st.code("\n".join(lines), language=None, wrap_lines=True)


def remedy_buttons(run: Run) -> None:
    """Draw a button for each remedy of how a run ended, the most helpful first and filled."""
    first, *others = failure_of(run).remedies
    with st.container(horizontal=True):
        _remedy_button(run, first, "primary")
        for remedy in others:
            _remedy_button(run, remedy, "secondary")


def _remedy_button(run: Run, remedy: Remedy, kind: Literal["primary", "secondary"]) -> None:
    key = f"{remedy}.{run.name}"
    if remedy == "resume":
        st.button(
            "Start" if run.status is Status.NEW else "Resume",
            key=key,
            type=kind,
            icon=":material/play_arrow:",
            on_click=_resume,
            args=(run,),
        )
    elif remedy == "accept":
        st.button(
            "Go on with the changed data",
            key=key,
            type=kind,
            icon=":material/play_arrow:",
            on_click=_resume,
            args=(run, True),
            help="Complete cycles stay as they are.",
        )
    elif remedy == "copy":
        if st.button("Start a changed copy", key=key, type=kind, icon=":material/content_copy:"):
            st.switch_page("pages/launch.py", query_params={"like": run.name})
    elif st.button("Check the data", key=key, type=kind, icon=":material/fact_check:"):
        st.switch_page(
            "pages/data.py", query_params={"dataset": run.config.dataset, "folder": run.config.data}
        )


def _resume(run: Run, accept_data: bool = False) -> None:
    if start(run.paths, accept_data=accept_data):
        st.toast(f"{plain(run.name)} goes on.", icon=":material/play_arrow:")
    else:
        st.toast(f"{plain(run.name)} is already running.", icon=":material/info:")
