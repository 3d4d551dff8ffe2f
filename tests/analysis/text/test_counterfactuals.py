"""The verdict over other rules says what their ranks say."""

import pandas as pd
import pytest

from mtal.analysis.tables.counterfactuals import COLUMNS
from mtal.analysis.text.counterfactuals import verdict


def rules(*rows: tuple[str, int, bool]) -> pd.DataFrame:
    """Strategies by name, rank, and whether they picked the image."""
    return pd.DataFrame(
        [(name, "strategy", rank, picked) for name, rank, picked in rows], columns=COLUMNS
    )


LETTERS = rules(*((letter, 70 + index, False) for index, letter in enumerate("abcde")))


@pytest.mark.parametrize(
    ("ranks", "picked", "text"),
    [
        (
            rules(("a", 1, True), ("b", 131, False)),
            True,
            "It would not be picked under b (rank 131).",
        ),
        (
            rules(("a", 90, False), ("b", 1200, False)),
            True,
            "It would not be picked under b (rank 1,200) or under a (rank 90).",
        ),
        (
            LETTERS,
            True,
            "It would not be picked under e (rank 74), under d (rank 73) or under c (rank 72), "
            "nor under 2 more of these rules.",
        ),
        (rules(("a", 70, False), ("b", 3, True)), False, "It would be picked under b (rank 3)."),
        (rules(("a", 0, False), ("b", 0, True)), False, "It would be picked under b."),
        (
            LETTERS.assign(picked=True),
            False,
            "It would be picked under a (rank 70), under b (rank 71) or under c (rank 72), "
            "and under 2 more of these rules.",
        ),
        (rules(("a", 0, False)), False, ""),
        (rules(), True, ""),
    ],
)
def test_rules_that_decide_differently_are_named(ranks, picked, text):
    assert verdict(ranks, picked) == text


@pytest.mark.parametrize(
    ("ranks", "picked", "text"),
    [
        (
            rules(("a", 1, True), ("b", 11, True)),
            True,
            "Both other rules below would pick it too; the weakest, b, puts it 11th.",
        ),
        (
            rules(*((letter, 10 + index, True) for index, letter in enumerate("abcdefghi"))),
            True,
            "All nine other rules below would pick it too; the weakest, i, puts it 18th.",
        ),
        (
            rules(*((letter, 10 + index, True) for index, letter in enumerate("abcdefghij"))),
            True,
            "All 10 other rules below would pick it too; the weakest, j, puts it 19th.",
        ),
        (rules(("a", 0, True)), True, "The other rule below, a, would pick it too."),
        (rules(("a", 0, True), ("b", 0, True)), True, "Both other rules below would pick it too."),
        (
            rules(("a", 4, True)),
            True,
            "The other rule below, a, would pick it too and puts it 4th.",
        ),
        (
            rules(("a", 4, True), ("b", 5, True), ("c", 0, False)),
            True,
            "Both other rules below that rank it would pick it too; the weakest, b, puts it 5th.",
        ),
        (
            rules(("a", 1200, False), ("b", 300, False)),
            False,
            "Neither of the other rules below would pick it; the closest, b, puts it 300th.",
        ),
        (
            rules(("a", 1200, False), ("b", 301, False), ("c", 500, False)),
            False,
            "None of the three other rules below would pick it; the closest, b, puts it 301st.",
        ),
        (
            rules(("a", 1200, False)),
            False,
            "The other rule below, a, would not pick it either and puts it 1,200th.",
        ),
    ],
)
def test_rules_that_agree_are_counted_and_the_extreme_one_is_named(ranks, picked, text):
    assert verdict(ranks, picked) == text


@pytest.mark.parametrize(
    ("kind", "rule", "phrase"),
    [
        ("left out", "without depth", "without depth"),
        ("picking", "no greedy update", "without the greedy update"),
        ("committee", "committee by mean", "with the committee's mean"),
        ("terms", "inconsistency alone", "by inconsistency alone"),
        ("tasks", "tasks joined by mean", "with tasks joined by mean"),
        ("strategy", "Core-Set", "under Core-Set"),
    ],
)
def test_each_kind_of_rule_fits_into_the_sentence(kind, rule, phrase):
    table = pd.DataFrame([(rule, kind, 131, False)], columns=COLUMNS)
    assert verdict(table, True) == f"It would not be picked {phrase} (rank 131)."
