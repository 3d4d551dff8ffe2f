"""Bars of time add up to the seconds that were measured."""

import pandas as pd
import pytest

from mtal.figures.timings import stage_seconds

TITLES = {"train": "Train network", "evaluate": "Evaluate"}


def chart(scale: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "cycle": [0, 0, 1, 1],
            "stage": ["evaluate", "train", "train", "other"],
            "seconds": [2 * scale, 30 * scale, 40 * scale, 3 * scale],
        }
    )


@pytest.mark.parametrize(
    ("scale", "unit", "divisor"), [(1, "seconds", 1), (10, "minutes", 60), (1000, "hours", 3600)]
)
def test_heights_add_up_in_a_unit_that_reads_well(scale, unit, divisor):
    figure = stage_seconds(chart(scale), TITLES, "view")
    assert unit in figure.layout.yaxis.title.text
    total = sum(height for trace in figure.data for height in trace.y)
    assert total == pytest.approx(75 * scale / divisor)


def test_stages_come_in_the_order_of_a_cycle_and_none_is_lost():
    assert [trace.name for trace in stage_seconds(chart(1), TITLES, "view").data] == [
        "Train network",
        "Evaluate",
        "other",
    ]


def test_stages_differ_in_hatching_too():
    assert (
        len({trace.marker.pattern.shape for trace in stage_seconds(chart(1), TITLES, "view").data})
        == 3
    )


def test_no_rows_no_bars():
    assert not stage_seconds(chart(1).iloc[:0], TITLES, "view").data
