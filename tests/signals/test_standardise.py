"""Standardised channels: a dead channel stays small, far values are cut off."""

import numpy as np

from mtal.signals.standardise import FARTHEST, FLOOR, floored, standardised


def slowly(values):
    columns = list(zip(*values, strict=True))
    means = [sum(column) / len(column) for column in columns]
    spreads = [
        (sum((value - mean) ** 2 for value in column) / len(column)) ** 0.5
        for column, mean in zip(columns, means, strict=True)
    ]
    least = FLOOR * float(np.median(spreads))
    return [
        [
            min(FARTHEST, max(-FARTHEST, (value - mean) / max(spread, least)))
            for value, mean, spread in zip(row, means, spreads, strict=True)
        ]
        for row in values
    ]


def test_is_what_the_formula_says():
    values = np.random.default_rng(0).normal(3, (0.001, 1, 2, 5), (50, 4))
    np.testing.assert_allclose(standardised(values), slowly(values.tolist()), rtol=1e-5, atol=1e-6)


def test_a_nearly_dead_channel_stays_small():
    values = np.random.default_rng(0).normal(size=(100, 3)) * (1e-5, 1, 1)
    assert abs(standardised(values)[:, 0]).max() < 0.001


def test_a_far_value_is_cut_off():
    values = np.random.default_rng(0).normal(size=(1000, 3))
    values[7, 1] = 1e6
    scaled = standardised(values)
    assert scaled[7, 1] == FARTHEST


def test_constant_channels_become_zero():
    assert not standardised(np.full((5, 3), 2.0)).any()
    assert (floored(np.zeros(3)) > 0).all()
