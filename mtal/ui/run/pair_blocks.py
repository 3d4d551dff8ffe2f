"""How the pair blocks of a run do on labelled images from which they have not learnt."""

import streamlit as st

from mtal.analysis.text import pair_blocks as words
from mtal.runs.store.run import Run
from mtal.ui.text import plain

COMMITTEE = "committee"  # signal whose facts these are


def show_held_out(run: Run) -> None:
    """Warn where the newest committee misleads, and give its losses; nothing without any."""
    cycles = reversed(range(run.cycles_done()))
    newest = next((number for number in cycles if run.fits(number).get(COMMITTEE)), None)
    if newest is None:
        return
    warn(run, newest)
    losses = words.losses(run.fits(newest)[COMMITTEE], _titles(run))
    st.caption(f"Pair blocks, cycle {newest}. {losses}", help=words.MEANING)


def warn(run: Run, cycle: int) -> None:
    """Warn where the committee of a cycle misleads."""
    facts = run.fits(cycle).get(COMMITTEE, {})
    if text := words.warning(facts, _titles(run)):
        st.warning(f"Cycle {cycle}: {text}", icon=":material/group_off:")


def _titles(run: Run) -> dict[str, str]:
    return {task.name: plain(task.title) for task in run.tasks}
