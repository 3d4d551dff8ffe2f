"""How far the runs of an experiment are, in texts for the terminal and values for programs."""

from collections.abc import Sequence
from functools import cache, partial
from typing import Any

from mtal.analysis.numbers import count
from mtal.analysis.text.protocol import progress_text
from mtal.cli.text_table import table
from mtal.runs.durations import span
from mtal.runs.experiments.runtime_estimate import Range, Table, seconds_left, until_all_end
from mtal.runs.experiments.state import CellState, Experiment
from mtal.runs.jobs.device import device_key
from mtal.runs.jobs.status import Status
from mtal.runs.store.index import all_runs, times_of_similar_runs
from mtal.runs.store.run import Run


def matrix(states: Sequence[CellState]) -> str:
    """Format a table with strategy and variant down, seeds across."""
    seeds = dict.fromkeys(state.cell.seed for state in states)
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for state in states:
        cell = state.cell
        empty = {"strategy": cell.strategy, "variant": cell.variant}
        empty |= {f"seed {seed}": "-" for seed in seeds}
        row = rows.setdefault((cell.strategy, cell.variant), empty)
        row[f"seed {cell.seed}"] = _progress(state)
    return table(list(rows.values()))


def counts(states: Sequence[CellState]) -> str:
    """Count the runs by status: `3 of 12 runs finished: 8 waiting, 1 running`."""
    return progress_text([state.status for state in states])


def summary(experiment: Experiment, states: Sequence[CellState] | None = None) -> str:
    """Return the counts, and the likely range of the time left."""
    states = experiment.states() if states is None else states
    sentences = [counts(states), time_left(experiment, states)[1]]
    return ". ".join(sentence for sentence in sentences if sentence)


def time_left(experiment: Experiment, states: Sequence[CellState]) -> tuple[Range | None, str]:
    """Estimate the seconds until all runs at work have ended, devices side by side.

    Returns (low, high), or None if it cannot be known, and the sentence for people.
    """
    alive = [state for state in states if state.status.alive]
    if not alive:
        return None, ""
    runs = all_runs(experiment.paths.store)
    seconds = cache(Run.seconds)
    ranges = [_run_time_left(experiment, state, runs, seconds) for state in alive]
    pairs = list(zip(alive, ranges, strict=True))
    unknown = dict.fromkeys(state.cell.strategy for state, left in pairs if left is None)
    if unknown:
        return None, f"No estimate before a cycle of {', '.join(unknown)} has been timed"
    low, high = until_all_end(
        (state.cell.config, left) for state, left in pairs if left is not None
    )
    text = f"{span(low, high)} left"
    if any(state.cell.config.may_end_early for state in alive):
        text = f"at most {text}"
    own = {state.cell.run_name for state in states}
    devices = {device_key(state.cell.config) for state in alive}
    others = [
        run
        for run in runs
        if run.name not in own and run.status.alive and device_key(run.config) in devices
    ]
    if others:
        text += f", not counting {count(len(others), 'other run')} on the same device"
    return (low, high), text.capitalize()


def as_values(experiment: Experiment) -> dict[str, Any]:
    """Return what `experiment status --json` prints.

    The keys are always these. Times are in seconds, and unknown values are None.
    """
    states = experiment.states()
    left, text = time_left(experiment, states)
    low, high = left or (None, None)
    return {
        "name": experiment.name,
        "title": experiment.title,
        "created": experiment.created,
        "strategies": experiment.strategies,
        "seeds": experiment.seeds,
        "variants": experiment.variants,
        "counts": {
            str(status): sum(state.status is status for state in states) for status in Status
        },
        "eta_low_s": low,
        "eta_high_s": high,
        "eta_text": text or None,
        "cells": [_cell_values(state) for state in states],
    }


def outcome(states: Sequence[CellState]) -> int:
    """Return the exit code of a plan of which nothing is at work.

    0: all runs finished, 1: one failed or was killed, 3: some are not done.
    """
    statuses = {state.status for state in states}
    if statuses & {Status.FAILED, Status.INTERRUPTED}:
        return 1
    return 0 if statuses == {Status.FINISHED} else 3


def _cell_values(state: CellState) -> dict[str, Any]:
    return {
        "variant": state.cell.variant,
        "strategy": state.cell.strategy,
        "seed": state.cell.seed,
        "run": state.cell.run_name,
        "status": str(state.status),
        "cycles_done": state.cycles_done,
        "cycles": state.cycles,
        "percent": round(100 * state.fraction, 1),
    }


def _run_time_left(
    experiment: Experiment, state: CellState, runs: Sequence[Run], seconds: Table
) -> Range | None:
    """Estimate the seconds left of a run from its own stages once timed, else from like runs."""
    config, run = state.cell.config, experiment.run(state.cell)
    if run and state.status is Status.RUNNING:
        progress = run.progress(partial(times_of_similar_runs, config, runs))
        if progress and progress.eta_s:
            return progress.eta_s
    return seconds_left(config, state.cycles_done, runs, seconds)


def _progress(state: CellState) -> str:
    """Return the status of a run, with percent where it is partly done."""
    begun = state.cycles_done or state.status is Status.RUNNING
    if state.status is Status.FINISHED or not begun:
        return str(state.status)
    return f"{state.status} {100 * state.fraction:.0f} %"
