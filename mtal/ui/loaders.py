"""Tables for pages, and the only place that caches them.

A run's key is its folder, its time of creation and the number of its complete cycles, since a
complete cycle never changes; arrays are never keys (docs/design.md, section 6).
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numpy as np
import pandas as pd
import streamlit as st

from mtal.analysis.tables import counterfactuals, run_groups
from mtal.analysis.tables import coverage as coverage_tables
from mtal.config import Config
from mtal.runs.experiments import experiment as plans
from mtal.runs.experiments.experiment import Experiment
from mtal.runs.paths import StorePaths, default_store
from mtal.runs.reviews import effective
from mtal.runs.reviews.effective import is_settled
from mtal.runs.reviews.review_database import People
from mtal.runs.reviews.reviewed_batch import Settled
from mtal.runs.store import index
from mtal.runs.store.nearest import closest
from mtal.runs.store.run import Run

TIMES_S = 10
RunKey = tuple[str, float, int]
P = ParamSpec("P")
R = TypeVar("R")


def run_key(run: Run) -> RunKey:
    """Tell a run from itself with more cycles, and from one that was deleted and started anew."""
    return str(run.paths.folder), run.created, run.cycles_done()


def experiment_key(experiment: Experiment) -> tuple[str, str, tuple[RunKey, ...]]:
    """Tell an experiment from itself with more cycles or runs."""
    runs = (experiment.run(cell) for cell in experiment.cells)
    keys = tuple(run_key(run) for run in runs if run)
    return str(experiment.paths.store.folder), experiment.name, keys


def kept(most: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep what a function returned for its last `most` different arguments; callers get copies."""
    keys: dict[str | type[Any], Callable[[Any], Any]] = {Run: run_key, Experiment: experiment_key}
    return st.cache_data(max_entries=most, show_spinner=False, hash_funcs=keys)


# ---- the store ---------------------------------------------------------------------------------


def store() -> StorePaths:
    """The folder of all runs: `runs/` beside app.py, or what MTAL_RUNS says."""
    return StorePaths(default_store())


def runs() -> list[Run]:
    """Every readable run, the newest first. Not kept: folders come and go."""
    return index.all_runs(store())


def experiments() -> list[Experiment]:
    """Every readable experiment, the newest first. Not kept: plans come and grow."""
    return plans.experiments(store())


def last_activity(experiment: Experiment) -> float:
    """Seconds since 1970 at which a run last reported, or at which the experiment was planned."""
    reports = [run.paths.progress for cell in experiment.cells if (run := experiment.run(cell))]
    return max([experiment.created, *(path.stat().st_mtime for path in reports if path.exists())])


def known_times(config: Config) -> dict[str, list[float]]:
    """Stage -> seconds per unit of all runs that should be as fast; up to TIMES_S old."""
    return _times_at(str(store().folder), index.speed(config))


@st.cache_data(ttl=TIMES_S, max_entries=64, show_spinner=False)  # many living runs ask at each poll
def _times_at(folder: str, speed: tuple[str, ...]) -> dict[str, list[float]]:
    return index.times_at(speed, runs())


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


@kept(512)
def picks(run: Run) -> pd.DataFrame:
    """A row per image of which a complete cycle acquired labels. Columns: cycle, id."""
    return run_groups.bought_images(run)


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


@kept(32)
def labelled_in(run: Run) -> pd.Series:
    """Per pool image the cycle of its first label; values as in `coverage.labelled_in`."""
    return pd.Series(coverage_tables.labelled_in(run))


# ---- one cycle ---------------------------------------------------------------------------------


@kept(32)
def pool(run: Run, cycle: int) -> pd.DataFrame:
    """The pool table, a row per image, index = position; empty for the last cycle."""
    return run.pool(cycle)


def quality(run: Run, cycle: int) -> pd.DataFrame:
    """How well the signals ranked the pool by its true loss; columns as in `Run.quality`."""
    rows = qualities(run)
    return rows[rows["cycle"] == cycle].drop(columns="cycle")


@kept(64)
def qualities(run: Run) -> pd.DataFrame:
    """`Run.quality` of all complete cycles, with the column cycle."""
    return run.qualities()


@kept(32)
def validation(run: Run, cycle: int) -> pd.DataFrame:
    """A row per validation image: id, loss, loss.<task>, value.<task>."""
    return run.validation(cycle)


@kept(32)
def layout(run: Run, cycle: int) -> pd.DataFrame:
    """The map of the embedding, a row per pool image: x, y. Empty if the cycle has none."""
    points = run.layout(cycle)
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
def afterwards(run: Run, cycle: int, image: int) -> pd.DataFrame:
    """The losses of an image that the cycle picked; columns as in `Run.afterwards`."""
    return run.afterwards(cycle, image)


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
def around(run: Run, cycle: int, image: int, count: int) -> pd.DataFrame:
    """The nearest images of the pool. Columns: index, distance. Empty without an embedding."""
    points = run.embedding(cycle)
    rows = [] if points is None else closest(points, image, np.arange(len(points)) != image, count)
    return pd.DataFrame(rows, columns=["index", "distance"])


# ---- what people decided -----------------------------------------------------------------------


def people(run: Run) -> People:
    """The review database of the run's store, for changes. Made anew each time."""
    return People(run.store)


def decisions(run: Run, cycle: int) -> pd.DataFrame:
    """Decisions about a cycle's images, as far as they count, and all notes.

    Columns as in `People.decisions`. Fresh as soon as anybody decides.
    """
    return _decisions(run, cycle, people(run).revision(), is_settled(run, cycle))


@kept(64)
def _decisions(run: Run, cycle: int, revision: int, settled: bool) -> pd.DataFrame:
    return effective.decisions(run, cycle)


def batch(run: Run, cycle: int) -> pd.DataFrame:
    """A cycle's batch with its decisions: the picks in order, then what came for the rejected.

    Columns as in `mtal.runs.reviews.reviewed_batch.batch`; empty for a cycle that picked nothing.
    """
    return settled(run, cycle).rows


def settled(run: Run, cycle: int) -> Settled:
    """A cycle's batch with its decisions, as `effective.settled`. Always fresh."""
    return _settled(run, cycle, people(run).revision(), is_settled(run, cycle))


@kept(32)
def _settled(run: Run, cycle: int, revision: int, too_late: bool) -> Settled:
    return effective.settled(run, cycle, pool(run, cycle))


def sets(run: Run) -> pd.DataFrame:
    """The named sets of the run's data, whichever run they were chosen in.

    Columns as in `People.sets`.
    """
    return _sets(run, people(run).revision(), run.data.folder.name)


@kept(32)
def _sets(run: Run, revision: int, data: str) -> pd.DataFrame:
    return people(run).sets(data)


def set_samples(run: Run, set_id: str) -> list[str]:
    """Ids of a set's images, sorted. KeyError if the run's data have no such set."""
    return _set_samples(run, set_id, people(run).revision(), run.data.folder.name)


@kept(32)
def _set_samples(run: Run, set_id: str, revision: int, data: str) -> list[str]:
    return people(run).samples_of(set_id, data)


@kept(64)
def set_images(run: Run, set_id: str) -> list[int]:
    """Positions in the run's pool of a set's images, ascending. KeyError if there is no such set.

    The id of a set says what it holds, so it never changes.
    """
    wanted = set(people(run).samples_of(set_id, run.data.folder.name))
    return [position for position, name in enumerate(run.facts.pool) if name in wanted]
