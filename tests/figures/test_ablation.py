"""An ablation: measured means with their spread, and the paper's numbers as marks of their own."""

import numpy as np
import pandas as pd

from mtal.figures.ablation import per_value

WORDS = pd.DataFrame(
    {
        "value": ["max", "mean"],
        "line": "",
        "mean": [7.0, 7.2],
        "spread": [0.1, np.nan],
        "n": [3, 1],
        "published": [7.08, np.nan],
    }
)
SIZES = pd.DataFrame(
    {
        "value": ["64", "512"] * 2,
        "line": ["euclidean"] * 2 + ["cosine"] * 2,
        "mean": [2.0, 1.0, 3.0, 2.5],
        "spread": 0.1,
        "n": 2,
        "published": np.nan,
    }
)


def test_measured_and_published_stay_apart():
    measured, printed = per_value(WORDS, "Loss ↓", "view").data
    assert list(measured.y) == [7.0, 7.2]
    assert list(measured.error_y.array) == [0.1, 0]
    assert list(printed.x) == ["max"]
    assert list(printed.y) == [7.08]
    assert "published" in printed.name
    assert (measured.yaxis, printed.yaxis) == (
        None,
        "y2",
    )  # far off values would hide what is measured


def test_numbers_stand_on_a_logarithmic_axis_with_a_line_each():
    figure = per_value(SIZES, "Loss ↓", "view", "Dimensions")
    assert figure.layout.xaxis.type == "log"
    assert list(figure.layout.xaxis.tickvals) == [64, 512]
    assert {trace.name: list(trace.y) for trace in figure.data} == {
        "euclidean": [2.0, 1.0],
        "cosine": [3.0, 2.5],
    }
    assert len({trace.marker.symbol for trace in figure.data}) == 2
