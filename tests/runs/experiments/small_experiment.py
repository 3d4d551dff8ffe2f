"""A small plan of four runs, and helpers that start and finish it."""

from mtal.runs.experiments.experiment import start_all
from mtal.runs.experiments.plan import expand
from tests.runs.small_worker import FINISH, WORKER, notes, until

BASE = {"device": "cpu", "cycles": 3, "start_percent": 10, "step_percent": 15}
SETTINGS_USED = {"random": frozenset(), "ours": frozenset({"committee"})}


def cells(*seeds, strategies=("random", "ours"), variants=None):
    return expand(BASE, strategies, seeds or (0, 1), variants or {}, SETTINGS_USED)


def paths(experiment):
    return [experiment.paths.store.run(cell.run_name) for cell in experiment.cells]


def begun(experiment, number=1):
    """Start all and wait until so many had their turn."""
    launched = start_all(experiment, WORKER)
    until(lambda: len(notes(experiment.paths.store, "turns")) == number)
    return launched


def finish(experiment):
    for run in paths(experiment):
        if run.folder.exists():
            (run.folder / FINISH).touch()
    until(lambda: not any(state.status.alive for state in experiment.states()))
