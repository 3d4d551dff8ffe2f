"""What lines save: a mark each with its interval, none where there is none."""

import numpy as np
import pandas as pd

from mtal.figures.labels_saved import labels_saved_chart

ROWS = pd.DataFrame(
    {
        "title": ["Ours", "Core-Set"],
        "strategy": ["ours", "core-set"],
        "variant": 0,
        "share": [40.0, -5.0],
        "low": [10.0, np.nan],
        "high": [55.0, np.nan],
        "censor": "",
        "note": ["40 %", "-5 % (one seed)"],
    }
)


def test_marks_and_intervals():
    ours, other = labels_saved_chart(ROWS, "saved (%)", "view").data
    assert ours.x == (40,)
    assert ours.error_x.array == (15,)
    assert ours.error_x.arrayminus == (30,)
    assert other.x == (-5,)
    assert other.error_x.array is None
    assert ours.marker.symbol != other.marker.symbol


def test_every_line_is_named_from_top_to_bottom():
    axis = labels_saved_chart(ROWS, "saved (%)", "view").layout.yaxis
    assert list(axis.ticktext) == ["Ours", "Core-Set"]
    assert axis.range[0] > axis.range[1]


def test_bounds_are_open_triangles_that_point_to_the_true_value_and_have_no_interval():
    most, least = labels_saved_chart(
        ROWS.assign(censor=["<=", ">="], low=1.0, high=60.0), "saved (%)", "view"
    ).data
    assert (most.marker.symbol, least.marker.symbol) == (
        "triangle-left-open",
        "triangle-right-open",
    )
    assert most.error_x.array is None
    assert least.error_x.array is None
