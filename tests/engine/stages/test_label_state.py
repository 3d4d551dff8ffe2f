"""LabelState: what may be picked, acquired and read, in a simulation and where people label."""

import numpy as np
import pytest

from mtal.engine.stages.label_state import LabelState


def mask(*rows: str) -> np.ndarray:
    """`1` is True: a row per image, a character per task."""
    return np.array([[character == "1" for character in row] for row in rows])


START = mask("11", "00", "00", "00")
LABELLED = mask("11", "10", "00", "00")
AVAILABLE = mask("11", "10", "11", "01")
REJECTED = mask("00", "00", "00", "11")


@pytest.fixture
def state():
    """state(simulated) -> the labels of four images and two tasks."""

    def make(simulated: bool) -> LabelState:
        rejected = np.zeros_like(REJECTED) if simulated else REJECTED
        return LabelState(START, LABELLED, AVAILABLE, rejected, simulated)

    return make


def test_a_simulation_shares_out_the_labels_that_exist(state):
    labels = state(simulated=True)
    np.testing.assert_array_equal(labels.acquirable, AVAILABLE)
    np.testing.assert_array_equal(labels.obtainable, AVAILABLE)
    np.testing.assert_array_equal(labels.closed, ~AVAILABLE)
    np.testing.assert_array_equal(labels.open_pairs, mask("00", "00", "11", "01"))


def test_people_can_label_all_that_they_did_not_reject(state):
    labels = state(simulated=False)
    np.testing.assert_array_equal(labels.acquirable, ~START)
    assert labels.obtainable.all()
    np.testing.assert_array_equal(labels.closed, REJECTED)
    np.testing.assert_array_equal(labels.open_pairs, mask("00", "01", "11", "00"))


@pytest.mark.parametrize("simulated", [True, False])
def test_what_was_acquired_is_no_part_of_the_start(state, simulated):
    np.testing.assert_array_equal(state(simulated).acquired, mask("00", "10", "00", "00"))


def test_a_batch_can_be_read_at_once_in_a_simulation_only(state):
    pairs = np.array([[2, 0], [3, 1]])
    readable = state(simulated=True).readable_after(pairs)
    np.testing.assert_array_equal(readable, mask("11", "10", "10", "01"))
    np.testing.assert_array_equal(state(simulated=False).readable_after(pairs), LABELLED)
    np.testing.assert_array_equal(state(simulated=True).labelled, LABELLED)  # left as it was
