"""One protocol for all workers: whatever happens in the work, result.json says how it ended."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from mtal.config import ConfigError
from mtal.runs.files import write_json
from mtal.runs.jobs import outcome as outcome_module
from mtal.runs.jobs.outcome import Outcome, read_result, run_job
from mtal.runs.jobs.stop import StopRequested
from mtal.runs.paths import JobPaths


@pytest.fixture
def job(tmp_path) -> JobPaths:
    return JobPaths(tmp_path)


def raising(error: BaseException) -> Callable[[], str]:
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


def test_a_call_of_exit_is_a_failure_with_its_traceback(job):
    outcome = run_job(job, raising(SystemExit(3)))
    assert (outcome.outcome, outcome.reason, outcome.error) == (
        "failed",
        "SystemExit: 3",
        "SystemExit",
    )
    assert outcome.traceback.startswith("Traceback")
    assert read_result(job)["outcome"] == "failed"


def test_an_interrupt_from_the_keyboard_goes_to_the_caller(job):
    with pytest.raises(KeyboardInterrupt):
        run_job(job, raising(KeyboardInterrupt()))
    assert read_result(job) == {}


def test_the_traceback_is_printed_although_the_disk_is_full(job, capsys, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outcome_module, "write_json", full)
    with pytest.raises(OSError, match="No space left"):
        run_job(job, raising(ZeroDivisionError("oh")))
    assert "ZeroDivisionError: oh" in capsys.readouterr().out


def test_a_result_that_vanishes_while_it_is_read_is_no_result(job, monkeypatch):
    """Another start removes the file between two looks at it."""
    monkeypatch.setattr(type(job.result), "exists", lambda *_, **__: True)
    assert read_result(job) == {}


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
