"""Undo: each step back restores what was there before, whoever else decides in between."""

import random

import pandas as pd
import pytest

from mtal.runs.paths import StorePaths
from mtal.runs.reviews.review_database import ACCEPTED, REJECTED, UNDECIDED, People
from mtal.runs.reviews.undo import undoable

COLUMNS = ["sample", "what", "value", "who", "when"]


def log(*events: tuple[str, str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(
        [(sample, "decision", value, who, str(when)) for sample, value, who, when in events],
        columns=COLUMNS,
    )


def test_nothing_was_done():
    assert undoable(log(), "ada") == {}
    assert undoable(log(("a", ACCEPTED, "bob", 1)), "ada") == {}


def test_a_bulk_step_is_taken_back_as_one():
    events = [
        ("a", ACCEPTED, "ada", 1),
        ("b", REJECTED, "ada", 2),
        ("a", REJECTED, "ada", 3),
        ("c", REJECTED, "ada", 3),
    ]
    assert undoable(log(*events), "ada") == {"a": ACCEPTED, "c": UNDECIDED}


def test_undoing_again_goes_further_back():
    events = [("a", ACCEPTED, "ada", 1), ("b", REJECTED, "ada", 2)]
    for expected in ({"b": UNDECIDED}, {"a": UNDECIDED}, {}):
        found = undoable(log(*events), "ada")
        assert found == expected
        events += [(sample, value, "ada", 10 + len(events)) for sample, value in found.items()]


def test_a_step_back_in_two_parts_counts_as_one():
    events = [("a", ACCEPTED, "ada", 1), ("a", REJECTED, "ada", 2), ("b", REJECTED, "ada", 2)]
    events += [("a", ACCEPTED, "ada", 3), ("b", UNDECIDED, "ada", 4)]
    assert undoable(log(*events), "ada") == {"a": UNDECIDED}


def test_what_others_changed_since_stays():
    events = [("a", REJECTED, "ada", 1), ("b", REJECTED, "ada", 1), ("a", ACCEPTED, "bob", 2)]
    assert undoable(log(*events), "ada") == {"b": UNDECIDED}


def test_notes_are_no_steps():
    rows = pd.concat(
        [
            log(("a", ACCEPTED, "ada", 1)),
            pd.DataFrame([("b", "note", "dark", "ada", "2")], columns=COLUMNS),
        ]
    )
    assert undoable(rows, "ada") == {"a": UNDECIDED}


@pytest.mark.parametrize("seed", range(5))
def test_steps_of_one_person_come_back_in_reverse(seed):
    """Against a stack of whole states."""
    rng, events, states = random.Random(seed), [], [{}]
    for when in range(12):
        chosen, value = (
            rng.sample("abcd", rng.randint(1, 3)),
            f"decision {when}",
        )  # never by chance the one before
        events += [(sample, value, "ada", when) for sample in chosen]
        states.append(states[-1] | dict.fromkeys(chosen, value))
    while len(states) > 1:
        found = undoable(log(*events), "ada")
        now = states.pop()
        assert {name: value for name, value in (now | found).items() if value} == {
            name: value for name, value in states[-1].items() if value
        }
        events += [
            (sample, value, "ada", 100 + len(events) + place)
            for place, (sample, value) in enumerate(found.items())
        ]
        if len(states) > 1 and rng.random() < 0.3:  # and something else meanwhile
            events.append(("z", REJECTED, "bob", 10_000 + len(events)))
    assert undoable(log(*events), "ada") == {}


def test_it_reads_what_people_wrote(tmp_path):
    people = People(StorePaths(tmp_path))
    people.decide("run", 0, ["a", "b"], ACCEPTED, "ada")
    people.note("run", 0, "a", "dark", "ada")
    people.decide("run", 1, ["a"], REJECTED, "ada")
    found = people.log("run", 0)
    assert found.columns.tolist() == COLUMNS
    assert found["value"].tolist() == [ACCEPTED, ACCEPTED, "dark"]
    assert undoable(found, "ada") == {"a": UNDECIDED, "b": UNDECIDED}
