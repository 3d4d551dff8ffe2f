"""What became of an image: a mark per measured cycle, and which of them had learned from it."""
import numpy as np
import pandas as pd

from mtal.figures.afterwards import over_cycles

ROWS = pd.DataFrame({"cycle": [1, 2, 3], "learned": [False, True, True], "loss.depth": [1.9, np.nan, 0.7]})


def test_cycles_without_a_number_are_left_out_and_the_first_is_marked():
    (line,) = over_cycles(ROWS, "loss.depth", "loss", "view").data
    assert list(line.x) == [1, 3]
    assert list(line.y) == [1.9, 0.7]
    assert list(line.marker.symbol) == ["diamond-open", "circle"]


def test_what_nobody_measured_is_an_empty_figure():
    (line,) = over_cycles(ROWS, "s.depth", "m", "view").data
    assert len(line.x) == 0
