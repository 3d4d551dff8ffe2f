"""Strategies are told apart by colour, marker and dash, the same on every page."""
import pytest

from mtal.figures.style import LOOKS, faint, figure, look


def test_known_strategies_differ_in_colour_and_marker():
    assert len({one.colour for one in LOOKS.values()}) == len({one.symbol for one in LOOKS.values()}) == len(LOOKS)


@pytest.mark.parametrize("name", ["ours", "random", "something_new"])
def test_a_look_is_fixed_by_the_name(name):
    assert look(name) == look(name)


def test_variants_keep_the_colour_and_change_the_rest():
    first, second = look("ours"), look("ours", 1)
    assert first.colour == second.colour
    assert (first.symbol, first.dash) != (second.symbol, second.dash)


def test_faint():
    assert faint("#D55E00", 0.5) == "rgba(213,94,0,0.5)"


def test_no_background_so_that_dark_pages_stay_dark():
    template = figure("x", "y", "view").layout.template.layout
    assert template.paper_bgcolor == template.plot_bgcolor == "rgba(0,0,0,0)"
