"""Undo: each step back restores what was there before, whoever else decides in between."""

import random

import pandas as pd
import pytest

from mtal.runs.paths import StorePaths
from mtal.runs.reviews.review_database import ACCEPTED, REJECTED, UNDECIDED, ReviewDatabase
from mtal.runs.reviews.undo import decisions_to_restore

COLUMNS = ["sample", "what", "value", "who", "when"]


def log(*events: tuple[str, str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(
        [(sample, "decision", value, who, str(when)) for sample, value, who, when in events],
        columns=COLUMNS,
    )


def test_nothing_was_done():
    assert decisions_to_restore(log(), "ada") == {}
    assert decisions_to_restore(log(("a", ACCEPTED, "bob", 1)), "ada") == {}


def test_a_bulk_step_is_taken_back_as_one():
    events = [
        ("a", ACCEPTED, "ada", 1),
        ("b", REJECTED, "ada", 2),
        ("a", REJECTED, "ada", 3),
        ("c", REJECTED, "ada", 3),
    ]
    assert decisions_to_restore(log(*events), "ada") == {"a": ACCEPTED, "c": UNDECIDED}


def test_undoing_again_goes_further_back():
    events = [("a", ACCEPTED, "ada", 1), ("b", REJECTED, "ada", 2)]
    for expected in ({"b": UNDECIDED}, {"a": UNDECIDED}, {}):
        restored = decisions_to_restore(log(*events), "ada")
        assert restored == expected
        events += [(sample, value, "ada", 10 + len(events)) for sample, value in restored.items()]


def test_a_step_back_in_two_parts_counts_as_one():
    events = [("a", ACCEPTED, "ada", 1), ("a", REJECTED, "ada", 2), ("b", REJECTED, "ada", 2)]
    events += [("a", ACCEPTED, "ada", 3), ("b", UNDECIDED, "ada", 4)]
    assert decisions_to_restore(log(*events), "ada") == {"a": UNDECIDED}


def test_what_others_changed_since_stays():
    events = [("a", REJECTED, "ada", 1), ("b", REJECTED, "ada", 1), ("a", ACCEPTED, "bob", 2)]
    assert decisions_to_restore(log(*events), "ada") == {"b": UNDECIDED}


def test_notes_are_no_steps():
    rows = pd.concat(
        [
            log(("a", ACCEPTED, "ada", 1)),
            pd.DataFrame([("b", "note", "dark", "ada", "2")], columns=COLUMNS),
        ]
    )
    assert decisions_to_restore(rows, "ada") == {"a": UNDECIDED}


@pytest.mark.parametrize("seed", range(5))
def test_steps_of_one_person_come_back_in_reverse(seed):
    """Against a stack of whole states."""
    rng, events, states = random.Random(seed), [], [{}]
    for when in range(12):
        chosen = rng.sample("abcd", rng.randint(1, 3))
        value = f"decision {when}"  # never by chance that of the step before
        events += [(sample, value, "ada", when) for sample in chosen]
        states.append(states[-1] | dict.fromkeys(chosen, value))
    while len(states) > 1:
        restored = decisions_to_restore(log(*events), "ada")
        now = states.pop()
        assert {name: value for name, value in (now | restored).items() if value} == {
            name: value for name, value in states[-1].items() if value
        }
        events += [
            (sample, value, "ada", 100 + len(events) + index)
            for index, (sample, value) in enumerate(restored.items())
        ]
        if len(states) > 1 and rng.random() < 0.3:  # and something else meanwhile
            events.append(("z", REJECTED, "bob", 10_000 + len(events)))
    assert decisions_to_restore(log(*events), "ada") == {}


def test_it_reads_what_people_wrote(tmp_path):
    database = ReviewDatabase(StorePaths(tmp_path))
    database.decide("run", 0, ["a", "b"], ACCEPTED, "ada")
    database.note("run", 0, "a", "dark", "ada")
    database.decide("run", 1, ["a"], REJECTED, "ada")
    events = database.log("run", 0)
    assert events.columns.tolist() == COLUMNS
    assert events["value"].tolist() == [ACCEPTED, ACCEPTED, "dark"]
    assert decisions_to_restore(events, "ada") == {"a": UNDECIDED, "b": UNDECIDED}
