"""Runs of the store that cannot be read."""

import streamlit as st

from mtal.analysis.numbers import count
from mtal.runs.store.index import damaged_runs
from mtal.ui import loaders
from mtal.ui.text import code, plain


def say_damaged_runs() -> None:
    """Name the runs in the store that cannot be read: which file, why, and what to do."""
    damaged = damaged_runs(loaders.store())
    if damaged:
        with st.expander(
            f"{count(len(damaged), 'run')} cannot be read; all others are not touched",
            icon=":material/broken_image:",
        ):
            for name, reason in damaged.items():
                st.markdown(f"{code(name)}: {plain(reason)}")
