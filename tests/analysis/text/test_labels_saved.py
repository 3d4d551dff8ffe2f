"""What lines save, in words: censored values are named as bounds, and a loss is not hidden."""

import math

import pandas as pd
import pytest

from mtal.analysis.lines import AXES
from mtal.analysis.statistics.label_efficiency import Reach
from mtal.analysis.statistics.labels_saved import Saved, Share, labels_saved
from mtal.analysis.text.labels_saved import (
    BOTH,
    NEITHER,
    REFERENCE,
    headline,
    note,
    reference_end,
    saved_rows,
    table,
)

COURSES = {
    "random": [[8, 7, 6, 5, 4], [8, 7, 6, 5, 4]],
    "fast": [[8, 6, 4, 3, 2], [8, 6, 4, 3, 2]],
    "slow": [[8, 7.5, 7, 6.5, 6], [8, 7.5, 7, 6.5, 6]],
    "early": [[3, 2, 1, 1, 1]],
    "short": [[8, 7]],
}


def rows(*groups, courses=COURSES) -> pd.DataFrame:
    """As `curve_rows` gives them with x, of one task where lower is better."""
    return pd.DataFrame(
        [
            {
                "group": group,
                "title": group.title(),
                "strategy": group,
                "variant": 0,
                "seed": seed,
                "cycle": cycle,
                "x": 10.0 * (cycle + 1),
                "value": float(value),
                "better": "lower",
            }
            for group in groups
            for seed, course in enumerate(courses[group])
            for cycle, value in enumerate(course)
        ]
    )


def saved(value, censor="", low=None, high=None, reached=("", ""), x=1):
    return Saved(
        Share(value, censor),
        low,
        high,
        *(Reach(x, end) for end in reached),
        1.0,
        (2, 2),
        True,
        0,
        0,
    )


def slow_reach(course, target):
    """Where a falling curve first has the target, read off linearly; None if it never has."""
    for cycle, value in enumerate(course):
        if value <= target:
            before = course[cycle - 1]
            return 10 * (cycle + (before - target) / (before - value)) if cycle else 10.0
    return None


@pytest.mark.parametrize(
    ("shares", "text"),
    [
        (saved(0.43, "", Share(0.12, ""), Share(0.58, "")), "43 % (12 % to 58 %)"),
        (saved(0.3, ">="), "at least 30 % (one seed)"),
        (saved(-0.0001), "0 % (one seed)"),
        (saved(-0.2, "<="), "at most -20 % (one seed)"),
        (saved(0.3, "", Share(math.nan, "?"), Share(0.6, "<=")), "30 % (no lower end to 60 %)"),
        (
            saved(0.19, ">=", Share(0.18, ">="), Share(0.19, ">=")),
            "at least 19 % (18 % to no upper end)",
        ),
        (
            saved(-0.016, "<=", Share(-0.8, "<="), Share(0.021, "<=")),
            "at most -1.6 % (no lower end to 2.1 %)",
        ),
        (saved(math.nan, "?", reached=(">", ">")), "unknown: neither has reached it"),
        (saved(math.nan, "?", reached=("<=", "<=")), "unknown: both had it at their first point"),
        (
            saved(math.nan, "?", reached=("<=", "<="), low=Share(0.1, ""), high=Share(0.2, "")),
            "unknown: both had it at their first point",
        ),
        (saved(math.nan, "?", reached=("", "<="), x=0), "unknown"),
        (saved(math.nan, "?", x=math.nan), "unknown: no point yet"),
    ],
)
def test_notes(shares, text):
    assert note(shares) == text


def test_the_reference_ends_at_its_last_mean_over_all_of_its_seeds():
    even = rows("random")
    uneven = even[~((even["seed"] == 1) & (even["cycle"] > 2))]  # seed 1 has not come so far
    assert reference_end(even, "random") == 4
    assert reference_end(uneven, "random") == 6
    assert reference_end(even, "gone") is None


def test_shares_equal_the_slow_twin():
    shares = saved_rows(rows("random", "fast"), "random", "lower", 4.0).set_index("group")
    ours, theirs = slow_reach(COURSES["fast"][0], 4), slow_reach(COURSES["random"][0], 4)
    assert (
        shares.loc["fast", "share"] == pytest.approx(100 * (1 - ours / theirs)) == pytest.approx(40)
    )
    assert (shares.loc["fast", "needs"], shares.loc["random", "needs"]) == ("30.0", "50.0")
    assert shares.loc["fast", ["low", "high"]].tolist() == pytest.approx([40, 40])
    assert shares.loc["random", "note"] == REFERENCE
    assert shares["n"].tolist() == [2, 2]


def test_what_is_censored_is_a_bound():
    shares = saved_rows(rows("random", "slow", "early", "short"), "random", "lower", 4.0).set_index(
        "group"
    )
    assert shares.loc["slow", "needs"] == ">50.0"
    assert (shares.loc["slow", "censor"], shares.loc["slow", "share"]) == ("<=", pytest.approx(0))
    assert shares.loc["early", "needs"] == "≤10.0"
    assert (shares.loc["early", "censor"], shares.loc["early", "share"]) == (
        ">=",
        pytest.approx(80),
    )
    assert (shares.loc["short", "needs"], shares.loc["short", "note"]) == (
        ">20.0",
        "at most 60 % (one seed)",
    )
    assert math.isnan(shares.loc["early", "low"])  # one seed


def test_nobody_has_reached_it():
    shares = saved_rows(rows("random", "slow"), "random", "lower", 1.0)
    assert set(shares["note"]) == {REFERENCE, NEITHER}
    assert (
        headline(shares, "Random", "Task labels")
        == "Nothing to compare: no other line has reached 1.000."
    )


def test_all_had_it_at_their_first_point():
    shares = saved_rows(rows("random", "slow"), "random", "lower", 9.0)
    assert set(shares["note"]) == {REFERENCE, BOTH}
    assert headline(shares, "Random", "Task labels", typed=True) == (
        "Nothing to compare: Random had 9.000 at its first point, and so had others. "
        "Choose a value that is harder to reach."
    )


def test_a_reference_that_only_gets_worse_has_nothing_to_save():
    courses = {"random": [[4, 5, 6]], "fast": [[4, 4, 5]]}
    shares = saved_rows(rows(*courses, courses=courses), "random", "lower")
    assert set(shares["note"]) == {REFERENCE, BOTH}
    assert headline(shares, "Random", "Task labels") == (
        "Random did not get better with more labels, so “labels saved” has no meaning here."
    )


def test_as_the_reference_ends_is_what_the_shared_seeds_end_at():
    """Random has four seeds; the other lines share two or three, which their shares rest on."""
    courses = {
        "random": [[8, 6, 4], [8, 6, 4.2], [8, 6, 5], [8, 6, 3]],
        "two": [[8, 4.1, 3]] * 2,
        "three": [[8, 4, 3]] * 3,
    }
    curves = rows(*courses, courses=courses)
    shares = saved_rows(curves, "random", "lower").set_index("group")
    assert shares["target"].to_dict() == pytest.approx({"random": 4.05, "two": 4.1, "three": 4.4})
    assert shares["n"].to_dict() == {"random": 4, "two": 2, "three": 3}
    assert reference_end(curves, "random") == pytest.approx(4.05)
    assert shares.loc["two", ["needs", "against"]].tolist() == ["20.0", "30.0"]
    assert shares.loc["two", "share"] == pytest.approx(100 * (1 - 20 / 30))
    ours, theirs = (float(shares.loc["three", name]) for name in ("needs", "against"))
    assert shares.loc["three", "share"] == pytest.approx(100 * (1 - ours / theirs), abs=0.5)
    for group in ("two", "three"):
        expected = labels_saved(curves, group, "random", "lower")
        assert shares.loc[group, ["low", "high"]].tolist() == pytest.approx(
            [100 * expected.low.value, 100 * expected.high.value]
        )
    assert "To reach 4.100, Two saves" in headline(
        shares.loc[["random", "two"]].reset_index(), "Random", "Task labels"
    )
    shown = table(shares.reset_index(), "Task labels")
    assert shown["value to reach"].tolist() == ["4.050", "4.100", "4.400"]
    assert shown["the reference needs"].tolist() == ["30.0", "30.0", "30.0"]


def test_a_typed_value_is_the_same_for_all():
    shares = saved_rows(rows("random", "fast", "slow"), "random", "lower", 5.0)
    assert shares["target"].tolist() == [5.0] * 3


def headline_of(*groups):
    return headline(saved_rows(rows(*groups), "random", "lower", 4.0), "Random", "Task labels")


def test_the_headline_names_the_best_line():
    assert headline_of("random", "slow", "fast") == (
        "To reach 4.000, Fast saves 40 % (40 % to 40 %) of what Random needs (task labels)."
    )


def test_a_line_that_has_not_come_so_far_is_not_the_best_whatever_it_might_save():
    assert "Fast saves 40 %" in headline_of("random", "short", "fast")
    assert headline_of("random", "short") == "No other line has reached 4.000 yet."


def test_a_line_that_saved_nothing_is_named_with_what_both_needed():
    assert headline_of("random", "slow") == (
        "Slow saved no labels: it did not reach Random's 4.000 with the same 50 labels."
    )
    shares = saved_rows(rows("fast", "random"), "fast", "lower", 4.0)
    assert headline(shares, "Fast", "Task labels") == (
        "Random saved no labels: to reach 4.000 it needed 50 labels, Fast 30."
    )


def test_a_line_that_went_further_than_the_reference_without_reaching_it():
    courses = {"random": [[8, 6, 4]], "slow": [[8, 8, 7, 6]]}
    shares = saved_rows(rows(*courses, courses=courses), "random", "lower")
    assert headline(shares, "Random", "Task labels") == (
        "Slow saved no labels: it did not reach Random's 4.000 with 40 labels; "
        "Random needed 30 (one seed)."
    )


@pytest.mark.parametrize(
    ("axis", "text"),
    [
        ("labels", "saved no labels: it did not reach Random's 4.000 with the same 50 labels."),
        ("images", "saved no images: it did not reach Random's 4.000 with the same 50 images."),
        ("percent", "saved no labels: it did not reach Random's 4.000 with the same 50 % of the"),
        ("hours", "saved no computing time: it did not reach Random's 4.000 with the same 50 hou"),
        ("cost", "saved no cost: it did not reach Random's 4.000 with the same 50 units of cost."),
    ],
)
def test_every_axis_has_its_words(axis, text):
    shares = saved_rows(rows("random", "slow"), "random", "lower", 4.0)
    assert text in headline(shares, "Random", AXES[axis])


def test_an_interval_that_includes_nothing_is_a_doubt():
    shares = saved_rows(rows("random", "fast"), "random", "lower", 4.0)
    shares.loc[shares["group"] == "fast", "low"] = -3.0
    assert headline(shares, "Random", "Task labels").endswith(
        "The interval includes no saving at all."
    )


def test_one_line_alone():
    shares = saved_rows(rows("random"), "random", "lower", 4.0)
    assert (
        headline(shares, "Random", "Task labels") == "Nothing to compare: there is one line only."
    )
    assert list(table(shares, "Task labels").columns) == [
        "strategy",
        "value to reach",
        "Task labels to reach it",
        "the reference needs",
        "saved",
        "n",
    ]
