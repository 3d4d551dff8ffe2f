"""Arrays that runs share: computed once, complete or absent, and computed again where damaged."""

import threading

import numpy as np
import pytest

from mtal.runs.jobs.lock import take
from mtal.runs.store.shared_array import shared_array

SHAPE, DTYPE = (5, 3), np.dtype(np.int16)
ROWS = np.arange(15, dtype=np.int16).reshape(SHAPE)


class Parts:
    """Computes two rows at a time, and counts how often it is asked to begin."""

    def __init__(self, stops_at=None):
        self.began, self.stops_at = 0, stops_at

    def __call__(self):
        self.began += 1
        for start in range(0, len(ROWS), 2):
            if start == self.stops_at:
                raise OSError("no space left")
            yield ROWS[start : start + 2]


def never():
    raise AssertionError("nobody holds the lock")


@pytest.fixture
def array(tmp_path):
    def open_array(parts, wait=never):
        paths = tmp_path / "features" / "some.npy", tmp_path / "features" / "some.lock"
        return shared_array(*paths, SHAPE, DTYPE, parts, wait)

    return open_array


def test_it_is_computed_once(array):
    parts = Parts()
    for _ in range(2):
        np.testing.assert_array_equal(array(parts), ROWS)
    assert parts.began == 1


def test_it_cannot_be_changed(array):
    with pytest.raises(ValueError, match="read-only"):
        array(Parts())[0] = 1


def test_what_fails_leaves_nothing(array, tmp_path):
    with pytest.raises(OSError, match="no space"):
        array(Parts(stops_at=4))
    assert [path.name for path in (tmp_path / "features").iterdir()] == ["some.lock"]
    np.testing.assert_array_equal(array(Parts()), ROWS)


def test_left_overs_of_a_killed_process_are_deleted(array, tmp_path):
    left_over = tmp_path / "features" / ".some.npy.123.456"
    left_over.parent.mkdir()
    left_over.write_bytes(b"half")
    array(Parts())
    assert not left_over.exists()


@pytest.mark.parametrize(
    "damage", [lambda whole: whole[:-4], lambda whole: b"", lambda whole: b"x"]
)
def test_a_damaged_file_is_computed_again(array, tmp_path, damage):
    array(Parts())
    path = tmp_path / "features" / "some.npy"
    path.write_bytes(damage(path.read_bytes()))
    np.testing.assert_array_equal(array(Parts()), ROWS)


def test_while_another_process_writes_it_others_wait(array, tmp_path):
    (tmp_path / "features").mkdir()
    with (tmp_path / "features" / "some.lock").open("a") as lock:
        assert take(lock, 0)
        waited, parts = threading.Event(), Parts()

        def wait():
            np.save(tmp_path / "features" / "some.npy", ROWS)
            lock.close()
            waited.set()

        np.testing.assert_array_equal(array(parts, wait), ROWS)
    assert waited.is_set()
    assert parts.began == 0
