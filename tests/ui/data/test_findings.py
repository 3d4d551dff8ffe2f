"""The search in a data folder's problems, against plain joining of each row; and its speed."""

import pandas as pd
import pytest

from mtal.datasets.checks.problems import SEVERITIES
from mtal.ui.data import findings
from tests.test_layers import ROOT, texts_of

ROWS = pd.DataFrame(
    {"id": ["a1", "a2", "b1"], "problem": ["Depth 3 m", "wrong size", "DEPTH (m)"]}, index=[4, 7, 9]
)


@pytest.mark.parametrize(
    "text", ["", "  ", "depth", "DEPTH a", "1 d", "(m", "none", "wrong a2", "a1 wrong"]
)
def test_every_word_is_somewhere_in_the_row(text):
    whole = [" ".join(row).lower() for row in ROWS.to_numpy()]
    expected = [all(word in row for word in text.lower().split()) for row in whole]
    matches = findings._contains(ROWS, text)
    assert matches.tolist() == expected
    assert (ROWS[matches].index == ROWS.index[expected]).all()
    assert findings._contains(ROWS[:0], text).empty


def test_rows_are_not_even_read_without_a_word():
    assert findings._contains(pd.DataFrame({"id": [object()]}), " ").all()


def test_rows_are_joined_by_columns(monkeypatch):
    monkeypatch.setattr(
        pd.DataFrame, "agg", None
    )  # row by row it takes a second for 20,000 of them
    assert findings._contains(ROWS, "wrong").sum() == 1


def test_severities_are_listed_without_going_through_the_rows(monkeypatch):
    rows = pd.Series(["note", "left out", "note"])
    monkeypatch.setattr(pd.Series, "__iter__", None)
    assert findings._in_order(rows) == ["left out", "note"]


def test_what_a_run_does_is_worded_in_one_place():
    assert not set(SEVERITIES) & texts_of(ROOT / "mtal" / "ui" / "data" / "findings.py")
