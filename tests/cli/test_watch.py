"""Following a run in the terminal."""

import signal
import subprocess
import sys

import pytest

from mtal.cli.watch import follow, line
from mtal.config import Config
from mtal.runs.jobs.lock import take
from mtal.runs.jobs.status import Status
from mtal.runs.store.run import Run
from tests.cli.conftest import ROOT
from tests.runs.made_run import made_run
from tests.runs.small_worker import WORKER, until


@pytest.mark.slow
def test_ctrl_c_asks_the_run_to_stop_and_waits_for_it(store):
    code = (
        "import signal, sys; from mtal.cli import app; from mtal.runs.jobs import launch\n"
        "start = launch.start\n"
        # A shell's background jobs inherit that the signal is ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"launch.start = lambda job, worker: start(job, {WORKER!r})\n"
        f"sys.argv = ['mtal', 'run', '--set', 'device=cpu', '--runs', {str(store.folder)!r}]\n"
        "app.main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    run = Run(store.run(Config().name).folder)
    until(lambda: run.paths.folder.exists() and run.status is Status.RUNNING, patience_s=60)
    until(lambda: "started" in process.stdout.readline())
    until(lambda: process.stdout.readline() == "Starting\n")  # it follows by now
    process.send_signal(signal.SIGINT)
    text, _ = process.communicate(timeout=120)
    assert process.returncode == 3
    assert run.status is Status.STOPPED
    assert "Stopping after the step in hand" in text


def test_follow_writes_a_line_per_stage_where_there_is_no_terminal(store, capsys):
    run = made_run(store.folder)
    run.paths.result.unlink()
    lock = run.paths.lock.open("a")
    take(lock, patience_s=0)
    run.paths.began.touch()
    steps = iter([("train", 1), ("train", 2), ("evaluate", 1), None])

    class Watched(Run):
        """A run whose worker reports whenever somebody looks."""

        @property
        def status(self):
            step = next(steps, None)
            if step is None:
                lock.close()
                return Status.STOPPED
            self.report(2, step[0], step[1], 10)
            return Status.RUNNING

    assert follow(Watched(run.paths.folder), dict, pause_s=0) is Status.STOPPED
    assert all(
        line.startswith("Cycle 2 (last: 2)  ") for line in capsys.readouterr().out.splitlines()
    )


def test_a_waiting_run_says_that_it_waits(store):
    run = made_run(store.folder)
    with run.paths.lock.open("a") as lock:
        take(lock, patience_s=0)
        assert line(run, dict) == "Waiting for the device"
