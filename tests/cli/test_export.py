"""`export` and `sets`."""

import json

import pytest

from mtal.export.registry import EXPORTERS, SET_EXPORTERS, START_EXPORTERS
from mtal.runs.reviews.review_database import ReviewDatabase
from tests.runs.made_run import made_run


@pytest.mark.parametrize("name", EXPORTERS)
def test_export_writes_what_the_exporter_gives(mtal, store, tmp_path, name):
    run = made_run(store.folder)
    out = tmp_path / "exported"
    text, code = mtal("export", run.name, "--cycle", 1, "--format", name, "--out", out)
    assert code == 0
    assert EXPORTERS[name].title in text
    assert out.read_bytes() == EXPORTERS[name].write(run, 1)


@pytest.mark.parametrize("name", START_EXPORTERS)
def test_a_start_is_exported(mtal, store, tmp_path, name):
    run, out = made_run(store.folder), tmp_path / "exported"
    text, code = mtal("export", run.name, "--start", "--format", name, "--out", out)
    assert code == 0
    assert START_EXPORTERS[name].title in text
    assert out.read_bytes() == START_EXPORTERS[name].write(run, None)


@pytest.mark.parametrize("name", SET_EXPORTERS)
def test_a_set_is_listed_and_exported(mtal, store, tmp_path, name):
    run = made_run(store.folder)
    assert mtal("sets", run.name) == (
        f"No sets of the data of {run.name}: choose images in the Map and save them\n",
        0,
    )
    set_id = ReviewDatabase(store).save_set(
        run.data.folder.name, ["0001", "0005"], "ann", "dark rooms", "map"
    )
    text, _ = mtal("sets", run.name)
    [row] = json.loads(mtal("sets", run.name, "--json")[0])
    assert text.splitlines()[1].split() == [set_id, "dark", "rooms", "2", "ann", row["when"], "map"]
    out = tmp_path / "exported"
    text, code = mtal("export", run.name, "--set", set_id, "--format", name, "--out", out)
    assert code == 0
    assert SET_EXPORTERS[name].title in text
    assert out.read_bytes() == SET_EXPORTERS[name].write(run, set_id)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--cycle", "2"], "only measures"),
        (["--cycle", "9"], "no complete cycle 9"),
        (["--cycle", "0", "--format", "x"], "'x'"),
        ([], "either --cycle with a number, or --set"),
        (["--cycle", "0", "--set", "x"], "either --cycle"),
        (["--cycle", "0", "--start"], "either --cycle"),
        (["--start", "--format", "zip"], "'zip'"),
        (["--set", "x"], "no set 'x'"),
        (["--set", "x", "--format", "parquet"], "csv, list"),
    ],
)
def test_export_of_what_is_not_there_is_refused(mtal, store, tmp_path, words, message):
    run = made_run(store.folder)
    text, code = mtal("export", run.name, *words, "--out", tmp_path / "exported")
    assert code == 2
    assert message in text
    assert not (tmp_path / "exported").exists()
