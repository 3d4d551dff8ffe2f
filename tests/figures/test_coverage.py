"""The coverage chart: a short line per cycle and measure, and none from one cycle to the next."""

import pandas as pd

from mtal.figures.coverage import LINES, coverage_chart


def rows():
    return pd.DataFrame(
        [(0, "before", 5.0, 8.0, 9.0), (0, "after", 4.0, 6.0, 7.0), (2, "before", 3.0, 4.0, 5.0)],
        columns=["cycle", "when", "median", "p95", "most"],
    )


def test_each_value_is_drawn_once_before_to_the_left_of_after():
    traces = {trace.name: trace for trace in coverage_chart(rows(), "v").data}
    assert len(traces) == 3
    for column, (name, *_look) in LINES.items():
        trace = traces[name]
        assert [value for value in trace.y if value is not None] == rows()[column].tolist()
        assert trace.x[0] < 0 < trace.x[1]
        assert trace.x[2] is None  # the line of cycle 0 ends here


def test_before_and_after_differ_in_shape():
    symbols = coverage_chart(rows(), "v").data[0].marker.symbol
    assert symbols[0] == f"{symbols[1]}-open"


def test_a_cycle_without_distances_has_no_place_on_the_axis():
    assert list(coverage_chart(rows(), "v").layout.xaxis.tickvals) == [0, 2]
