"""A store of small workers, and commands called in this process."""

import sys
from functools import partial
from pathlib import Path

import pytest

from mtal.cli import app
from mtal.runs.experiments.experiment import find_experiment
from mtal.runs.jobs import launch as launching
from mtal.runs.jobs.launch import kill
from mtal.runs.paths import StorePaths
from mtal.runs.store.run import Run
from tests.runs.small_worker import FINISH, WORKER, until

ROOT = Path(__file__).parents[2]
SETTINGS = (
    "dataset=drawn",
    "data=24+8",
    "device=cpu",
    "cycles=3",
    "start_percent=10",
    "step_percent=15",
)
SETS = [word for setting in SETTINGS for word in ("--set", setting)]


@pytest.fixture
def store(tmp_path):
    """A store whose workers do not outlive the test."""
    store = StorePaths(tmp_path / "store")
    yield store
    kill_all(store)


def kill_all(store):
    """Kill the workers that are alive."""
    for paths in store.runs():
        run = Run(paths.folder)
        if run.status.alive:
            until(paths.lock.read_text)
            kill(paths)


@pytest.fixture
def mtal(store, monkeypatch, capsys):
    """Call a command in this process, with small workers: text and exit code."""
    small = partial(launching.start, worker=WORKER)
    monkeypatch.setattr(launching, "start", lambda job, worker: small(job))
    monkeypatch.setattr("mtal.cli.stop_resume.start", small)
    monkeypatch.setenv("MTAL_RUNS", str(store.folder))

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["mtal", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            app.main()
        printed = capsys.readouterr()
        return printed.out + printed.err, ended.value.code or 0

    return call


@pytest.fixture
def experiment(store, monkeypatch, capsys):
    """Call a subcommand in this process, with small workers: text and exit code."""
    real = launching.start
    monkeypatch.setattr(launching, "start", lambda job, worker: real(job, WORKER))
    monkeypatch.setenv("MTAL_RUNS", str(store.folder))

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["mtal", "experiment", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            app.main()
        printed = capsys.readouterr()
        return printed.out + printed.err, ended.value.code or 0

    return call


@pytest.fixture
def planned(experiment, store):
    """random and ours, seeds 0 and 1, not started."""
    grid = ["--strategies", "random,ours", "--seeds", "0,1"]
    text, code = experiment("new", "toy", *SETS, *grid, "--title", "A toy", "--no-start")
    assert (text, code) == ("toy: 0 of 4 runs finished: 4 not started\n", 0)
    return find_experiment(store, "toy")


def finish(store):
    """Let all small workers finish, and wait until they have."""
    for run in store.runs():
        (run.folder / FINISH).touch()
    until(lambda: not any(Run(run.folder).status.alive for run in store.runs()))
