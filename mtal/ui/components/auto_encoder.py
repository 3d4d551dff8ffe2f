"""How well the auto-encoder of a run was fitted."""

import streamlit as st

from mtal.analysis.text import embedding as words
from mtal.runs.store.run import Run

AUTO_ENCODER = "embedding"  # signal


def show_newest_fit(run: Run) -> None:
    """Say it of the newest cycle that trained one; nothing without any."""
    cycles = reversed(range(run.cycles_done()))
    newest = next((number for number in cycles if run.fits(number).get(AUTO_ENCODER)), None)
    if newest is not None:
        show_fit(run, newest)


def show_fit(run: Run, cycle: int) -> None:
    """Say how much the auto-encoder of a cycle restores, and warn if it is little."""
    fit = run.fits(cycle).get(AUTO_ENCODER, {})
    if warning := words.fit_warning(fit):
        st.warning(f"Cycle {cycle}: {warning}", icon=":material/blur_on:")
    if text := words.restored(fit):
        st.caption(f"Cycle {cycle}: {text}")
