"""Strategies are told apart by colour, marker and dash, the same on every page."""

import pytest

from mtal.acquisition.registry import STRATEGIES
from mtal.analysis.tables.published import published_values
from mtal.figures.style import LOOKS, VARIANT_DASHES, VARIANT_SYMBOLS, faint, figure, look

SEVEN = ("random", "core-set", "rbal", "ll4al", "equal", "partal", "ours")


def test_the_papers_seven_have_a_colour_each_and_all_have_a_marker_each():
    assert len({LOOKS[name].colour for name in SEVEN}) == len(SEVEN)
    assert len({style.symbol for style in LOOKS.values()}) == len(LOOKS)
    pairs = {(style.colour, style.dash) for style in LOOKS.values()}
    assert len(pairs) >= len(LOOKS) - 1  # EquAL has more strategies than there are dashes


def test_every_strategy_of_the_program_and_of_the_paper_has_a_look_of_its_own():
    assert set(STRATEGIES) <= set(LOOKS)
    assert set(published_values()["strategy"]) <= set(LOOKS)


def test_ours_is_the_thickest():
    assert max(LOOKS, key=lambda name: LOOKS[name].width) == "ours"


def test_many_variants_can_be_told_apart():
    number = len(VARIANT_SYMBOLS) * len(VARIANT_DASHES)
    assert len({look("ours", variant) for variant in range(number + 1)}) == number + 1


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
