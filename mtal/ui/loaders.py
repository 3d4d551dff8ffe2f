"""Tables of runs for pages, cached; reviews are in `review_loaders`.

A run's key is its folder, its time of creation and the number of its complete cycles, since the
files of a complete cycle never change. One thing changes between two cycles: what the last one
acquired, when the next begins and applies the reviews. Tables of it have that in their key too.
Arrays are never keys (docs/design.md, section 6).
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numpy as np
import pandas as pd
import streamlit as st

from mtal.analysis.tables import counterfactuals, redundancy, run_groups
from mtal.analysis.tables import coverage as coverage_tables
from mtal.analysis.tables import worth as worth_tables
from mtal.config import Config
from mtal.runs.experiments import experiment as plans
from mtal.runs.experiments.state import Experiment
from mtal.runs.paths import StorePaths, default_store
from mtal.runs.reviews.effective import is_settled
from mtal.runs.store import index
from mtal.runs.store.nearest import closest_images
from mtal.runs.store.run import Run

TIMES_S = 10
RunKey = tuple[str, float, int]
ExperimentKey = tuple[str, str, tuple[tuple[str, RunKey], ...]]
P = ParamSpec("P")
R = TypeVar("R")


def run_key(run: Run) -> RunKey:
    """Cache key of a run: folder, time of creation, number of complete cycles.

    A run that was deleted and started anew has another time of creation.
    """
    return str(run.paths.folder), run.created, run.cycles_done()


def experiment_key(experiment: Experiment) -> ExperimentKey:
    """Cache key of an experiment: store, name, and of each cell its variant and the run's key."""
    cells = []
    for cell in experiment.cells:
        run = experiment.run(cell)
        if run:
            cells.append((cell.variant, run_key(run)))
    return str(experiment.paths.store.folder), experiment.name, tuple(cells)


def kept(most: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep what a function returned for its last `most` different arguments; callers get copies."""
    keys: dict[str | type[Any], Callable[[Any], Any]] = {Run: run_key, Experiment: experiment_key}
    return st.cache_data(max_entries=most, show_spinner=False, hash_funcs=keys)


# ---- the store ---------------------------------------------------------------------------------


def store() -> StorePaths:
    """The folder of all runs, as `mtal.runs.paths.default_store`."""
    return StorePaths(default_store())


def runs() -> list[Run]:
    """Every readable run, the newest first. Not kept: folders come and go."""
    return index.all_runs(store())


def experiments() -> list[Experiment]:
    """Every readable experiment, the newest first. Not kept: plans come and grow."""
    return plans.experiments(store())


def last_activity(experiment: Experiment) -> float:
    """Seconds since 1970 at which a run last reported, or at which the experiment was planned."""
    runs = [run for run in map(experiment.run, experiment.cells) if run]
    reports = [run.paths.progress for run in runs]
    return max([experiment.created, *(path.stat().st_mtime for path in reports if path.exists())])


def times_of_similar_runs(config: Config) -> dict[str, list[float]]:
    """Stage -> seconds per unit of all runs that should be as fast; up to TIMES_S old.

    Unlike `index.times_of_similar_runs` with the run of `config` itself, so that all runs of the
    same speed share an entry.
    """
    return _times_at(str(store().folder), index.speed_key(config))


@st.cache_data(ttl=TIMES_S, max_entries=64, show_spinner=False)  # many living runs ask at each poll
def _times_at(folder: str, speed: tuple[str, ...]) -> dict[str, list[float]]:
    return index.unit_times(speed, runs())


# ---- runs and experiments ----------------------------------------------------------------------


@kept(16)
def experiment_metrics(experiment: Experiment) -> pd.DataFrame:
    """Metrics of all its runs; columns as in `mtal.runs.experiments.experiment.metrics`."""
    return plans.metrics(experiment)


@kept(512)
def metrics(run: Run) -> pd.DataFrame:
    """A row per complete cycle and task, and one for the loss; columns as in `Run.metrics`."""
    return run.metrics()


@kept(512)
def measured(run: Run) -> pd.DataFrame:
    """`metrics` with what each point cost; columns as in `run_groups.measured`."""
    return run_groups.measured(run)


def picks(run: Run) -> pd.DataFrame:
    """A row per image of which a complete cycle acquired labels. Columns: cycle, id."""
    return _picks(run, _is_last_settled(run))


@kept(512)
def _picks(run: Run, settled: bool) -> pd.DataFrame:
    return run_groups.acquired_images(run)


@kept(512)
def seconds(run: Run) -> pd.DataFrame:
    """A row per complete cycle and stage. Columns: cycle, stage, seconds."""
    return run.seconds()


@kept(128)
def waited_for_data(run: Run) -> float | None:
    """Share of the training time for which no batch was ready; None if it was not measured."""
    return run.waited_for_data()


@kept(64)
def coverage(run: Run) -> pd.DataFrame:
    """How far unlabelled images are from labelled ones; columns as in `coverage.coverage`."""
    return coverage_tables.coverage(run)


def labelled_in(run: Run) -> pd.Series:
    """Per pool image the cycle of its first label; values as in `coverage.labelled_in`."""
    return _labelled_in(run, _is_last_settled(run))


@kept(32)
def _labelled_in(run: Run, settled: bool) -> pd.Series:
    return pd.Series(coverage_tables.labelled_in(run))


def _is_last_settled(run: Run) -> bool:
    """Whether the cycle after the last complete one has begun, and with it applied the reviews."""
    return is_settled(run, run.cycles_done() - 1)


# ---- one cycle ---------------------------------------------------------------------------------


@kept(32)
def pool(run: Run, cycle: int) -> pd.DataFrame:
    """The pool table, a row per image, index = position; empty for the last cycle.

    Strategies that go by turns have no score: what is stored as one is the turn again.
    """
    table = run.pool(cycle)
    return table.drop(columns=["score", "cutoff"], errors="ignore") if "turn" in table else table


def quality(run: Run, cycle: int) -> pd.DataFrame:
    """How well the signals ranked the pool by its true loss; columns as in `Run.quality`."""
    rows = qualities(run)
    return rows[rows["cycle"] == cycle].drop(columns="cycle")


@kept(64)
def qualities(run: Run) -> pd.DataFrame:
    """`Run.quality` of all complete cycles, with the column cycle."""
    return run.qualities()


@kept(64)
def worth(run: Run) -> pd.DataFrame:
    """What scores were worth on the labels just bought; columns as in `worth.worth`."""
    return worth_tables.worth(run)


@kept(64)
def redundancies(run: Run) -> pd.DataFrame:
    """What repeats in each batch; columns as in `redundancy.redundancies`."""
    return redundancy.redundancies(run)


@kept(32)
def layout(run: Run, cycle: int, signal: str) -> pd.DataFrame:
    """The map of a signal, a row per pool image: x, y. Empty if the cycle has none.

    signal: "frozen" or "embedding", as in `Run.layout`.
    """
    points = run.layout(cycle, signal)
    return pd.DataFrame([] if points is None else points, columns=["x", "y"])


@kept(64)
def evidence(run: Run, cycle: int) -> dict[str, Any]:
    """The pictures of a cycle; keys as in `Run.evidence`, empty if it has none."""
    return run.evidence(cycle)


@kept(8)
def content(run: Run, cycle: int) -> pd.DataFrame:
    """Share of each class in each pool image; columns as in `Run.content`. May be empty."""
    return run.content(cycle)


@kept(16)
def others(run: Run, cycle: int) -> pd.DataFrame:
    """The rank that each other strategy would have given; empty if none was replayed."""
    return run.others(cycle)


@kept(32)
def others_picked(run: Run, cycle: int) -> dict[str, list[int]]:
    """Strategy -> the images that it would have picked, in order."""
    return run.others_picked(cycle)


@kept(16)
def rule_ranks(run: Run, cycle: int) -> pd.DataFrame:
    """Rank of every pool image under other rules; columns as in `counterfactuals.rule_ranks`."""
    return counterfactuals.rule_ranks(run.pool(cycle), run.config)


# ---- one image ---------------------------------------------------------------------------------


def drawn(run: Run, cycle: int) -> set[int]:
    """Images with pictures. Not kept: people ask for more."""
    return run.drawn(cycle)


@kept(256)
def loss_history(run: Run, cycle: int, image: int) -> pd.DataFrame:
    """The losses of an image that the cycle picked; columns as in `Run.loss_history`."""
    return run.loss_history(cycle, image)


def maps(run: Run, cycle: int, image: int) -> dict[str, np.ndarray]:
    """The values behind an image's pictures; keys as in `Run.maps`, {} while it is not drawn."""
    return _maps(run, cycle, image) if image in run.drawn(cycle) else {}


@kept(64)
def _maps(run: Run, cycle: int, image: int) -> dict[str, np.ndarray]:
    return run.maps(cycle, image)


def provenance(run: Run, cycle: int, image: int) -> dict[str, Any]:
    """Where the numbers about an image come from; keys as in `Run.provenance`."""
    sample = {"sample": run.facts.pool[image], "position": image}
    return {name: sample.get(name, value) for name, value in _provenance(run, cycle).items()}


@kept(64)
def _provenance(run: Run, cycle: int) -> dict[str, Any]:
    return run.provenance(cycle, 0)  # the same for all images but for the image itself


@kept(256)
def nearest(run: Run, cycle: int, image: int) -> pd.DataFrame:
    """The nearest labelled and earlier picked images. Columns: index, id, distance, kind."""
    return run.nearest(cycle, image)


@kept(256)
def around(run: Run, cycle: int, image: int, count: int, signal: str = "") -> pd.DataFrame:
    """The nearest images of the pool. Columns: index, distance. Empty without the signal.

    signal: as in `Run.embedding`.
    """
    points = run.embedding(cycle, signal)
    rows = (
        []
        if points is None
        else closest_images(points, image, np.arange(len(points)) != image, count)
    )
    return pd.DataFrame(rows, columns=["index", "distance"])
