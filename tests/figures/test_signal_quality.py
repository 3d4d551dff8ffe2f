"""Quality figures by their data: the number of each cell, means over rows, intervals."""

import math
import statistics

import pandas as pd
import pytest

from mtal.figures.signal_quality import SCALE, quality_curve, quality_heatmap
from mtal.runs.store.run import LOSS, QUALITY_COLUMNS

TASKS = {"semseg": "Semantic segmentation", "depth": "Depth"}
NAN = float("nan")


def frame(cycle: int, shift: float) -> pd.DataFrame:
    """Two versions of two signals, and the distance; "flat" has no number for depth."""
    rows = [
        ("committee", "committee max", "semseg", "", 0.3 + shift, 0.1, 0.5, 40),
        ("committee", "committee max", "depth", "", -0.2, -0.4, 0.0, 38),
        ("committee", "committee max", LOSS, "mean", 0.4 + shift, 0.2, 0.6, 38),
        ("committee", "committee max", LOSS, "max", 0.1, 0, 0.2, 38),
        ("entropy", "flat", "semseg", "", 0.6, 0.5, 0.7, 40),
        ("entropy", "flat", "depth", "", NAN, NAN, NAN, 38),
        ("entropy", "flat", LOSS, "mean", 0.5, 0.3, 0.6, 38),
        ("entropy", "flat", LOSS, "max", 0.5, 0.3, 0.6, 38),
        ("embedding", "diversity", LOSS, "", 0.05, -0.2, 0.3, 38),
    ]
    return pd.DataFrame(rows, columns=list(QUALITY_COLUMNS)).assign(cycle=cycle)


class TestHeatmap:
    def test_one_cycle_stands_as_it_is(self):
        drawn = quality_heatmap(frame(0, 0.0), TASKS, "view").data[0]
        assert list(drawn.x) == ["Semantic segmentation", "Depth", "Multi-task loss"]
        assert list(drawn.y) == ["committee max", "flat", "diversity"]
        numbers = [[0.3, -0.2, 0.4], [0.6, NAN, 0.5], [NAN, NAN, 0.05]]
        assert [pytest.approx(list(row), nan_ok=True) for row in drawn.z] == numbers
        assert [list(row) for row in drawn.text] == [
            ["0.30", "-0.20", "0.40"],
            ["0.60", "", "0.50"],
            ["", "", "0.05"],
        ]
        assert "0.10 to 0.50<br>40 unlabelled images" in drawn.customdata[0][0]
        assert drawn.customdata[1][1].startswith("no number")

    def test_tasks_joined_by_max(self):
        drawn = quality_heatmap(frame(0, 0.0), TASKS, "view", joined="max").data[0]
        assert [row[2] for row in drawn.z] == [0.1, 0.5, 0.05]

    def test_several_cycles_are_averaged_and_say_how_many(self):
        drawn = quality_heatmap(
            pd.concat([frame(0, 0.0), frame(1, 0.2), frame(2, 0.6)]), TASKS, "view"
        ).data[0]
        assert drawn.z[0][0] == pytest.approx(statistics.mean([0.3, 0.5, 0.9]))
        assert "mean of n=3" in drawn.customdata[0][0]
        assert "from 0.30 to 0.90" in drawn.customdata[0][0]
        assert math.isnan(drawn.z[1][1])

    def test_the_colours_go_from_minus_1_to_1_around_0(self):
        drawn = quality_heatmap(frame(0, 0.0), TASKS, "view").data[0]
        assert (drawn.zmin, drawn.zmid, drawn.zmax) == (-1, 0, 1)
        assert [position for position, _ in SCALE] == [0, 0.5, 1]
        assert drawn.colorbar.title.text == "ρ"

    def test_nothing_measured_is_an_empty_figure(self):
        drawn = quality_heatmap(frame(0, 0.0).iloc[:0], TASKS, "view")
        assert len(drawn.data[0].y or ()) == 0


class TestCurve:
    ROWS = pd.concat([frame(0, 0.0), frame(1, 0.2)])

    def test_a_line_per_version_with_its_intervals(self):
        drawn = quality_curve(self.ROWS, "semseg", "Semantic segmentation", "view")
        assert [line.name for line in drawn.data] == ["committee max", "flat"]
        line = drawn.data[0]
        assert list(line.y) == [0.3, 0.5]
        assert [round(x) for x in line.x] == [0, 1]
        assert list(line.y + line.error_y.array) == pytest.approx([0.5, 0.5])
        assert list(line.y - line.error_y.arrayminus) == pytest.approx([0.1, 0.1])
        assert line.customdata.tolist() == [[0, 0.1, 0.5, 40], [1, 0.1, 0.5, 40]]
        assert drawn.layout.xaxis.title.text == "Cycle"
        assert "Spearman" in drawn.layout.yaxis.title.text

    def test_versions_without_a_number_have_no_line(self):
        assert [line.name for line in quality_curve(self.ROWS, "depth", "Depth", "view").data] == [
            "committee max"
        ]

    def test_the_multi_task_loss_has_one_line_per_version_whichever_way_tasks_are_joined(self):
        for joined, first in (("mean", 0.4), ("max", 0.1)):
            drawn = quality_curve(self.ROWS, LOSS, "Multi-task loss", "view", joined)
            assert [line.name for line in drawn.data] == ["committee max", "flat", "diversity"]
            assert drawn.data[0].y[0] == first

    def test_lines_are_told_apart_without_colour(self):
        many = pd.concat(
            [frame(0, 0.0).assign(version=f"v{index}", signal="s") for index in range(11)]
        )
        lines = quality_curve(many, "semseg", "S", "view").data
        assert len({(line.marker.symbol, line.line.dash) for line in lines}) == 11

    def test_nothing_measured_has_no_line(self):
        assert not quality_curve(self.ROWS.iloc[:0], "semseg", "S", "view").data
