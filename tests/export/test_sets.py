"""A set leaves with what the run knows about its images."""

import hashlib
import io
import json
import zipfile

import pandas as pd
import pytest

from mtal.export.exporter import ExportError
from mtal.export.registry import SET_EXPORTERS
from mtal.export.sets import set_table
from mtal.runs.reviews.review_database import ReviewDatabase
from tests.runs.made_run import START, TASKS


@pytest.fixture
def picked(run):
    return [f"{image:04d}" for image in dict.fromkeys(run.picked(0)[:, 0].tolist())]


@pytest.fixture
def chosen(run, picked):
    """A labelled image, a pick that was rejected, and a validation image."""
    people = ReviewDatabase(run.store)
    people.decide(run.name, 0, [picked[1]], "rejected", "ann")
    people.note(run.name, 1, picked[1], "dark", "bo")
    return people.save_set(
        run.data.folder.name, ["v0", f"{START[0]:04d}", picked[1]], "ann", "odd, ones", "map"
    )


def test_a_row_per_image_with_what_is_known(run, chosen, picked):
    table = set_table(run, chosen).set_index("sample_id")
    assert sorted(table.index) == sorted(["v0", f"{START[0]:04d}", picked[1]])
    assert table["in_pool"].to_dict() == {"v0": False, f"{START[0]:04d}": True, picked[1]: True}
    assert set(table["set_name"]) == {"odd, ones"}
    start, pick, other = table.loc[f"{START[0]:04d}"], table.loc[picked[1]], table.loc["v0"]
    assert start["labelled_tasks"] == " ".join(TASKS)
    assert pd.isna(start["picked_cycle"])
    assert pick[["picked_cycle", "picked_rank", "decision", "decided_by", "note"]].tolist() == [
        0,
        2,
        "rejected",
        "ann",
        "dark",
    ]
    assert pick["scored_cycle"] == 1  # the last cycle that looked at the pool
    assert other.drop(["schema_version", "set_id", "set_name", "run_id", "in_pool"]).isna().all()


def test_scores_are_those_of_the_last_look_at_the_pool(run):
    pool = run.pool(1)
    free = pool[pool["open"]]["id"].tolist()[:3]
    table = set_table(
        run, ReviewDatabase(run.store).save_set(run.data.folder.name, free, "ann")
    ).set_index("sample_id")
    scores = pool.set_index("id").loc[free]
    assert table.loc[free, "score"].tolist() == scores["score"].tolist()
    for task in TASKS:
        assert table.loc[free, f"s_task.{task}"].tolist() == scores[f"s.{task}"].tolist()
        assert table[f"s_percentile.{task}"].between(0, 100).all()


def test_the_list_holds_names_only(run, chosen, picked):
    assert SET_EXPORTERS["list"].write(run, chosen).decode().split("\n") == [
        *sorted(["v0", f"{START[0]:04d}", picked[1]]),
        "",
    ]


def test_the_archive_says_what_it_is_and_is_the_same_bytes(run, chosen):
    content = SET_EXPORTERS["zip"].write(run, chosen)
    assert SET_EXPORTERS["zip"].write(run, chosen) == content
    archive = zipfile.ZipFile(io.BytesIO(content))
    about = json.loads(archive.read("MANIFEST.json"))
    assert [about["set"][name] for name in ("id", "name", "size", "who")] == [
        chosen,
        "odd, ones",
        3,
        "ann",
    ]
    assert about["run"] == run.name
    assert set(about["files"]) == {"set.csv", "set.txt"}
    for name in about["files"]:
        assert about["files"][name]["sha256"] == hashlib.sha256(archive.read(name)).hexdigest()
    assert archive.read("set.csv") == SET_EXPORTERS["csv"].write(run, chosen)


@pytest.mark.parametrize("exporter", SET_EXPORTERS.values(), ids=SET_EXPORTERS)
def test_a_set_that_is_missing_is_named_with_those_that_are_not(exporter, run, chosen):
    with pytest.raises(ExportError, match=rf"no set 'x'.*{chosen} \(odd, ones, 3\)"):
        exporter.write(run, "x")


def test_without_any_set_it_says_where_they_come_from(run):
    with pytest.raises(ExportError, match="none yet, choose images in the Map"):
        set_table(run, "x")


def test_a_run_without_a_complete_cycle_still_gives_names(run, chosen, monkeypatch):
    monkeypatch.setattr(type(run), "cycles_done", lambda self: 0)
    table = set_table(run, chosen)
    assert len(table) == 3
    assert table["score"].isna().all()
