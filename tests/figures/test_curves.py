"""Learning curves by their data: means, bands and seeds as given; published numbers stay apart."""

import math

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from mtal.analysis.lines import AXES, Level, Line
from mtal.analysis.tables.published import for_task, published_values
from mtal.figures.curves import learning_curve
from mtal.figures.style import LOOKS

LINES = {"o": Line("Ours", "ours", 0), "r": Line("Random", "random", 0)}


@pytest.fixture
def seeds() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("o", 0, 30.0, 5.0),
            ("o", 0, 60.0, 4.0),
            ("o", 0, 90.0, 3.5),
            ("o", 1, 30.0, 5.4),
            ("o", 1, 60.0, 4.2),
            ("r", 0, 30.0, 5.1),
            ("r", 0, 60.0, 4.6),
        ],
        columns=["group", "seed", "x", "value"],
    )


@pytest.fixture
def mean() -> pd.DataFrame:
    """Two seeds of ours, of which one has come a cycle less far, and one seed of random."""
    return pd.DataFrame(
        [
            ("o", 0, 30.0, 5.2, 0.28, 2),
            ("o", 1, 60.0, 4.1, 0.14, 2),
            ("o", 2, 90.0, 3.5, math.nan, 1),
            ("r", 0, 30.0, 5.1, math.nan, 1),
            ("r", 1, 60.0, 4.6, math.nan, 1),
        ],
        columns=["group", "cycle", "x", "mean", "spread", "n"],
    )


def drawn(mean, x="labels", **options):
    """The figure, of which plotly checks every name and value."""
    return go.Figure(learning_curve(mean, LINES, x, "Loss ↓", "view", **options))


def lines(figure):
    return {trace.name: trace for trace in figure.data}


def test_mean_line_band_and_thin_seeds(mean, seeds):
    traces = lines(drawn(mean, seeds=seeds))
    line, band = traces["Ours (n=1–2, band: std)"], traces["Ours ± std"]
    assert list(line.y[:2]) == [5.2, 4.1]
    assert list(traces["Ours, fewer seeds"].y[1:]) == [4.1, 3.5]
    assert list(line.x) == [30, 60, 90]
    assert list(band.x) == [30, 60, 60, 30]  # only where two seeds have come
    assert list(band.y) == pytest.approx([5.48, 4.24, 3.96, 4.92])
    thin = traces["Ours, seeds"]
    assert [
        y
        for y, seed in zip(thin.y, thin.customdata, strict=True)
        if seed == 1 and not math.isnan(y)
    ] == [5.4, 4.2]
    assert np.flatnonzero(np.isnan(thin.y)).tolist() == [3]  # a gap between seeds
    assert len(thin.y) == 6
    assert thin.line.width < line.line.width
    assert "Random, seeds" not in traces  # one seed is its line already


def test_a_single_seed_has_no_band_and_says_so(mean):
    traces = lines(drawn(mean))
    assert "Random (n=1)" in traces
    assert "Random ± std" not in traces
    assert "Ours, seeds" not in traces  # thin lines are switched off


def test_the_band_is_named(mean):
    assert "Ours ± ci95" in lines(drawn(mean, band="ci95"))


@pytest.mark.parametrize("x", AXES)
def test_axes_have_titles_with_units(mean, x):
    figure = drawn(mean, x)
    assert figure.layout.xaxis.title.text == AXES[x]
    assert figure.layout.yaxis.title.text == "Loss ↓"


def test_all_labels_and_zero_are_horizontal_lines(mean):
    figure = drawn(mean, full=[Level("All labels (n=3)", 2.5)], zero=True)
    assert sorted(shape.y0 for shape in figure.layout.shapes) == [0, 2.5]
    assert "All labels (n=3)" in [note.text for note in figure.layout.annotations]
    assert not drawn(mean).layout.shapes


def test_zoom_stays_while_the_view_stays(mean):
    first, second = (drawn(mean.iloc[:count]).layout.uirevision for count in (4, 5))
    assert first == second != drawn(mean, "images").layout.uirevision


def test_ours_looks_the_same_everywhere_and_is_thicker(mean):
    line = lines(drawn(mean))["Ours (n=1–2, band: std)"]
    ours = LOOKS["ours"]
    assert (line.line.color, line.line.dash, line.marker.symbol) == (
        ours.colour,
        ours.dash,
        ours.symbol,
    )
    assert all(ours.width > look.width for name, look in LOOKS.items() if name != "ours")


def test_published_lines_are_dashed_named_and_never_blended(mean):
    printed = for_task(published_values(), "nyud", "loss")
    alone = lines(drawn(mean, "percent"))
    traces = lines(drawn(mean, "percent", published=printed))
    assert traces["published: Random"].line.dash == "dash"
    assert list(traces["published: Random"].y) == [9.3, 8.8, 8.6, 8.3, 8.0]
    assert list(traces["published: Random"].error_y.array) == [0.12, 0.03, 0.12, 0.04, 0.15]
    for name, trace in alone.items():
        assert np.array_equal(traces[name].y, trace.y, equal_nan=True)


def test_published_lines_need_the_percent_axis(mean):
    figure = drawn(mean, published=for_task(published_values(), "nyud", "loss"))
    assert not [trace for trace in figure.data if trace.name.startswith("published")]


def test_points_of_fewer_seeds_are_open_and_joined_by_a_dotted_line():
    mean = pd.DataFrame(
        {
            "group": "o",
            "cycle": [0, 1, 2],
            "x": [10.0, 20.0, 30.0],
            "mean": [3.0, 2.0, 1.0],
            "spread": [0.1, 0.1, np.nan],
            "n": [2, 2, 1],
        }
    )
    whole, few = (trace for trace in drawn(mean).data if "markers" in str(trace.mode))
    assert [*whole.y[:2]] == [3.0, 2.0]
    assert np.isnan(whole.y[2])
    assert np.isnan(few.y[0])
    assert [*few.y[1:]] == [2.0, 1.0]
    assert [*few.marker.size] == [0, 0, 9]
    assert few.marker.symbol.endswith("-open")
    assert few.line.dash == "dot"
    assert few.showlegend is False


def test_published_lines_can_have_an_axis_of_their_own(mean):
    printed = for_task(published_values(), "nyud", "loss")
    together, own = (
        drawn(mean, "percent", published=printed, published_apart=apart) for apart in (False, True)
    )
    for figure, axis in ((together, "y"), (own, "y2")):
        assert {trace.yaxis for trace in figure.data if trace.name.startswith("published")} == {
            axis
        }
        assert {trace.yaxis for trace in figure.data if not trace.name.startswith("published")} <= {
            None,
            "y",
        }
    assert own.layout.yaxis2.title.text == "published: Loss ↓"
    assert own.layout.yaxis2.tickmode == "auto"  # else it has the ticks of the other axis
    assert "yaxis2" not in together.layout
    by_labels = drawn(mean, published=printed, published_apart=True)
    assert "yaxis2" not in by_labels.layout  # printed numbers need the axis of percentages


def test_bands_of_many_lines_are_fainter():
    def opacity(number):
        names = [f"g{index}" for index in range(number)]
        mean = pd.DataFrame(
            {"group": names, "cycle": 0, "x": 1.0, "mean": 1.0, "spread": 0.1, "n": 2}
        )
        figure = learning_curve(
            mean, {name: Line(name, "ours", 0) for name in names}, "labels", "y", "view"
        )
        band = next(trace for trace in figure["data"] if "fillcolor" in trace)
        return float(band["fillcolor"].split(",")[-1].rstrip(")"))

    assert opacity(1) == opacity(3) > opacity(6) > opacity(12) > 0
