"""`demo` and `example`: which data they take, what they add and start. Workers are small ones."""

import pytest

from mtal.cli import demo
from mtal.cli.experiment import settings_used
from mtal.config import compose
from mtal.runs.example import install
from mtal.runs.example.protocol import example_cells
from mtal.runs.experiments.experiment import find_experiment
from mtal.runs.paths import StorePaths
from mtal.runs.store.index import all_runs
from tests.cli.conftest import kill_all
from tests.runs.example.computed import computed_experiment, packed


@pytest.fixture(autouse=True)
def _example(tmp_path, monkeypatch):
    """A small example in place of the one that comes with the program."""
    small = [cell for cell in example_cells(settings_used()) if cell.seed == 0]
    archive = packed(computed_experiment(tmp_path, small), tmp_path / "example.zip")
    monkeypatch.setattr(install, "EXAMPLE_ARCHIVE", archive)


def test_demo_takes_the_bundled_rooms_or_the_photos_it_is_given(tmp_path):
    photos = tmp_path / "it's here: # yes"
    photos.mkdir()
    sets, message = demo.choose_data(photos)
    config = compose("demo", None, sets)
    assert (config.dataset, config.data) == ("nyud", str(photos))
    assert "real photos" in message
    sets, message = demo.choose_data(None)
    assert compose("demo", None, sets).dataset == "rooms"
    assert "bundled rooms" in message


def test_demo_adds_the_example_and_starts_one_run_that_joins_it(mtal, store):
    text, code = mtal("demo")
    assert code == 0
    (live,) = [run for run in all_runs(store) if not run.is_example]
    assert (live.config.strategy, live.config.seed) == ("ours", 1)
    assert f"{live.name}: started" in text.splitlines()
    assert text.endswith("`python -m mtal ui` opens the dashboard\n")
    plan = find_experiment(store, "rooms-example")
    assert len(plan.cells) == 6
    assert plan.cells[-1].run_name == live.name
    assert {run.facts.data_folder for run in all_runs(store) if run.is_example} == {
        demo.rooms_folder()
    }


def test_a_second_demo_starts_no_second_run(mtal, store):
    mtal("demo")
    text, code = mtal("demo")
    assert code == 0
    assert "at work already" in text
    assert len(all_runs(store)) == 6


def test_demo_with_settings_compares_two_strategies(mtal, store):
    text, code = mtal("demo", "--set", "device=cpu")
    assert code == 0
    runs = {run.config.strategy: run.name for run in all_runs(store)}
    assert text.splitlines() == [
        demo.choose_data(None)[1],
        f"{runs['random']}: started",
        f"{runs['ours']}: started",
        "`python -m mtal ui` opens the dashboard",
    ]


def test_demo_in_another_store_leads_to_a_dashboard_of_that_store(mtal, store, tmp_path):
    other = StorePaths(tmp_path / "other runs")
    text, _ = mtal("demo", "--set", "device=cpu", "--runs", other.folder)
    assert text.endswith(f"`python -m mtal ui --runs '{other.folder}'` opens the dashboard\n")
    kill_all(other)


def test_the_example_is_added_and_removed_alone(mtal, store):
    text, code = mtal("example", "add")
    assert code == 0
    assert text.startswith("rooms-example: 5 runs in ")
    assert all(run.is_example for run in all_runs(store))
    text, code = mtal("example", "remove")
    assert (code, all_runs(store)) == (0, [])
    assert text.startswith("5 runs of the example removed")


def test_an_example_that_has_every_run_is_packed_at_once(mtal, store, tmp_path, monkeypatch):
    """Finished runs are not computed again."""
    mtal("example", "add")
    monkeypatch.setattr("mtal.runs.example.protocol.SEEDS", (0,))
    monkeypatch.setattr("mtal.cli.example.example_pictures", lambda experiment: ())
    text, code = mtal("example", "make", "--out", tmp_path / "again.zip")
    assert code == 0
    assert "MB" in text
    assert (tmp_path / "again.zip").stat().st_size > 10_000
