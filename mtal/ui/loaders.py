"""Tables for pages. The only place that caches: on folder + number of complete cycles, never on arrays (docs/design.md, section 6)."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from mtal.analysis.tables.counterfactuals import rule_ranks as rank_table
from mtal.analysis.tables.coverage import coverage as growth_coverage
from mtal.analysis.tables.coverage import labelled_in as labelled_since
from mtal.analysis.tables.run_groups import bought_images
from mtal.analysis.tables.run_groups import measured as run_rows
from mtal.config import Config
from mtal.runs.experiments.experiment import Experiment, find_experiment
from mtal.runs.experiments.experiment import experiments as all_experiments
from mtal.runs.experiments.experiment import metrics as experiment_rows
from mtal.runs.paths import StorePaths, default_store
from mtal.runs.reviews import effective
from mtal.runs.reviews.effective import is_settled
from mtal.runs.reviews.review_database import People
from mtal.runs.reviews.reviewed_batch import Settled
from mtal.runs.store import index
from mtal.runs.store.nearest import closest
from mtal.runs.store.run import Run

TIMES_S = 10


def store() -> StorePaths:
    """Where the runs are: `runs/` beside app.py, or what MTAL_RUNS says."""
    return StorePaths(default_store())


def runs() -> list[Run]:
    """Every readable run, the newest first. Not cached: folders come and go."""
    return index.all_runs(store())


def experiments() -> list[Experiment]:
    """Every readable one, the newest first. Not cached: plans come and grow."""
    return all_experiments(store())


def last_activity(experiment: Experiment) -> float:
    """When one of its runs was last heard of, or when it was planned; seconds since 1970."""
    reports = [run.paths.progress for cell in experiment.cells if (run := experiment.run(cell))]
    return max([experiment.created, *(path.stat().st_mtime for path in reports if path.exists())])


def experiment_metrics(experiment: Experiment) -> pd.DataFrame:
    """Metrics of all its runs; columns as in `mtal.runs.experiments.experiment.metrics`."""
    keys = tuple(_key(run) for cell in experiment.cells if (run := experiment.run(cell)))
    return _experiment_metrics(str(experiment.paths.store.folder), experiment.name, keys)


def metrics(run: Run) -> pd.DataFrame:
    """A row per complete cycle and task and one for the multi-task loss; columns as in `Run.metrics`."""
    return _metrics(*_key(run))


def measured(run: Run) -> pd.DataFrame:
    """`metrics` with what each point cost; columns as in `mtal.analysis.tables.run_groups.measured`."""
    return _measured(*_key(run))


def picks(run: Run) -> pd.DataFrame:
    """A row per image that a complete cycle bought labels of. Columns: cycle, id."""
    return _picks(*_key(run))


def seconds(run: Run) -> pd.DataFrame:
    """A row per complete cycle and stage. Columns: cycle, stage, seconds."""
    return _seconds(*_key(run))


def waited_for_data(run: Run) -> float | None:
    """Share of the training time for which no batch was ready; None if it was not measured."""
    return _waited(*_key(run))


def pool(run: Run, cycle: int) -> pd.DataFrame:
    """A row per pool image, index = position in the pool; columns as in `Run.pool`. Empty for the last cycle."""
    return _pool(*_key(run), cycle)


def quality(run: Run, cycle: int) -> pd.DataFrame:
    """How well the signals ranked the pool by its true loss; columns as in `Run.quality`. Empty where nobody measured it."""
    rows = qualities(run)
    return rows[rows["cycle"] == cycle].drop(columns="cycle")


def qualities(run: Run) -> pd.DataFrame:
    """The same for all complete cycles, with the column cycle."""
    return _qualities(*_key(run))


def validation(run: Run, cycle: int) -> pd.DataFrame:
    """A row per validation image: id, loss, loss.<task>, value.<task>."""
    return _validation(*_key(run), cycle)


def layout(run: Run, cycle: int) -> pd.DataFrame:
    """The map of the embedding, a row per pool image. Columns: x, y. Empty if the cycle has none."""
    return _layout(*_key(run), cycle)


def evidence(run: Run, cycle: int) -> dict[str, Any]:
    """What pictures a cycle has; keys as in `Run.evidence`, empty if it has none."""
    return _evidence(*_key(run), cycle)


def content(run: Run, cycle: int) -> pd.DataFrame:
    """Share of each class in each pool image; columns as in `Run.content`. Empty if nobody measured it."""
    return _content(*_key(run), cycle)


def others(run: Run, cycle: int) -> pd.DataFrame:
    """The rank that each other strategy would have given; columns as in `Run.others`. Empty if none was replayed."""
    return _others(*_key(run), cycle)


def others_picked(run: Run, cycle: int) -> dict[str, list[int]]:
    """Strategy -> what it would have picked, in order."""
    return _others_picked(*_key(run), cycle)


def afterwards(run: Run, cycle: int, image: int) -> pd.DataFrame:
    """What became of an image that the cycle picked; columns as in `Run.afterwards`, a row per complete cycle."""
    return _afterwards(*_key(run), cycle, image)


def rule_ranks(run: Run, cycle: int) -> pd.DataFrame:
    """Rank of every pool image under other rules of our score; columns as in `mtal.analysis.tables.counterfactuals.rule_ranks`."""
    return _rule_ranks(*_key(run), cycle)


def drawn(run: Run, cycle: int) -> set[int]:
    """Images with pictures. Not cached: people ask for more."""
    return run.drawn(cycle)


def maps(run: Run, cycle: int, image: int) -> dict[str, np.ndarray]:
    """The values behind an image's pictures; keys as in `Run.maps`, {} while it is not drawn."""
    return _maps(*_key(run), cycle, image) if image in run.drawn(cycle) else {}


def provenance(run: Run, cycle: int, image: int) -> dict[str, Any]:
    """Where the numbers about an image come from; keys as in `Run.provenance`."""
    sample = {"sample": run.facts.pool[image], "position": image}
    return {name: sample.get(name, value) for name, value in _provenance(*_key(run), cycle).items()}


def nearest(run: Run, cycle: int, image: int) -> pd.DataFrame:
    """The labelled and the earlier picked images nearest to a pool image. Columns: index, id, distance, kind."""
    return _nearest(*_key(run), cycle, image)


def people(run: Run) -> People:
    """What people decided, noted and chose in the run's store; for changes. Made anew each time, since it keeps nothing."""
    return People(run.store)


def decisions(run: Run, cycle: int) -> pd.DataFrame:
    """What people said about a cycle's images, as far as it counts, and all notes; columns as in `People.decisions`. Fresh as
    soon as anybody says something."""
    return _decisions(*_key(run), people(run).revision(), is_settled(run, cycle), cycle)


def batch(run: Run, cycle: int) -> pd.DataFrame:
    """A cycle's batch with its decisions: the picks in order, then what came for the rejected; index and columns as in
    `mtal.runs.reviews.reviewed_batch.batch`. Empty for a cycle that picked nothing."""
    return settled(run, cycle).rows


def settled(run: Run, cycle: int) -> Settled:
    """A cycle's batch with its decisions; as `mtal.runs.reviews.effective.settled`. Fresh as soon as anybody says something."""
    return _settled(*_key(run), cycle, people(run).revision(), is_settled(run, cycle))


def sets(run: Run) -> pd.DataFrame:
    """The named sets of the run's data, whichever run they were chosen in; columns as in `People.sets`."""
    return _sets(str(run.store.folder), people(run).revision(), run.data.folder.name)


def set_samples(run: Run, set_id: str) -> list[str]:
    """Ids of a set's images, sorted; KeyError if the run's data have no such set."""
    return _set_samples(str(run.store.folder), people(run).revision(), set_id, run.data.folder.name)


def labelled_in(run: Run) -> pd.Series:
    """Per pool image the cycle in which it got its first label; values as in `mtal.analysis.tables.coverage.labelled_in`."""
    return _labelled_in(*_key(run))


def coverage(run: Run) -> pd.DataFrame:
    """How far unlabelled images are from labelled ones; columns as in `mtal.analysis.tables.coverage.coverage`."""
    return _coverage(*_key(run))


def around(run: Run, cycle: int, image: int, count: int) -> pd.DataFrame:
    """The images of the whole pool nearest to one. Columns: index, distance. Empty without an embedding."""
    return _around(*_key(run), cycle, image, count)


def set_images(run: Run, set_id: str) -> list[int]:
    """Positions in the run's pool of those images of a set that are there, ascending; KeyError if there is no such set."""
    return _set_images(*_key(run), run.data.folder.name, set_id)


def known_times(config: Config) -> dict[str, list[float]]:
    """Stage -> seconds per unit, from all runs whose steps should take as long as those of this config; up to TIMES_S old."""
    return _times_at(str(store().folder), index.speed(config))


def _key(run: Run) -> tuple[str, float, int]:
    """Complete cycles never change; the time of creation tells a run that was deleted and started anew."""
    return str(run.paths.folder), run.created, run.cycles_done()


@st.cache_data(max_entries=16, show_spinner=False)
def _experiment_metrics(
    folder: str, name: str, keys: tuple[tuple[str, float, int], ...]
) -> pd.DataFrame:
    return experiment_rows(find_experiment(StorePaths(Path(folder)), name))


@st.cache_data(max_entries=512, show_spinner=False)
def _metrics(folder: str, created: float, complete: int) -> pd.DataFrame:
    return Run(Path(folder)).metrics()


@st.cache_data(max_entries=512, show_spinner=False)
def _measured(folder: str, created: float, complete: int) -> pd.DataFrame:
    return run_rows(Run(Path(folder)))


@st.cache_data(max_entries=512, show_spinner=False)
def _picks(folder: str, created: float, complete: int) -> pd.DataFrame:
    return bought_images(Run(Path(folder)))


@st.cache_data(max_entries=512, show_spinner=False)
def _seconds(folder: str, created: float, complete: int) -> pd.DataFrame:
    return Run(Path(folder)).seconds()


@st.cache_data(max_entries=128, show_spinner=False)
def _waited(folder: str, created: float, complete: int) -> float | None:
    return Run(Path(folder)).waited_for_data()


@st.cache_data(max_entries=32, show_spinner=False)
def _pool(folder: str, created: float, complete: int, cycle: int) -> pd.DataFrame:
    return Run(Path(folder)).pool(cycle)


@st.cache_data(max_entries=64, show_spinner=False)
def _qualities(folder: str, created: float, complete: int) -> pd.DataFrame:
    return Run(Path(folder)).qualities()


@st.cache_data(max_entries=32, show_spinner=False)
def _validation(folder: str, created: float, complete: int, cycle: int) -> pd.DataFrame:
    return Run(Path(folder)).validation(cycle)


@st.cache_data(max_entries=32, show_spinner=False)
def _layout(folder: str, created: float, complete: int, cycle: int) -> pd.DataFrame:
    points = Run(Path(folder)).layout(cycle)
    return (
        pd.DataFrame(columns=["x", "y"])
        if points is None
        else pd.DataFrame(points, columns=["x", "y"])
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _evidence(folder: str, created: float, complete: int, cycle: int) -> dict[str, Any]:
    return Run(Path(folder)).evidence(cycle)


@st.cache_data(max_entries=32, show_spinner=False)
def _settled(
    folder: str, created: float, complete: int, cycle: int, revision: int, too_late: bool
) -> Settled:
    run = Run(Path(folder))
    return effective.settled(run, cycle, _pool(folder, created, complete, cycle))


@st.cache_data(max_entries=8, show_spinner=False)
def _content(folder: str, created: float, complete: int, cycle: int) -> pd.DataFrame:
    return Run(Path(folder)).content(cycle)


@st.cache_data(max_entries=16, show_spinner=False)
def _others(folder: str, created: float, complete: int, cycle: int) -> pd.DataFrame:
    return Run(Path(folder)).others(cycle)


@st.cache_data(max_entries=32, show_spinner=False)
def _others_picked(folder: str, created: float, complete: int, cycle: int) -> dict[str, list[int]]:
    return Run(Path(folder)).others_picked(cycle)


@st.cache_data(max_entries=16, show_spinner=False)
def _rule_ranks(folder: str, created: float, complete: int, cycle: int) -> pd.DataFrame:
    run = Run(Path(folder))
    return rank_table(run.pool(cycle), run.config)


@st.cache_data(max_entries=256, show_spinner=False)
def _afterwards(folder: str, created: float, complete: int, cycle: int, image: int) -> pd.DataFrame:
    return Run(Path(folder)).afterwards(cycle, image)


@st.cache_data(max_entries=64, show_spinner=False)
def _maps(
    folder: str, created: float, complete: int, cycle: int, image: int
) -> dict[str, np.ndarray]:
    return Run(Path(folder)).maps(cycle, image)


@st.cache_data(max_entries=64, show_spinner=False)
def _provenance(folder: str, created: float, complete: int, cycle: int) -> dict[str, Any]:
    return Run(Path(folder)).provenance(
        cycle, 0
    )  # the same for all images but for the image itself


@st.cache_data(max_entries=256, show_spinner=False)
def _nearest(folder: str, created: float, complete: int, cycle: int, image: int) -> pd.DataFrame:
    return Run(Path(folder)).nearest(cycle, image)


@st.cache_data(max_entries=64, show_spinner=False)
def _decisions(
    folder: str, created: float, complete: int, revision: int, settled: bool, cycle: int
) -> pd.DataFrame:
    return effective.decisions(Run(Path(folder)), cycle)


@st.cache_data(max_entries=32, show_spinner=False)
def _sets(store: str, revision: int, data: str) -> pd.DataFrame:
    return People(StorePaths(Path(store))).sets(data)


@st.cache_data(max_entries=32, show_spinner=False)
def _set_samples(store: str, revision: int, set_id: str, data: str) -> list[str]:
    return People(StorePaths(Path(store))).samples_of(set_id, data)


@st.cache_data(max_entries=32, show_spinner=False)
def _labelled_in(folder: str, created: float, complete: int) -> pd.Series:
    return pd.Series(labelled_since(Run(Path(folder))))


@st.cache_data(max_entries=64, show_spinner=False)
def _coverage(folder: str, created: float, complete: int) -> pd.DataFrame:
    return growth_coverage(Run(Path(folder)))


@st.cache_data(max_entries=256, show_spinner=False)
def _around(
    folder: str, created: float, complete: int, cycle: int, image: int, count: int
) -> pd.DataFrame:
    points = Run(Path(folder)).embedding(cycle)
    found = [] if points is None else closest(points, image, np.arange(len(points)) != image, count)
    return pd.DataFrame(found, columns=["index", "distance"])


@st.cache_data(max_entries=64, show_spinner=False)
def _set_images(folder: str, created: float, complete: int, data: str, set_id: str) -> list[int]:
    run = Run(Path(folder))
    wanted = set(
        People(run.store).samples_of(set_id, data)
    )  # what a set holds is what its id says: it never changes
    return [place for place, name in enumerate(run.facts.pool) if name in wanted]


@st.cache_data(ttl=TIMES_S, max_entries=64, show_spinner=False)  # many living runs ask at each poll
def _times_at(folder: str, speed: tuple[str, ...]) -> dict[str, list[float]]:
    return index.times_at(speed, index.all_runs(StorePaths(Path(folder))))
