"""`demo`: which data it takes, and what it starts. Workers are small ones."""

from mtal.cli import demo
from mtal.config import compose
from mtal.runs.paths import StorePaths
from mtal.runs.store.index import all_runs
from tests.cli.conftest import kill_all


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


def test_demo_starts_two_runs_and_says_how_to_look_at_them(mtal, store):
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
