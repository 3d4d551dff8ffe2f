"""The one fragment that polls. It draws progress while something is alive and redraws the page when something changed."""

from collections.abc import Callable, Sequence

import streamlit as st

from mtal.runs.experiments.experiment import Experiment, State
from mtal.runs.store.data_check import DataFolder
from mtal.runs.store.run import Run
from mtal.ui import loaders
from mtal.ui.components import run_cards
from mtal.ui.text import time_left

EVERY_S = 2


def watch(
    run_or_runs: Run | Sequence[Run],
    key: str,
    draw: Callable[[Sequence[Run]], None] | None = run_cards.progress_blocks,
    seen: object = None,
) -> None:
    """Show the progress of living runs; the page is redrawn when a status or a number of complete cycles changes.

    Draws nothing and polls nothing when no run lives. Nothing inside can be selected: a redraw would take the selection away.
    `draw` shows the living runs: stage bars, or a line each (`cards.progress_lines`); None shows nothing. `seen`: `state` of the
    runs before the page read them, where it reads first and watches then; what happened meanwhile redraws it at once.
    """
    runs = [run_or_runs] if isinstance(run_or_runs, Run) else list(run_or_runs)
    seen = seen or state(runs)
    living = [run for run in runs if run.status.alive]
    if not living and state(runs) == seen:
        return

    @st.fragment(run_every=EVERY_S, key=f"live.{key}")
    def progress() -> None:
        if state(runs) != seen:
            st.rerun()
        if draw is not None:
            draw(living)

    progress()


def watch_experiment(
    experiment: Experiment,
    states: Sequence[State],
    draw: Callable[[Experiment, Sequence[State]], None],
) -> None:
    """Draw how an experiment's runs stand, anew while one lives; the page is redrawn when a run ends or completes a cycle."""
    seen = _stands(states)
    if not any(state.status.alive for state in states):
        draw(experiment, states)
        return

    @st.fragment(run_every=EVERY_S, key="live.experiment")
    def progress() -> None:
        now = experiment.states()
        if _stands(now) != seen:
            st.rerun()
        draw(experiment, now)

    progress()


def watch_check(folder: DataFolder) -> None:
    """The same for the check of a data folder."""
    seen = folder.status
    if not seen.alive:
        return

    @st.fragment(run_every=EVERY_S, key="live.check")
    def progress() -> None:
        if folder.status is not seen:
            st.rerun()
        now = folder.progress()
        if now is None:
            st.progress(0.0, "Starting the check.")
        else:
            st.progress(
                now.fraction,
                f"{now.done:,} of {now.total:,}, each image read once and drawn small once · "
                f"{time_left(now)}",
            )

    progress()


def state(runs: Sequence[Run]) -> tuple[object, ...]:
    """All that makes a page look different: how each run stands, and how many runs there are at all."""
    return len(loaders.store().runs()), *((run.name, run.status, run.cycles_done()) for run in runs)


def _stands(states: Sequence[State]) -> list[tuple[object, ...]]:
    """All that makes the page of an experiment look different, but for what is drawn anew anyway."""
    return [(state.cell.run_name, state.status, state.cycles_done) for state in states]
