"""Experiment: one named plan of runs on one data set. The plan is a file; the runs are ordinary runs, shared between plans.

Nothing but the plan is stored: how far it is and what came out is worked out from the folders of its runs. To start it again
is safe at any time, since a run that is finished or at work is left alone, and all others go on where they stopped.
"""

import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pandas as pd

from mtal.config import ConfigError, stored_config
from mtal.runs.experiments.plan import (
    ALL_LABELS,
    PLAIN,
    Cell,
    Variants,
    expand,
    grid,
    label_of,
    more,
    once,
    one_at_a_time,
    reference_cells,
)
from mtal.runs.experiments.state import Experiment, State
from mtal.runs.files import read_json, write_json
from mtal.runs.jobs.launch import WORKER, begin, request_stop, writable
from mtal.runs.jobs.lock import take
from mtal.runs.jobs.status import Status
from mtal.runs.paths import ExperimentPaths, StorePaths
from mtal.runs.store.run import Run

__all__ = [
    "ALL_LABELS",
    "PLAIN",
    "Cell",
    "Experiment",
    "State",
    "Variants",
    "create_experiment",
    "damaged_experiments",
    "expand",
    "experiments",
    "extend",
    "find_experiment",
    "grid",
    "label_of",
    "metrics",
    "more",
    "one_at_a_time",
    "reference_cells",
    "sketch",
    "start_all",
    "stop_all",
]

REFUSED = "cannot be started"  # how `start_all` begins to say why a run is not at work
COLUMNS = [
    "variant",
    "strategy",
    "seed",
    "cycle",
    "images",
    "labels",
    "task",
    "metric",
    "unit",
    "value",
    "loss",
    "percent",
    "title",
    "axis",
    "better",
    "run",
]


def sketch(store: StorePaths, name: str, title: str, cells: Iterable[Cell]) -> Experiment:
    """A plan that is not written down; ConfigError if its name is bad or it is empty."""
    experiment = Experiment(_paths(store, name), title, tuple(once(cells)), time.time())
    if not experiment.cells:
        raise ConfigError(
            f"{name}: an experiment needs at least one run; name strategies and seeds"
        )
    return experiment


def create_experiment(
    store: StorePaths, name: str, title: str, cells: Iterable[Cell]
) -> Experiment:
    """Write the plan down; starts nothing. The same plan twice is one; ConfigError if the name is bad or taken by other runs."""
    experiment = sketch(store, name, title, cells)
    with _alone(experiment.paths):
        if not experiment.paths.plan.exists():
            _write(experiment)
            return experiment
        there = _read(experiment.paths)
    if {cell.run_name for cell in there.cells} != {cell.run_name for cell in experiment.cells}:
        raise ConfigError(
            f"there is an experiment called {name} already, of other runs: extend it, or choose another name"
        )
    return there


def extend(experiment: Experiment, cells: Iterable[Cell]) -> Experiment:
    """Add the cells whose runs are missing. What others added since the plan was read stays."""
    with _alone(experiment.paths):
        now = _read(experiment.paths)
        wider = replace(now, cells=tuple(once([*now.cells, *cells])))
        if wider.cells != now.cells:
            _write(wider)
    return wider


def experiments(store: StorePaths) -> list[Experiment]:
    """Every readable one, the newest first; `damaged_experiments` says of the others what is wrong."""
    return sorted(
        (one for one in _all(store) if isinstance(one, Experiment)),
        key=lambda one: (-one.created, one.name),
    )


def damaged_experiments(store: StorePaths) -> list[str]:
    """What is wrong with each plan that cannot be read, for people."""
    return [str(one) for one in _all(store) if isinstance(one, ConfigError)]


def find_experiment(store: StorePaths, name: str) -> Experiment:
    """By name; ConfigError if it is damaged, or names the ones that there are."""
    paths = _paths(store, name)
    if not paths.plan.exists():
        names = ", ".join(one.name for one in experiments(store)) or "none yet"
        raise ConfigError(f"no experiment called {name!r} in {store.folder}; there are: {names}")
    return _read(paths)


def start_all(
    experiment: Experiment, worker: str = WORKER, only: Collection[Cell] | None = None
) -> list[tuple[Cell, str]]:
    """Start or resume all that is not finished and not at work, or `only` some of it, and say what became of each.

    Seed by seed, so that comparable runs finish together: all strategies of a seed, then those of its variants.
    """
    order = {
        kind: {one: place for place, one in enumerate(ones)}
        for kind, ones in (
            ("seed", experiment.seeds),
            ("variant", experiment.variants),
            ("strategy", experiment.strategies),
        )
    }
    chosen = experiment.cells if only is None else only
    cells = sorted(
        chosen,
        key=lambda cell: [places.get(getattr(cell, kind), -1) for kind, places in order.items()],
    )
    return [(cell, _begin(experiment, cell, worker)) for cell in cells]


def stop_all(experiment: Experiment) -> list[Cell]:
    """Ask all that is at work to stop, and say who was asked; first those that wait, so that none of them gets its turn."""
    alive = [state for state in experiment.states() if state.status.alive]
    asked = [
        state.cell for state in sorted(alive, key=lambda state: state.status is Status.RUNNING)
    ]
    for cell in asked:
        request_stop(experiment.paths.store.run(cell.run_name))
    return asked


def metrics(experiment: Experiment) -> pd.DataFrame:
    """A row per complete cycle of every run and task, and one for the multi-task loss (task = "loss").

    Columns: variant, strategy, seed, cycle, images, labels, task, metric, unit, value, loss; then percent (of the pool's
    labels), title, axis, better, run (its name).
    """
    tables = [
        _table(cell, run)
        for cell in experiment.cells
        if (run := experiment.run(cell)) and run.cycles_done()
    ]
    return (
        pd.concat(tables, ignore_index=True)[COLUMNS] if tables else pd.DataFrame(columns=COLUMNS)
    )


def _table(cell: Cell, run: Run) -> pd.DataFrame:
    table, units = run.metrics(), {task.name: task.unit for task in run.tasks}
    return table.assign(
        variant=cell.variant,
        strategy=cell.strategy,
        seed=cell.seed,
        run=run.name,
        unit=[units.get(task, "") for task in table["task"]],
    )


def _begin(experiment: Experiment, cell: Cell, worker: str) -> str:
    """One run that cannot be started does not keep the others from it."""
    try:
        return begin(cell.config, experiment.paths.store, worker)
    except ConfigError as error:
        return f"{REFUSED}: {error}"


def _all(store: StorePaths) -> Iterator[Experiment | ConfigError]:
    for paths in store.experiments():
        try:
            yield _read(paths)
        except ConfigError as error:
            yield error


def _read(paths: ExperimentPaths) -> Experiment:
    try:
        plan = read_json(paths.plan)
        cells = tuple(
            Cell(str(cell["variant"]), stored_config(cell["config"])) for cell in plan["cells"]
        )
        if not cells:
            raise ValueError("it lists no runs")
        for cell in cells:
            paths.store.run(cell.run_name)  # ValueError for a name that leads out of the store
        return Experiment(paths, str(plan["title"]), cells, float(plan["created"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"the plan of the experiment {paths.name} cannot be read ({type(error).__name__}: {error}): "
            f"mend {paths.plan}, or delete it and plan the experiment again; its runs are safe"
        ) from None


def _write(experiment: Experiment) -> None:
    cells = [
        {"variant": cell.variant, "config": cell.config.model_dump(mode="json")}
        for cell in experiment.cells
    ]
    write_json(
        experiment.paths.plan,
        {"title": experiment.title, "created": experiment.created, "cells": cells},
    )


def _paths(store: StorePaths, name: str) -> ExperimentPaths:
    try:
        return store.experiment(name)
    except ValueError as error:
        raise ConfigError(str(error)) from None


@contextmanager
def _alone(paths: ExperimentPaths) -> Iterator[None]:
    """While nobody else changes the plan."""
    with writable(paths.folder):
        paths.folder.mkdir(parents=True, exist_ok=True)
        with paths.lock.open("a") as lock:
            if not take(lock, patience_s=10):
                raise ConfigError(
                    f"somebody else is changing the experiment {paths.name}; try again"
                )
            yield
