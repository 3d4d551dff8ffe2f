"""Experiment: one named plan of runs on one data set. The plan is a file; the runs are ordinary runs, shared between plans.

Nothing but the plan is stored: how far it is and what came out is worked out from the folders of its runs. To start it again
is safe at any time, since a run that is finished or at work is left alone, and all others go on where they stopped.
"""
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from mtal.config import ConfigError, stored_config
from mtal.runs.files import last_lines, read_json, write_json
from mtal.runs.launch import WORKER, begin, request_stop, writable
from mtal.runs.lock import take
from mtal.runs.paths import ExperimentPaths, StorePaths
from mtal.runs.plan import PLAIN, Cell, Variants, expand, grid, label_of, more, once, one_at_a_time
from mtal.runs.progress import parse, share_of_cycle
from mtal.runs.run import Run
from mtal.runs.status import Status

__all__ = ["PLAIN", "Cell", "Experiment", "State", "Variants", "create_experiment", "damaged_experiments", "expand", "experiments",
           "extend", "find_experiment", "grid", "label_of", "metrics", "more", "one_at_a_time", "start_all", "stop_all"]

REFUSED = "cannot be started"                               # how `start_all` begins to say why a run is not at work
COLUMNS = ["variant", "strategy", "seed", "cycle", "images", "labels", "task", "metric", "unit", "value", "loss", "percent",
           "title", "axis", "better", "run"]


@dataclass(frozen=True)
class State:
    """How the run of a cell stands now."""
    cell: Cell
    status: Status                                          # NEW while its folder does not exist
    cycles_done: int
    cycles: int                                             # as planned; a stopping rule may end it earlier
    fraction: float                                         # of all its cycles, 0..1; the one in hand counts by its stages


@dataclass(frozen=True)
class Experiment:
    """A plan as it was read; another process may have extended it since."""
    paths: ExperimentPaths
    title: str
    cells: tuple[Cell, ...]
    created: float                                          # seconds since 1970

    @property
    def name(self) -> str:
        """Of its folder."""
        return self.paths.name

    @property
    def strategies(self) -> tuple[str, ...]:
        """In the order of first appearance, as are seeds and variants."""
        return tuple(dict.fromkeys(cell.strategy for cell in self.cells))

    @property
    def seeds(self) -> tuple[int, ...]:
        """Of all cells."""
        return tuple(dict.fromkeys(cell.seed for cell in self.cells))

    @property
    def variants(self) -> tuple[str, ...]:
        """Labels; "" is the plain one."""
        return tuple(dict.fromkeys(cell.variant for cell in self.cells))

    @property
    def base(self) -> dict[str, Any]:
        """The settings that all cells share, as JSON values."""
        first, *others = (cell.config.model_dump(mode="json") for cell in self.cells)
        return {name: value for name, value in first.items() if all(other[name] == value for other in others)}

    def run(self, cell: Cell) -> Run | None:
        """The run of a cell; None while its folder does not exist."""
        run = Run(self.paths.store.run(cell.run_name).folder)
        return run if run.paths.config.exists() else None

    def states(self) -> list[State]:
        """Per cell, worked out from the folders of the runs."""
        return [_state(cell, self.run(cell)) for cell in self.cells]


def create_experiment(store: StorePaths, name: str, title: str, cells: Iterable[Cell]) -> Experiment:
    """Write the plan down; starts nothing. The same plan twice is one; ConfigError if the name is bad or taken by other runs."""
    experiment = Experiment(_paths(store, name), title, tuple(once(cells)), time.time())
    if not experiment.cells:
        raise ConfigError(f"{name}: an experiment needs at least one run; name strategies and seeds")
    with _alone(experiment.paths):
        if not experiment.paths.plan.exists():
            _write(experiment)
            return experiment
        there = _read(experiment.paths)
    if {cell.run_name for cell in there.cells} != {cell.run_name for cell in experiment.cells}:
        raise ConfigError(f"there is an experiment called {name} already, of other runs: extend it, or choose another name")
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
    return sorted((one for one in _all(store) if isinstance(one, Experiment)), key=lambda one: (-one.created, one.name))


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


def start_all(experiment: Experiment, worker: str = WORKER) -> list[tuple[Cell, str]]:
    """Start or resume all that is not finished and not at work, and say what became of each.

    Seed by seed, so that comparable runs finish together: all strategies of a seed, then those of its variants.
    """
    order = {kind: {one: place for place, one in enumerate(ones)} for kind, ones in
             (("seed", experiment.seeds), ("variant", experiment.variants), ("strategy", experiment.strategies))}
    cells = sorted(experiment.cells, key=lambda cell: [places[getattr(cell, kind)] for kind, places in order.items()])
    return [(cell, _begin(experiment, cell, worker)) for cell in cells]


def stop_all(experiment: Experiment) -> list[Cell]:
    """Ask all that is at work to stop, and say who was asked; first those that wait, so that none of them gets its turn."""
    alive = [state for state in experiment.states() if state.status.alive]
    asked = [state.cell for state in sorted(alive, key=lambda state: state.status is Status.RUNNING)]
    for cell in asked:
        request_stop(experiment.paths.store.run(cell.run_name))
    return asked


def metrics(experiment: Experiment) -> pd.DataFrame:
    """A row per complete cycle of every run and task, and one for the multi-task loss (task = "loss").

    Columns: variant, strategy, seed, cycle, images, labels, task, metric, unit, value, loss; then percent (of pool images), title,
    axis, better, run (its name).
    """
    tables = [_table(cell, run) for cell in experiment.cells if (run := experiment.run(cell)) and run.cycles_done()]
    return pd.concat(tables, ignore_index=True)[COLUMNS] if tables else pd.DataFrame(columns=COLUMNS)


def _table(cell: Cell, run: Run) -> pd.DataFrame:
    table, units = run.metrics(), {task.name: task.unit for task in run.tasks}
    return table.assign(variant=cell.variant, strategy=cell.strategy, seed=cell.seed, run=run.name,
                        unit=[units.get(task, "") for task in table["task"]])


def _begin(experiment: Experiment, cell: Cell, worker: str) -> str:
    """One run that cannot be started does not keep the others from it."""
    try:
        return begin(cell.config, experiment.paths.store, worker)
    except ConfigError as error:
        return f"{REFUSED}: {error}"


def _state(cell: Cell, run: Run | None) -> State:
    cycles = cell.config.cycles
    if run is None:
        return State(cell, Status.NEW, 0, cycles, 0.0)
    status, done = run.status, run.cycles_done()
    if status is Status.FINISHED:
        return State(cell, status, done, cycles, 1.0)
    within = _in_hand(run, done) if status is Status.RUNNING else 0.0
    return State(cell, status, done, cycles, min(1.0, (done + within) / cycles))


def _in_hand(run: Run, done: int) -> float:
    """Share of the cycle that a running run is in: of its stages' time, as the cycle before took it."""
    rows = parse(last_lines(run.paths.progress))
    if not rows or rows[-1]["cycle"] != done:
        return 0.0
    return share_of_cycle(rows[-1], read_json(run.cycle(done - 1).metrics)["seconds"] if done else {})


def _all(store: StorePaths) -> Iterator[Experiment | ConfigError]:
    for paths in store.experiments():
        try:
            yield _read(paths)
        except ConfigError as error:
            yield error


def _read(paths: ExperimentPaths) -> Experiment:
    try:
        plan = read_json(paths.plan)
        cells = tuple(Cell(str(cell["variant"]), stored_config(cell["config"])) for cell in plan["cells"])
        if not cells:
            raise ValueError("it lists no runs")
        return Experiment(paths, str(plan["title"]), cells, float(plan["created"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"the plan of the experiment {paths.name} cannot be read ({error!r}): mend {paths.plan}, or delete it "
                          f"and plan the experiment again; its runs are safe and will not be repeated") from None


def _write(experiment: Experiment) -> None:
    cells = [{"variant": cell.variant, "config": cell.config.model_dump(mode="json")} for cell in experiment.cells]
    write_json(experiment.paths.plan, {"title": experiment.title, "created": experiment.created, "cells": cells})


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
                raise ConfigError(f"somebody else is changing the experiment {paths.name}; try again")
            yield
