"""The trend at the end of a curve is that of a straight line through its last part."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from mtal.analysis.statistics.trend import FEWEST, last_trend


def test_a_straight_line_is_measured_exactly():
    steps = np.arange(1, 101.0)
    trend = last_trend(steps, 2 - steps / 100, 0.2)  # 1.2 where the last fifth begins, 1 at the end
    assert trend.change == pytest.approx(-0.2 / 1.2)
    assert trend.error == pytest.approx(0, abs=1e-9)


@given(some.integers(0, 2**32 - 1), some.floats(-2, 2), some.floats(0.1, 0.9))
def test_it_is_the_fit_of_numpy(seed, slope, share):
    rng = np.random.default_rng(seed)
    steps = np.sort(rng.choice(np.arange(1, 1001), 300, replace=False)).astype(float)
    losses = 5 + slope * steps / 1000 + rng.normal(0, 0.1, 300)
    length = share * steps[-1]
    begin = steps[-1] - length
    late = steps > begin
    (rise, level), covariance = np.polyfit(steps[late] - begin, losses[late], 1, cov=True)
    trend = last_trend(steps, losses, share)
    assert trend.change == pytest.approx(rise * length / level, abs=1e-6)
    assert trend.error == pytest.approx(np.sqrt(covariance[0, 0]) * length / level, rel=1e-6)


def test_the_error_covers_the_truth_as_often_as_it_should():
    rng, steps = np.random.default_rng(3), np.arange(1, 201.0)
    true = -0.2 / 1.2
    noise = rng.normal(0, 0.05, (400, 200))
    trends = [last_trend(steps, 2 - steps / 200 + run, 0.2) for run in noise]
    covered = np.mean([abs(trend.change - true) < 2 * trend.error for trend in trends])
    assert 0.9 < covered < 0.99  # that of the level, which varies too, makes it a little safe


def test_too_few_points_or_no_level_give_none():
    steps = np.arange(1.0, 5 * FEWEST - 4)  # one too few in the last fifth
    assert last_trend(steps, steps, 0.2) is None
    assert last_trend(np.arange(1.0, 101), np.zeros(100), 0.2) is None
    assert last_trend(np.empty(0), np.empty(0), 0.2) is None
