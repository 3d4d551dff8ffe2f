"""What became of an image: a mark per measured cycle, and which of them had learned from it."""
import numpy as np
import pandas as pd
import pytest

from mtal.figures.afterwards import LOOKS, Panel, over_cycles

ROWS = pd.DataFrame({"cycle": [1, 2, 3], "learned": [False, True, True], "loss.depth": [1.9, np.nan, 0.7],
                     "s.depth": [0.5, 0.25, np.nan]})
PANELS = [Panel("Depth, loss", "loss.depth", "loss"), Panel("Depth, disagreement", "s.depth", "m")]


def marks(figure, axis: str) -> dict[str, list[tuple[float, float]]]:
    """Name of the marks -> their points, of one small chart."""
    return {trace.name: list(zip(trace.x.tolist(), trace.y.tolist(), strict=True)) for trace in figure.data
            if trace.mode == "markers" and trace.xaxis == axis}


def test_each_value_is_a_mark_that_says_whether_it_came_before_or_after():
    before, after = (words for words, *_ in LOOKS.values())
    drawn = over_cycles(ROWS, PANELS, "view")
    assert marks(drawn, "x") == {before: [(1, 1.9)], after: [(3, 0.7)]}
    assert marks(drawn, "x2") == {before: [(1, 0.5)], after: [(2, 0.25)]}


def test_colour_is_not_the_only_sign():
    assert len({symbol for _, _, symbol in LOOKS.values()}) == len(LOOKS)
    drawn = over_cycles(ROWS, PANELS, "view")
    assert sum(bool(trace.showlegend) for trace in drawn.data if trace.mode == "markers") == len(LOOKS)     # once, not per chart


@pytest.mark.parametrize("count", [0, 1, 4, 5, 12])
def test_any_number_of_charts_has_room(count):
    drawn = over_cycles(ROWS, PANELS[:1] * count, "view")
    assert len([trace for trace in drawn.data if trace.mode == "lines"]) == count
    assert drawn.layout.height >= 190 * max(1, -(-count // 4))
