"""Strategies of the user on the Help and Launch pages."""

import pytest

from tests.app.page_contents import text_of

OWN = """
from dataclasses import replace
from mtal.acquisition.uniform import RANDOM

STRATEGY = replace(RANDOM, name="mine", title="Mine alone")
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A folder with one strategy of the user and one broken file."""
    monkeypatch.setenv("MTAL_STRATEGIES", str(tmp_path / "own"))
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "mine.py").write_text(OWN)
    (tmp_path / "own" / "wrong.py").write_text("1 / 0")
    return tmp_path / "own"


def test_strategies_of_ones_own_have_a_card_and_a_broken_file_a_reason(open_page, own):
    words = text_of(open_page("help"))
    assert "Your own" in words
    assert "Mine alone" in words
    assert "ZeroDivisionError" in words


def test_launch_offers_strategies_of_ones_own_and_forgets_one_that_is_taken_away(open_page, own):
    app = open_page("launch", dataset="drawn", strategy="mine")
    assert not app.exception
    chosen = app.multiselect(key="launch.strategy")
    assert chosen.value == ["mine"]
    assert "Mine alone" in chosen.options
    assert "ZeroDivisionError" in text_of(app)
    (own / "mine.py").unlink()
    app.run()
    assert not app.exception
    assert app.multiselect(key="launch.strategy").value == []


def test_launch_names_the_rule_that_a_strategy_of_ones_own_breaks(open_page, own):
    (own / "mine.py").write_text(OWN + "STRATEGY = replace(STRATEGY, pick=lambda *_: None)")
    app = open_page("launch", dataset="drawn", strategy="mine")
    assert not app.exception
    assert "breaks the rule" in text_of(app)
    assert "answers NoneType instead of a Pick" in text_of(app)
