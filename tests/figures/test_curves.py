"""Learning curves by their data: means, bands and seeds against plain loops; the published numbers stay apart."""
import statistics

import pandas as pd
import pytest

from mtal.figures.curves import learning_curve, over_seeds
from mtal.figures.published import for_task, published
from mtal.figures.style import LOOKS

VALUES = {("ours", 0): [5.0, 4.0, 3.5], ("ours", 1): [5.4, 4.2], ("random", 0): [5.1, 4.6, 4.5]}


@pytest.fixture
def rows() -> pd.DataFrame:
    """Two seeds of ours, of which one has come a cycle less far, and one seed of random."""
    return pd.DataFrame([
        {"group": strategy, "title": strategy.title(), "strategy": strategy, "variant": 0, "run": f"{strategy}-s{seed}",
         "seed": seed, "cycle": cycle, "images": 10 * (cycle + 1), "labels": 30 * (cycle + 1), "percent": 10.0 * (cycle + 1),
         "value": value}
        for (strategy, seed), values in VALUES.items() for cycle, value in enumerate(values)])


def lines(figure):
    return {trace.name: trace for trace in figure.data}


def test_mean_and_spread_equal_the_plain_loops(rows):
    found = over_seeds(rows, "labels").set_index(["group", "cycle"])
    for cycle in range(2):
        pair = [VALUES["ours", seed][cycle] for seed in (0, 1)]
        assert found.loc[("ours", cycle), "mean"] == pytest.approx(statistics.mean(pair))
        assert found.loc[("ours", cycle), "std"] == pytest.approx(statistics.stdev(pair))
    assert found.loc[("ours", 2), "n"] == 1
    assert pd.isna(found.loc[("ours", 2), "std"])


def test_mean_line_band_and_thin_seeds(rows):
    drawn = lines(learning_curve(rows, "labels", "Loss ↓", "view"))
    mean, band = drawn["Ours (n=1–2, band: std)"], drawn["Ours ± std"]
    assert list(mean.y) == pytest.approx([5.2, 4.1, 3.5])
    assert list(mean.x) == [30, 60, 90]
    spread = statistics.stdev([5.0, 5.4])
    assert list(band.x) == [30, 60, 60, 30]                 # only where two seeds have come
    assert band.y[0] == pytest.approx(5.2 + spread)
    assert band.y[-1] == pytest.approx(5.2 - spread)
    assert list(drawn["Ours, seed 1"].y) == [5.4, 4.2]
    assert drawn["Ours, seed 1"].line.width < mean.line.width


def test_a_single_seed_has_no_band_and_says_so(rows):
    drawn = lines(learning_curve(rows, "labels", "Loss ↓", "view"))
    assert "Random (n=1)" in drawn
    assert "Random ± std" not in drawn


@pytest.mark.parametrize(("x", "expected"), [("labels", [30, 60, 90]), ("images", [10, 20, 30]), ("percent", [10, 20, 30])])
def test_the_axis_can_be_chosen(rows, x, expected):
    figure = learning_curve(rows, x, "mIoU (%) ↑", "view")
    assert list(lines(figure)["Random (n=1)"].x) == expected
    assert figure.layout.yaxis.title.text == "mIoU (%) ↑"


def test_zoom_stays_while_the_view_stays(rows):
    first, second = (learning_curve(rows.iloc[:count], "labels", "y", "view").layout.uirevision for count in (4, 8))
    assert first == second != learning_curve(rows, "images", "y", "view").layout.uirevision


def test_ours_looks_the_same_everywhere_and_is_thicker(rows):
    mean = lines(learning_curve(rows, "labels", "y", "view"))["Ours (n=1–2, band: std)"]
    ours = LOOKS["ours"]
    assert (mean.line.color, mean.line.dash, mean.marker.symbol) == (ours.colour, ours.dash, ours.symbol)
    assert all(ours.width > look.width for name, look in LOOKS.items() if name != "ours")


def test_published_lines_are_dashed_named_and_never_blended(rows):
    printed = for_task(published(), "nyud", "loss")
    alone = lines(learning_curve(rows, "percent", "y", "view"))
    drawn = lines(learning_curve(rows, "percent", "y", "view", printed))
    assert drawn["published: Random"].line.dash == "dash"
    assert list(drawn["published: Random"].y) == [9.3, 8.8, 8.6, 8.3, 8.0]
    assert list(drawn["published: Random"].error_y.array) == [0.12, 0.03, 0.12, 0.04, 0.15]
    for name, trace in alone.items():
        assert list(drawn[name].y) == list(trace.y)


def test_published_lines_need_the_percent_axis(rows):
    drawn = learning_curve(rows, "labels", "y", "view", for_task(published(), "nyud", "loss"))
    assert not [trace for trace in drawn.data if trace.name.startswith("published")]
