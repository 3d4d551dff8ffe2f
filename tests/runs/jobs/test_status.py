"""Status in every state, made by holding the lock in the test itself."""

import pytest

from mtal.runs.files import write_json
from mtal.runs.jobs.lock import take
from mtal.runs.jobs.status import Status, status
from mtal.runs.paths import JobPaths


@pytest.fixture
def job(tmp_path):
    return JobPaths(tmp_path)


@pytest.fixture
def held(job):
    """The job while somebody holds its lock."""
    with job.lock.open("a") as lock:
        assert take(lock, patience_s=0)
        yield job


def test_new_without_any_trace(job):
    assert status(job) is Status.NEW


def test_queued_until_its_turn_came(held):
    assert status(held) is Status.QUEUED
    held.began.touch()
    assert status(held) is Status.RUNNING


def test_the_lock_is_asked_before_the_result(held):
    held.began.touch()
    write_json(held.result, {"outcome": "finished"})
    assert status(held) is Status.RUNNING


@pytest.mark.parametrize("outcome", ["finished", "stopped", "failed"])
def test_a_result_counts_once_the_lock_is_free(job, outcome):
    job.log.touch()
    job.lock.touch()
    write_json(job.result, {"outcome": outcome})
    assert status(job) == outcome


def test_a_log_without_a_result_means_interrupted(job):
    job.log.touch()
    job.began.touch()
    assert status(job) is Status.INTERRUPTED


def test_a_result_removed_while_looking_is_asked_again(job, monkeypatch):
    job.log.touch()
    write_json(job.result, {"outcome": "finished"})

    def removed_by_a_start(path):
        path.unlink()
        raise FileNotFoundError(path)

    monkeypatch.setattr("mtal.runs.jobs.status.read_json", removed_by_a_start)
    assert status(job) is Status.INTERRUPTED


def test_a_start_while_looking_is_not_taken_for_an_interruption(job, monkeypatch):
    asked = []

    def started_after_the_first_question(path):
        asked.append(path)
        job.log.touch()
        return len(asked) > 1

    monkeypatch.setattr("mtal.runs.jobs.status.is_held", started_after_the_first_question)
    assert status(job) is Status.QUEUED


def test_alive_and_resumable_share_nothing():
    alive = {state for state in Status if state.alive}
    resumable = {state for state in Status if state.resumable}
    assert alive == {Status.QUEUED, Status.RUNNING}
    assert resumable == set(Status) - alive - {Status.FINISHED}
