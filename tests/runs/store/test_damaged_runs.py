"""A damaged file of one run: its reader names it, and no other run is touched."""

import json

import numpy as np
import pytest

from mtal.config import Config
from mtal.errors import UserError
from mtal.runs.damage import DamagedFile
from mtal.runs.experiments.experiment import create_experiment, metrics
from mtal.runs.experiments.plan import Cell
from mtal.runs.files import write_json
from mtal.runs.jobs.status import Status
from mtal.runs.paths import StorePaths
from mtal.runs.store.index import all_runs, damaged_runs
from mtal.runs.store.run import Run
from tests.runs.made_run import made_run

FILES = (
    "config.json",
    "facts.json",
    "result.json",
    "progress.jsonl",
    *(f"cycles/000/{name}" for name in ("metrics.json", "pick.npy", "pool.parquet")),
    *(f"cycles/001/{name}" for name in ("validation.parquet", "embedding.npy")),
)
LISTED = {"config.json", "facts.json", "cycles/000/metrics.json", "cycles/000/pick.npy"}
READERS = (
    lambda run: run.config,
    lambda run: run.facts,
    lambda run: run.status,
    lambda run: run.result,
    lambda run: run.progress(),
    lambda run: run.metrics(),
    lambda run: run.seconds(),
    lambda run: [run.picked(number) for number in range(3)],
    lambda run: [run.pool(number) for number in range(2)],
    lambda run: [run.validation(number) for number in range(3)],
    lambda run: [np.asarray(run.embedding(number, "embedding")) for number in range(2)],
)


def cut(content):
    return content[: len(content) // 2]


def emptied(content):
    return b""


def flipped(content):
    changed = bytearray(content)
    for index in (len(changed) // 7, len(changed) // 2, -2):
        changed[index] ^= 0xFF
    return bytes(changed)


@pytest.fixture
def runs(tmp_path):
    """Two finished runs of a store; the first will be damaged."""
    settings = {"cycles": 3, "start_percent": 10, "step_percent": 15}
    return [made_run(tmp_path, config=Config(**settings, seed=seed)) for seed in (0, 1)]


@pytest.mark.parametrize("damage", [cut, emptied, flipped])
@pytest.mark.parametrize("file", FILES)
def test_whatever_is_damaged_the_error_names_it_and_the_other_run_is_listed(file, damage, runs):
    run, other = runs
    path = run.paths.folder / file
    path.write_bytes(damage(path.read_bytes()))
    again = Run(run.paths.folder)
    errors = []
    for read in READERS:
        try:
            read(again)
        except UserError as error:  # nothing else
            errors.append(str(error))
    assert all(str(path) in error for error in errors)
    names = {listed.name for listed in all_runs(StorePaths(run.paths.folder.parent))}
    damaged = damaged_runs(StorePaths(run.paths.folder.parent))
    assert other.name in names
    assert (run.name in names) != (run.name in damaged)
    if file in LISTED and damage is not flipped:
        assert str(path) in damaged[run.name]


def test_a_pick_that_is_gone_is_damage_and_not_an_empty_batch(runs):
    run = runs[0]
    run.cycle(0).pick.unlink()
    with pytest.raises(DamagedFile, match=r"pick.npy cannot be read \(there is no such file\)"):
        run.picked(0)
    with pytest.raises(DamagedFile, match="resume the run, which goes on after its last whole"):
        run.labelled(2, run.start_labels())
    assert run.picked(2).shape == (0, 2)


@pytest.mark.parametrize(
    "pairs", [np.array([[99, 0]]), np.array([[0, 3]]), np.array([[-1, 0]]), np.zeros((2, 3), int)]
)
def test_a_pick_of_what_the_run_does_not_have_is_damage(pairs, runs):
    np.save(runs[0].cycle(0).pick, pairs)
    with pytest.raises(DamagedFile):
        runs[0].picked(0)


@pytest.mark.parametrize(
    "change", [{"loss": "4"}, {"seconds": {"train": "long"}}, {"metrics": [1]}, {"images": None}]
)
def test_a_measurement_of_another_kind_is_damage(change, runs):
    path = runs[0].cycle(0).metrics
    write_json(path, json.loads(path.read_text()) | change)
    with pytest.raises(DamagedFile, match=next(iter(change))):
        runs[0].metrics()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"outcome": "splendid"}', "null", '"x"', "\xff"])
def test_a_result_that_is_none_leaves_the_run_interrupted(text, runs):
    runs[0].paths.result.write_text(text, encoding="latin-1")
    assert runs[0].status is Status.INTERRUPTED
    assert isinstance(runs[0].result, dict)


def test_an_experiment_goes_on_with_its_other_runs(runs):
    store = StorePaths(runs[0].paths.folder.parent)
    cells = [Cell("", run.config) for run in runs]
    experiment = create_experiment(store, "both", "Both", cells)
    runs[0].cycle(1).metrics.write_text("")
    assert set(metrics(experiment)["seed"]) == {1}
    assert [state.status for state in experiment.states()] == [Status.FAILED, Status.FINISHED]
