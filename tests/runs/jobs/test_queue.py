"""One device, many runs: they take turns in order, and whoever dies is skipped."""

import threading

import pytest

from mtal.config import Config
from mtal.runs.jobs.device import device_key, stored_device
from mtal.runs.jobs.launch import create, kill, start
from mtal.runs.jobs.lock import is_held, take
from mtal.runs.jobs.queue import turn, waiting
from mtal.runs.jobs.status import Status, status
from mtal.runs.paths import StorePaths
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
    first, second, third, fourth = (
        queued(Config(device="cpu", seed=seed), store) for seed in range(4)
    )
    names = [run.folder.name for run in (first, second, fourth)]
    until(lambda: notes(store, "turns") == names[:1])
    assert [run.folder.name for run in waiting(store, "cpu")] == [
        run.folder.name for run in (second, third, fourth)
    ]
    assert kill(third)  # a waiter that dies is skipped
    until(lambda: status(third) is Status.INTERRUPTED)
    (first.folder / FINISH).touch()
    until(lambda: notes(store, "turns") == names[:2])
    assert (status(second), status(fourth)) == (Status.RUNNING, Status.QUEUED)
    assert kill(second)  # a holder that dies lets the next one begin
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


def test_one_that_is_told_between_its_last_look_and_the_lock_never_begins(held):
    run, where = held

    def give_up_once_it_has_the_device():
        if is_held(where.device_lock("cpu")):
            raise GiveUp

    with (
        pytest.raises(GiveUp),
        turn(run, where, "cpu", check=give_up_once_it_has_the_device, pause_s=0.01),
    ):
        raise AssertionError("its turn must not come")
    assert status(run) is Status.QUEUED
    with where.device_lock("cpu").open("a") as other:
        assert take(other, patience_s=0)  # and it keeps the device from nobody


def test_waiters_look_at_the_other_runs_only_when_the_device_is_free(held, monkeypatch):
    run, where = held
    where.device_lock("cpu").parent.mkdir()
    looks = []

    def give_up():
        looks.append(0)
        if len(looks) == 3:
            raise GiveUp

    monkeypatch.setattr(
        "mtal.runs.jobs.queue.waiting", lambda *_: pytest.fail("nobody should look")
    )
    with where.device_lock("cpu").open("a") as other:
        take(other, patience_s=0)
        with pytest.raises(GiveUp), turn(run, where, "cpu", check=give_up, pause_s=0.001):
            pass


def test_others_who_look_at_the_device_do_not_keep_the_first_from_it(held):
    run, where = held
    where.device_lock("cpu").parent.mkdir()
    where.device_lock("cpu").touch()
    enough = threading.Event()

    def hammer():
        while not enough.is_set():
            is_held(where.device_lock("cpu"))

    lookers = [threading.Thread(target=hammer) for _ in range(4)]
    for looker in lookers:
        looker.start()
    checks = []
    try:
        with turn(run, where, "cpu", check=lambda: checks.append(0), pause_s=0.01):
            assert status(run) is Status.RUNNING
    finally:
        enough.set()
        for looker in lookers:
            looker.join()
    assert len(checks) < 20  # lookers hold it for microseconds, four of them without a pause


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"device": 5}', '{"device": "gpu"}', '{"device": "../x"}', "\xff"],
)
def test_a_damaged_config_stands_in_nobodys_way(store, text):
    damaged = create(Config(device="cpu"), store)
    damaged.config.write_bytes(text.encode("latin-1"))
    assert stored_device(damaged.config) == ""
    with damaged.lock.open("a") as lock:
        take(lock, patience_s=0)
        assert waiting(store, "cpu") == []


@pytest.mark.parametrize("device", ["auto", "cpu", "cpu:1", "cuda", "cuda:2"])
def test_the_device_of_a_stored_config_is_that_of_the_config(store, device):
    config = Config(device=device)
    assert stored_device(create(config, store).config) == device_key(config) != ""


def test_a_config_of_an_earlier_version_names_no_device(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    assert stored_device(tmp_path / "config.json") == device_key(Config())


def test_devices_do_not_wait_for_each_other(held):
    run, where = held
    assert [queued_run.folder for queued_run in waiting(where, "cpu")] == [run.folder]
    assert waiting(where, "cuda:0") == []


def test_numbered_places_compute_side_by_side(store):
    first, second, third = (
        queued(Config(device=device, seed=seed), store)
        for seed, device in enumerate(("cpu:0", "cpu:1", "cpu:0"))
    )
    until(lambda: status(first) is status(second) is Status.RUNNING)
    assert status(third) is Status.QUEUED
    (first.folder / FINISH).touch()
    until(lambda: status(third) is Status.RUNNING)
    for run in (second, third):
        (run.folder / FINISH).touch()
