"""Differences to a reference, against cases worked out by hand."""

import pytest

from mtal.analysis.text.differences import difference_text

NAN = float("nan")


@pytest.mark.parametrize(
    ("gain", "std", "pairs", "better", "n", "text"),
    [
        (-0.231, 0.04, 3, "lower", 3, "-0.23 ± 0.04, better"),
        (-0.231, 0.04, 3, "higher", 3, "-0.23 ± 0.04, worse"),
        (0.5, 0.1, 2, "higher", 3, "+0.50 ± 0.10, better (n=2)"),
        (-0.02, 0.18, 3, "lower", 3, "no clear difference (-0.02 ± 0.18)"),
        (0.18, 0.18, 2, "lower", 3, "no clear difference (+0.18 ± 0.18) (n=2)"),
        (0.001, 0.0, 3, "lower", 3, "+0.00 ± 0.00, equal"),
        (-1.0, NAN, 1, "lower", 3, "-1.00, better, one seed"),
        (0.0, NAN, 1, "lower", 1, "+0.00, equal, one seed"),
        (NAN, NAN, 0, "lower", 3, "no seed in common"),
    ],
)
def test_which_way_how_much_and_of_how_many_seeds(gain, std, pairs, better, n, text):
    assert difference_text(gain, std, pairs, 2, better, n) == text
