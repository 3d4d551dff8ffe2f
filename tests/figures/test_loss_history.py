"""What became of an image: a mark per measured cycle, and which of them had learned from it."""

import re

import numpy as np
import pandas as pd
import pytest

from mtal.figures.loss_history import LOOKS, Panel, over_cycles, top_of

ROWS = pd.DataFrame(
    {
        "cycle": [1, 2, 3],
        "learned": [False, True, True],
        "loss.depth": [1.9, np.nan, 0.7],
        "s.depth": [0.5, 0.25, np.nan],
    }
)
PANELS = [
    Panel("Depth, loss", "loss.depth", "loss"),
    Panel("Depth, <disagreement>", "s.depth", "m"),
]


def charts(html: str) -> list[str]:
    return re.findall(r"<figure>.*?</figure>", html)


def test_each_value_is_a_mark_that_says_whether_it_came_before_or_after():
    before, after = (words for words, *_ in LOOKS.values())
    first, second = charts(over_cycles(ROWS, PANELS))
    assert re.findall('title="(.*?)"', first) == [
        f"cycle 1, {before}: 1.9 loss",
        f"cycle 3, {after}: 0.7 loss",
    ]
    assert re.findall('title="(.*?)"', second) == [
        f"cycle 1, {before}: 0.5 m",
        f"cycle 2, {after}: 0.25 m",
    ]
    assert "Depth, &lt;disagreement&gt; (m)" in second


def test_heights_are_in_proportion_from_zero():
    (chart,) = charts(
        over_cycles(
            pd.DataFrame({"cycle": [1, 2, 3], "learned": True, "a": [0.0, 1.0, 2.0]}),
            [Panel("a", "a", "")],
        )
    )
    assert [float(top) for top in re.findall(r"left:[\d.]+%;top:([\d.]+)%", chart)] == [100, 50, 0]
    assert [float(left) for left in re.findall(r"left:([\d.]+)%;top", chart)] == [0, 50, 100]


def test_shape_says_what_colour_says():
    chart = charts(over_cycles(ROWS, PANELS))[0]
    signs = [sign for _, _, sign in LOOKS.values()]
    assert re.findall(r">(\S)</i>", chart) == signs
    assert len(set(signs)) == len(LOOKS)


@pytest.mark.parametrize("count", [0, 1, 5, 12])
def test_any_number_of_charts(count):
    assert len(charts(over_cycles(ROWS, PANELS[:1] * count))) == count


@pytest.mark.parametrize(
    ("highest", "top"),
    [(0.0, 1.0), (0.7, 0.8), (1.9, 2.0), (2.0, 2.0), (2.1, 4.0), (93.0, 100.0), (4e-5, 4e-5)],
)
def test_an_axis_ends_at_a_round_number_above_all_values(highest, top):
    assert top_of(np.array([highest / 2, highest])) == pytest.approx(top)


def test_no_value_is_a_chart_without_marks():
    assert "<i " not in over_cycles(ROWS.assign(a=np.nan), [Panel("a", "a", "")])
