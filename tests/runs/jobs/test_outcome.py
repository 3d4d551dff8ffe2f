"""One protocol for all workers: whatever happens in the work, result.json says how it ended."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from mtal.config import ConfigError
from mtal.runs.files import write_json
from mtal.runs.jobs.outcome import Outcome, read_result, run_job
from mtal.runs.jobs.stop import StopRequested
from mtal.runs.paths import JobPaths


@pytest.fixture
def job(tmp_path) -> JobPaths:
    return JobPaths(tmp_path)


def raising(error: Exception) -> Callable[[], str]:
    def work() -> str:
        raise error

    return work


@pytest.mark.parametrize(
    ("work", "outcome"),
    [
        (lambda: "", Outcome("finished")),
        (lambda: "plateau", Outcome("finished", "plateau")),
        (raising(StopRequested()), Outcome("stopped", "asked to stop")),
        (raising(StopRequested("waits for labels")), Outcome("stopped", "waits for labels")),
        (raising(ConfigError("lr: too high")), Outcome("failed", "lr: too high", "ConfigError")),
    ],
)
def test_what_a_person_can_mend_needs_no_traceback(job, work, outcome, capsys):
    assert run_job(job, work) == outcome
    result = read_result(job)
    assert result.pop("seconds") >= 0
    assert Outcome(**result) == outcome
    reason = f": {outcome.reason}" if outcome.reason else ""
    assert capsys.readouterr().out == f"{outcome.outcome} after 0 s{reason}\n"


def test_an_unexpected_error_leaves_its_type_and_traceback(job, capsys):
    outcome = run_job(job, raising(ZeroDivisionError("oh")))
    assert (outcome.outcome, outcome.reason) == ("failed", "ZeroDivisionError: oh")
    assert outcome.error == "ZeroDivisionError"
    assert outcome.traceback.startswith("Traceback")
    assert capsys.readouterr().out == f"{outcome.traceback}failed after 0 s\n"


def test_the_pid_is_there_while_the_work_is_done(job):
    pids = []
    run_job(job, lambda: pids.append(job.lock.read_text()) or "")
    assert pids == [f"{os.getpid()}\n"]


def test_seconds_count_from_the_moment_in_which_the_job_began(job):
    job.began.touch()
    os.utime(job.began, (1, 1))
    run_job(job, lambda: "")
    assert read_result(job)["seconds"] > 1e9


def test_details_are_asked_for_at_the_end(job):
    stage = ["queue"]

    def work() -> str:
        stage[0] = "train"
        raise ConfigError("no")

    run_job(job, work, lambda: {"stage": stage[0]})
    assert read_result(job)["stage"] == "train"


def test_results_of_earlier_versions_are_read_as_they_are(job):
    assert read_result(job) == {}
    earlier = {"outcome": "failed", "reason": "ConfigError: lr: too high", "traceback": ""}
    write_json(job.result, earlier)
    assert read_result(job) == earlier


def test_importing_it_loads_nothing_heavy():
    heavy = "{'torch', 'numpy', 'pandas', 'pydantic', 'yaml', 'mtal.config'}"
    code = f"import sys, mtal.runs.jobs.outcome; sys.exit(len({heavy} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
