"""One device, many runs: they take turns in order, and whoever dies is skipped."""
import pytest

from mtal.config import Config
from mtal.runs.launch import create, kill, start
from mtal.runs.lock import take
from mtal.runs.paths import StorePaths
from mtal.runs.queue import turn, waiting
from mtal.runs.status import Status, status
from tests.runs.small_worker import FINISH, WORKER, notes, until


class GiveUp(Exception):
    """Raised by `check`."""


def queued(config, where):
    """A run that waits for its device, its worker at work."""
    run = create(config, where)
    assert start(run, WORKER)
    until(lambda: run.lock.read_text() and status(run).alive)
    return run


def test_the_order_is_that_of_the_starts_and_not_of_the_workers(store):
    runs = [create(Config(device="cpu", seed=seed), store) for seed in (2, 0, 3, 1)]
    names = [run.folder.name for run in runs]
    store.device_lock("cpu").parent.mkdir()
    with store.device_lock("cpu").open("a") as busy:
        assert take(busy, patience_s=0)
        for run in runs:
            assert start(run, WORKER)
        until(lambda: sorted(notes(store, "workers")) == sorted(names))
        assert [run.folder.name for run in waiting(store, "cpu")] == names
    for run in runs:
        until(lambda run=run: status(run) is Status.RUNNING)
        (run.folder / FINISH).touch()
    until(lambda: all(status(run) is Status.FINISHED for run in runs))
    assert notes(store, "turns") == names


def test_turns_in_order_past_the_dead(store):
    first, second, third, fourth = (queued(Config(device="cpu", seed=seed), store) for seed in range(4))
    names = [run.folder.name for run in (first, second, fourth)]
    until(lambda: notes(store, "turns") == names[:1])
    assert [run.folder.name for run in waiting(store, "cpu")] == [run.folder.name for run in (second, third, fourth)]
    assert kill(third)                                      # a waiter that dies is skipped
    until(lambda: status(third) is Status.INTERRUPTED)
    (first.folder / FINISH).touch()
    until(lambda: notes(store, "turns") == names[:2])
    assert (status(second), status(fourth)) == (Status.RUNNING, Status.QUEUED)
    assert kill(second)                                     # a holder that dies lets the next one begin
    until(lambda: notes(store, "turns") == names)
    assert status(fourth) is Status.RUNNING


@pytest.fixture
def held(tmp_path):
    """A queued run and its store, the lock held by the test."""
    where = StorePaths(tmp_path)
    run = create(Config(device="cpu"), where)
    with run.lock.open("a") as lock:
        assert take(lock, patience_s=0)
        yield run, where


def test_the_turn_marks_the_run_as_begun_and_frees_the_device_after(held):
    run, where = held
    with turn(run, where, "cpu", check=lambda: None):
        assert status(run) is Status.RUNNING
        with where.device_lock("cpu").open("a") as other:
            assert not take(other, patience_s=0)
    with where.device_lock("cpu").open("a") as other:
        assert take(other, patience_s=0)


def test_a_waiter_that_is_told_to_give_up_never_begins(held):
    run, where = held
    where.device_lock("cpu").parent.mkdir()

    def give_up():
        raise GiveUp

    with where.device_lock("cpu").open("a") as other:
        take(other, patience_s=0)
        with pytest.raises(GiveUp), turn(run, where, "cpu", check=give_up, pause_s=0.01):
            raise AssertionError("its turn must not come")
    assert status(run) is Status.QUEUED


def test_devices_do_not_wait_for_each_other(held):
    run, where = held
    assert [one.folder for one in waiting(where, "cpu")] == [run.folder]
    assert waiting(where, "cuda:0") == []


def test_numbered_places_compute_side_by_side(store):
    first, second, third = (queued(Config(device=device, seed=seed), store)
                            for seed, device in enumerate(("cpu:0", "cpu:1", "cpu:0")))
    until(lambda: status(first) is status(second) is Status.RUNNING)
    assert status(third) is Status.QUEUED
    (first.folder / FINISH).touch()
    until(lambda: status(third) is Status.RUNNING)
    for run in (second, third):
        (run.folder / FINISH).touch()
