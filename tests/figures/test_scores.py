"""Score figures by their data."""

import numpy as np
import pandas as pd
import pytest

from mtal.analysis.numbers import pool_percentile
from mtal.figures.scores import score_distribution


def test_percentile_equals_the_plain_count():
    values = np.random.default_rng(0).integers(0, 9, 50).astype(float)
    for value in (0.0, 4.0, 8.0, 20.0):
        below = sum(other < value for other in values) + 0.5 * sum(
            other == value for other in values
        )
        assert pool_percentile(pd.Series(values), value) == pytest.approx(100 * below / 50)


def test_percentile_leaves_out_what_was_not_measured():
    assert pool_percentile(pd.Series([1.0, np.nan, 3.0]), 2.0) == 50
    assert np.isnan(pool_percentile(pd.Series([np.nan]), 2.0))


@pytest.fixture
def pool() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "score": [np.nan, 0.9, 0.8, 0.2, 0.1],
            "open": [False, True, True, True, True],
            "picked": [False, True, True, False, False],
            "cutoff": 0.8,
        }
    )


def test_distribution_splits_picked_from_the_rest_and_leaves_out_labelled_images(pool):
    figure = score_distribution(pool, "view", marked=0.2)
    assert {trace.name: sum(trace.y) for trace in figure.data} == {
        "not picked (2)": 2,
        "picked (2)": 2,
    }
    assert [shape.x0 for shape in figure.layout.shapes] == [0.8, 0.2]


def test_every_score_lies_in_a_bar_that_spans_it(pool):
    traces = score_distribution(pool, "view").data
    assert len(traces) == 2
    for trace in traces:
        bars = [
            (x - width / 2, x + width / 2)
            for x, width, count in zip(trace.x, trace.width, trace.y, strict=True)
            for _ in range(count)
        ]
        is_picked = pool["picked"] if trace.name.startswith("picked") else pool["score"] < 0.5
        scores = sorted(pool.loc[is_picked, "score"])
        assert len(scores) == 2
        for (low, high), score in zip(bars, scores, strict=True):
            assert low - 1e-9 <= score <= high + 1e-9


def test_nothing_open_is_an_empty_figure(pool):
    assert not score_distribution(pool.assign(open=False), "view").data
