"""Resume several runs at once."""

from collections.abc import Sequence

import streamlit as st

from mtal.analysis.numbers import count
from mtal.runs.jobs.launch import start
from mtal.runs.store.run import Run


def resume_runs(runs: Sequence[Run]) -> None:
    """Start the workers of runs that ended early, and say how many were resumed."""
    resumed = [run for run in runs if start(run.paths)]
    st.toast(f"{count(len(resumed), 'run')} resumed; each waits for its turn on the device.")
