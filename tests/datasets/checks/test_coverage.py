"""Packed states come back unchanged, and stay small."""

import numpy as np

from mtal.datasets.checks.coverage import TITLES, pack, unpack


def test_states_survive_packing():
    rng = np.random.default_rng(0)
    for states in (rng.integers(0, len(TITLES), 999), np.zeros(0, int), np.full(5, 4)):
        assert unpack(pack(states)).tolist() == states.tolist()


def test_twenty_thousand_images_with_six_tasks_stay_small_however_mixed():
    states = np.random.default_rng(1).integers(0, len(TITLES), (6, 20_000))
    assert sum(len(pack(task)) for task in states) < 60_000
    assert sum(len(pack(np.ones(20_000, int))) for _ in range(6)) < 500
