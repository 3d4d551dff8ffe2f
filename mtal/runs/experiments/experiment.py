"""Experiments of a store: create, find, extend, start and stop them, and read their results.

An experiment is a named plan of runs on one data set. The plan is a file; its runs are ordinary
runs, shared between plans. Nothing but the plan is stored: progress and results follow from the
folders of the runs. Starting an experiment again is always safe: finished and running runs are left
alone, and all others are resumed.
"""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pandas as pd

from mtal.config import ConfigError, stored_config
from mtal.runs.experiments.plan import Cell, unique_cells
from mtal.runs.experiments.state import Experiment
from mtal.runs.files import read_json, write_json
from mtal.runs.jobs.launch import WORKER, launch_run, request_stop, writable
from mtal.runs.jobs.lock import take
from mtal.runs.jobs.status import Status
from mtal.runs.paths import ExperimentPaths, StorePaths
from mtal.runs.store.index import all_runs
from mtal.runs.store.run import Run

REFUSED = "cannot be started"  # first words of `start_all` about a run that was not started
COLUMNS = [
    *("variant", "strategy", "seed"),
    *("cycle", "images", "labels", "task", "metric", "unit", "value", "loss"),
    *("percent", "title", "axis", "better", "run"),
]


def draft_experiment(store: StorePaths, name: str, title: str, cells: Iterable[Cell]) -> Experiment:
    """Plan an experiment without storing it. ConfigError if the name is unfit or no cell given."""
    experiment = Experiment(_paths(store, name), title, tuple(unique_cells(cells)), time.time())
    if not experiment.cells:
        raise ConfigError(
            f"{name}: an experiment needs at least one run; name strategies and seeds"
        )
    return experiment


def create_experiment(
    store: StorePaths, name: str, title: str, cells: Iterable[Cell]
) -> Experiment:
    """Store the plan of an experiment; starts no run. The same plan may be created again.

    ConfigError if the name is unfit or another plan has it, or if no cell is given.
    """
    experiment = draft_experiment(store, name, title, cells)
    with _locked(experiment.paths):
        if not experiment.paths.plan.exists():
            _write(experiment)
            return experiment
        stored = _read(experiment.paths)
    if {cell.config.name for cell in stored.cells} != {
        cell.config.name for cell in experiment.cells
    }:
        raise ConfigError(
            f"there is an experiment called {name} already, of other runs: extend it, or choose "
            f"another name"
        )
    return stored


def extend(experiment: Experiment, cells: Iterable[Cell]) -> Experiment:
    """Add the cells whose runs the stored plan lacks, and return the new plan.

    Cells that others added since the plan was read are kept. ConfigError if the plan is damaged.
    """
    with _locked(experiment.paths):
        stored = _read(experiment.paths)
        extended = replace(stored, cells=tuple(unique_cells([*stored.cells, *cells])))
        if extended.cells != stored.cells:
            _write(extended)
    return extended


def experiments(store: StorePaths) -> list[Experiment]:
    """List the experiments with a readable plan, the newest first; see `damaged_experiments`."""
    readable = [plan for plan in _read_all(store) if isinstance(plan, Experiment)]
    return sorted(readable, key=lambda experiment: (-experiment.created, experiment.name))


def damaged_experiments(store: StorePaths) -> list[str]:
    """List what is wrong with the plans that cannot be read, on screen."""
    return [str(error) for error in _read_all(store) if isinstance(error, ConfigError)]


def find_experiment(store: StorePaths, name: str) -> Experiment:
    """Find an experiment by name. ConfigError if its plan is damaged or there is none."""
    paths = _paths(store, name)
    if not paths.plan.exists():
        names = ", ".join(experiment.name for experiment in experiments(store)) or "none yet"
        raise ConfigError(f"no experiment called {name!r} in {store.folder}; there are: {names}")
    return _read(paths)


def start_all(
    experiment: Experiment, worker: str = WORKER, only: Collection[Cell] | None = None
) -> list[tuple[Cell, str]]:
    """Start or resume the runs that are neither finished nor running, or only those of some cells.

    Seed by seed, so that comparable runs finish together: the plain settings of all strategies,
    then their variants. Returns what happened to each run; a run that cannot be started does not
    stop the others.
    """

    def order(cell: Cell) -> tuple[int, int, int]:
        seed = _position(cell.seed, experiment.seeds)
        variant = _position(cell.variant, experiment.variants)
        return seed, variant, _position(cell.strategy, experiment.strategies)

    cells = sorted(experiment.cells if only is None else only, key=order)
    return [(cell, _launch(experiment, cell, worker)) for cell in cells]


def stop_all(experiment: Experiment) -> list[Cell]:
    """Ask all running and waiting runs to stop, and return their cells.

    Waiting runs first, so that none of them gets the device when a running one stops.
    """
    alive = [state for state in experiment.states() if state.status.alive]
    alive.sort(key=lambda state: state.status is Status.RUNNING)
    for state in alive:
        request_stop(experiment.paths.store.run(state.cell.run_name))
    return [state.cell for state in alive]


def metrics(experiment: Experiment) -> pd.DataFrame:
    """A row per run, complete cycle and task, and one for the multi-task loss (task = "loss").

    Columns: variant, strategy, seed, cycle, images, labels, task, metric, unit, value, loss; then
    percent (of the pool's labels), title, axis, better, run (its name).
    """
    tables = []
    for cell in experiment.cells:
        run = experiment.run(cell)
        if run and run.cycles_done():
            tables.append(_metrics_of(cell, run))
    if not tables:
        return pd.DataFrame(columns=COLUMNS)
    return pd.concat(tables, ignore_index=True)[COLUMNS]


def _metrics_of(cell: Cell, run: Run) -> pd.DataFrame:
    table, units = run.metrics(), {task.name: task.unit for task in run.tasks}
    return table.assign(
        variant=cell.variant,
        strategy=cell.strategy,
        seed=cell.seed,
        run=run.name,
        unit=[units.get(task, "") for task in table["task"]],
    )


def _position(value: Any, values: Sequence[Any]) -> int:
    return values.index(value) if value in values else -1


def _launch(experiment: Experiment, cell: Cell, worker: str) -> str:
    try:
        return launch_run(cell.config, experiment.paths.store, worker, cell.run_name)
    except ConfigError as error:
        return f"{REFUSED}: {error}"


def _read_all(store: StorePaths) -> Iterator[Experiment | ConfigError]:
    for paths in store.experiments():
        try:
            yield _read(paths)
        except ConfigError as error:
            yield error


def _read(paths: ExperimentPaths) -> Experiment:
    try:
        plan = read_json(paths.plan)
        cells = tuple(_read_cells(plan["cells"], paths.store))
        if not cells:
            raise ValueError("it lists no runs")
        for cell in cells:
            paths.store.run(cell.run_name)  # ValueError for a name that leads out of the store
        return Experiment(paths, str(plan["title"]), cells, float(plan["created"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"the plan of the experiment {paths.name} cannot be read ({type(error).__name__}: "
            f"{error}): mend {paths.plan}, or delete it and plan the experiment again; its runs "
            f"are safe"
        ) from None


def _read_cells(stored: Sequence[Mapping[str, Any]], store: StorePaths) -> Iterator[Cell]:
    """Read cells. The run of each is the folder that was noted, else that with these settings.

    Plans of version 0.1.0 have no note, and other defaults gave the folder another name.
    """
    folders: dict[str, str] = {}  # name of the settings today -> folder
    if any("run" not in cell for cell in stored):
        folders = {run.config.name: run.name for run in all_runs(store)}
    for cell in stored:
        config = stored_config(cell["config"])
        folder = str(cell.get("run") or folders.get(config.name, config.name))
        yield Cell(str(cell["variant"]), config, "" if folder == config.name else folder)


def plan_values(experiment: Experiment) -> dict[str, Any]:
    """What plan.json holds of an experiment, as JSON values."""
    cells = [
        {
            "variant": cell.variant,
            "run": cell.run_name,
            "config": cell.config.model_dump(mode="json"),
        }
        for cell in experiment.cells
    ]
    return {"title": experiment.title, "created": experiment.created, "cells": cells}


def _write(experiment: Experiment) -> None:
    write_json(experiment.paths.plan, plan_values(experiment))


def _paths(store: StorePaths, name: str) -> ExperimentPaths:
    try:
        return store.experiment(name)
    except ValueError as error:
        raise ConfigError(str(error)) from None


@contextmanager
def _locked(paths: ExperimentPaths) -> Iterator[None]:
    """Hold the plan's lock while the block changes the plan. ConfigError if others hold it."""
    with writable(paths.folder):
        paths.folder.mkdir(parents=True, exist_ok=True)
        with paths.lock.open("a") as lock:
            if not take(lock, patience_s=10):
                raise ConfigError(
                    f"somebody else is changing the experiment {paths.name}; try again"
                )
            yield
