"""Decisions are in every export: the record holds all, lists hold what is to be labelled."""

import io
import json
import zipfile

import pandas as pd
import pytest

from mtal.export.record import images_of, record
from mtal.export.registry import EXPORTERS
from mtal.export.splits import split_lists
from mtal.runs.files import write_json
from mtal.runs.reviews.review_database import ReviewDatabase
from tests.runs.made_run import TASKS


@pytest.fixture
def names(run):
    """The three picked images of cycle 0 in order, then the next best two."""
    pool = run.pool(0)
    return pool[pool["rank"].between(1, 5)].sort_values("rank")["id"].tolist()


@pytest.fixture
def decided(run, names):
    """The second pick is rejected, the third accepted, and the first has a note."""
    people = ReviewDatabase(run.store)
    people.decide(run.name, 0, [names[1]], "rejected", "ann")
    people.decide(run.name, 0, [names[2]], "accepted", "bo")
    people.note(run.name, 0, names[0], '=sharp, "really"\nyes', "cy")
    return run


def test_the_record_holds_all(decided, names):
    table = record(decided, 0)
    images = table.drop_duplicates("sample_id").set_index("sample_id")
    assert list(images.index) == names[:4]
    assert images["decision"].tolist() == ["auto", "rejected", "accepted", "refill"]
    assert images["rank"].tolist() == [1, 2, 3, 4]
    assert images["decided_by"].fillna("").tolist() == ["", "ann", "bo", ""]
    assert images["decided_utc"].notna().tolist() == [False, True, True, False]
    assert images["note"].fillna("").tolist() == ['=sharp, "really"\nyes', "", "", ""]
    assert table.groupby("sample_id")["requested"].unique().map(list).to_dict() == {
        name: [name != names[1]] for name in names[:4]
    }
    refill = table[table["sample_id"] == names[3]]
    assert refill["score"].iloc[0] == decided.pool(0).set_index("id").loc[names[3], "score"]
    assert refill["nearest_labelled_id"].notna().all()
    assert images_of(table)["requested_tasks"].fillna("").tolist() == [
        " ".join(TASKS),
        "",
        " ".join(TASKS),
        " ".join(TASKS),
    ]


def test_lists_for_the_annotation_tool_hold_what_is_to_be_labelled(decided, names):
    lists = split_lists(decided, 0)
    wanted = [names[0], names[2], names[3]]
    assert lists["batch"] == lists["batch.depth"] == wanted
    assert set(wanted) <= set(lists["labelled"])
    assert names[1] in lists["remaining"]
    assert sorted(lists["labelled"] + lists["remaining"]) == list(decided.facts.pool)


def test_every_format_follows_and_the_same_decisions_give_the_same_bytes(run, names):
    before = {name: exporter.write(run, 0) for name, exporter in EXPORTERS.items()}
    people = ReviewDatabase(run.store)
    people.decide(run.name, 0, [names[1]], "rejected", "ann")
    after = {name: exporter.write(run, 0) for name, exporter in EXPORTERS.items()}
    assert [name for name in EXPORTERS if after[name] == before[name]] == []
    assert {name: exporter.write(run, 0) for name, exporter in EXPORTERS.items()} == after
    assert EXPORTERS["csv"].write(run, 1) == EXPORTERS["csv"].write(run, 1)
    archive = zipfile.ZipFile(io.BytesIO(after["zip"]))
    assert archive.read("selection.csv") == after["csv"]
    people.decide(run.name, 0, [names[1]], "", "ann")  # taken back: as if nothing had been
    assert {name: exporter.write(run, 0) for name, exporter in EXPORTERS.items()} == before


def test_a_note_survives_tables_and_spreadsheets(decided, names):
    rows = pd.read_csv(io.BytesIO(EXPORTERS["csv"].write(decided, 0)), dtype=str)
    assert rows["note"].iloc[0] == '\'=sharp, "really"\nyes'  # a spreadsheet would run it
    first = json.loads(EXPORTERS["jsonl"].write(decided, 0).splitlines()[0])
    assert first["note"] == '=sharp, "really"\nyes'


def test_decisions_that_came_after_the_next_cycle_began_change_nothing_but_notes(decided, names):
    """As in a run that people label: cycle 1 began with the second pick rejected."""
    before = record(decided, 0)
    pairs = [[int(name), task] for name in (names[0], names[2], names[3]) for task in range(3)]
    people = ReviewDatabase(decided.store)
    then = people.decisions(decided.name, 0).to_dict("records")
    write_json(
        decided.paths.applied_reviews(1),
        {"labels": pairs, "rejected": [int(names[1])], "decisions": then},
    )
    people.decide(decided.name, 0, [names[1]], "accepted", "dee")
    people.decide(decided.name, 0, [names[2], names[4]], "rejected", "dee")
    pd.testing.assert_frame_equal(record(decided, 0), before)
    people.note(decided.name, 0, names[1], "it was fine", "dee")
    late = record(decided, 0)
    assert late.loc[late["sample_id"] == names[1], "note"].unique().tolist() == ["it was fine"]
    pd.testing.assert_frame_equal(late.drop(columns="note"), before.drop(columns="note"))
