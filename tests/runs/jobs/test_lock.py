"""The lock tells who is at work, and looking at it never gets in a start's way."""

import threading

import pytest

from mtal.runs.jobs.lock import is_held, take


@pytest.fixture
def path(tmp_path):
    return tmp_path / "lock"


def test_a_lock_that_does_not_exist_is_free(path):
    assert not is_held(path)


def test_held_while_open_and_free_after(path):
    with path.open("a") as lock:
        assert take(lock, patience_s=0)
        assert is_held(path)
    assert not is_held(path)


def test_a_second_taker_is_refused(path):
    with path.open("a") as first, path.open("a") as second:
        assert take(first, patience_s=0)
        assert not take(second, patience_s=0.05)


def test_patience_waits_for_a_short_holder(path):
    first = path.open("a")
    take(first, patience_s=0)
    threading.Timer(0.1, first.close).start()
    with path.open("a") as second:
        assert take(second, patience_s=5)


def test_readers_without_pause_do_not_refuse_a_taker(path):
    path.touch()
    enough = threading.Event()

    def hammer():
        while not enough.is_set():
            is_held(path)

    readers = [threading.Thread(target=hammer) for _ in range(4)]
    for reader in readers:
        reader.start()
    try:
        for _ in range(40):
            with path.open("a") as lock:
                assert take(lock, patience_s=2)
    finally:
        enough.set()
        for reader in readers:
            reader.join()
