"""Fragments that poll: they draw progress while a job is alive, and redraw the page on changes."""

from collections.abc import Callable, Sequence

import streamlit as st

from mtal.runs.experiments.state import CellState, Experiment
from mtal.runs.store.data_check import DataFolder
from mtal.runs.store.run import Run
from mtal.ui import loaders
from mtal.ui.components import run_progress
from mtal.ui.guard import guarded
from mtal.ui.text import time_left

EVERY_S = 2


def watch(
    run_or_runs: Run | Sequence[Run],
    key: str,
    draw: Callable[[Sequence[Run]], None] | None = run_progress.progress_blocks,
    seen: object = None,
) -> None:
    """Show the progress of living runs, and redraw the page when one completes a cycle or ends.

    Without a living run it draws and polls nothing. Nothing inside can be selected, since a redraw
    would take the selection away.

    key: of the fragment; draw: shows the living runs, such as stage bars or a line each
    (`run_progress.progress_lines`), None for nothing; seen: `state` of the runs before the page
    read them, if it watches after reading, so that a change in between redraws it at once.
    """
    runs = [run_or_runs] if isinstance(run_or_runs, Run) else list(run_or_runs)
    seen = seen or state(runs)
    living = [run for run in runs if run.status.alive]
    if not living and state(runs) == seen:
        return

    @st.fragment(run_every=EVERY_S, key=f"live.{key}")
    @guarded
    def progress() -> None:
        if state(runs) != seen:
            st.rerun()
        if draw is not None:
            draw(living)

    progress()


def repeat(
    run: Run, key: str, draw: Callable[[], None], parts: Callable[[], Sequence[object]]
) -> None:
    """Draw something, and again every few seconds while the run lives.

    key: of the fragment; draw: no widget, since a redraw would take what is selected away; parts:
    what the page outside depends on, which is redrawn when they change.
    """
    if not run.status.alive:
        draw()
        return
    seen = parts()

    @st.fragment(run_every=EVERY_S, key=f"live.{key}")
    @guarded
    def repeated() -> None:
        if parts() != seen:
            st.rerun()
        draw()

    repeated()


def watch_experiment(
    experiment: Experiment,
    states: Sequence[CellState],
    draw: Callable[[Experiment, Sequence[CellState]], None],
) -> None:
    """Draw the state of an experiment's runs, every few seconds while one of them lives.

    The page is redrawn when a run completes a cycle or ends.
    """
    seen = _cell_states(states)
    if not any(state.status.alive for state in states):
        draw(experiment, states)
        return

    @st.fragment(run_every=EVERY_S, key="live.experiment")
    @guarded
    def progress() -> None:
        now = experiment.states()
        if _cell_states(now) != seen:
            st.rerun()
        draw(experiment, now)

    progress()


def watch_check(folder: DataFolder) -> None:
    """Show the progress of a check of a data folder, and redraw the page when it ends."""
    seen = folder.status
    if not seen.alive:
        return

    @st.fragment(run_every=EVERY_S, key="live.check")
    @guarded
    def progress() -> None:
        if folder.status is not seen:
            st.rerun()
        now = folder.progress()
        if now is None:
            st.progress(0.0, "Starting the check.")
        else:
            images = f"{now.done:,} of {now.total:,}, each image read once and drawn small once"
            st.progress(now.fraction, f"{images} · {time_left(now)}")

    progress()


def state(runs: Sequence[Run]) -> tuple[object, ...]:
    """What a page about runs depends on: their status and cycles, and how many runs exist."""
    return len(loaders.store().runs()), *((run.name, run.status, run.cycles_done()) for run in runs)


def _cell_states(states: Sequence[CellState]) -> list[tuple[object, ...]]:
    """What the page of an experiment depends on outside the fragment."""
    return [(state.cell.run_name, state.status, state.cycles_done) for state in states]
