"""All runs of a store, with what is no run and what is damaged."""

import os
import shutil

import pytest

from mtal.config import Config, ConfigError
from mtal.runs.jobs.launch import create
from mtal.runs.paths import StorePaths
from mtal.runs.store import index
from mtal.runs.store.index import all_runs, damaged_runs, find_run
from mtal.runs.store.run import Run


@pytest.fixture
def three(tmp_path):
    """A store with three runs, made one minute apart."""
    store = StorePaths(tmp_path)
    for seed in range(3):
        os.utime(create(Config(seed=seed), store).config, (60 * seed, 60 * seed))
    return store


def test_the_newest_is_first(three):
    assert [run.config.seed for run in all_runs(three)] == [2, 1, 0]


def test_an_empty_or_missing_store_has_no_runs(tmp_path):
    assert all_runs(StorePaths(tmp_path / "nothing")) == []
    assert damaged_runs(StorePaths(tmp_path)) == {}


def test_folders_that_are_no_runs_are_left_out(three):
    (three.folder / "notes").mkdir()
    (three.folder / ".devices").mkdir()
    (three.folder / "file.txt").touch()
    assert len(all_runs(three)) == 3
    assert damaged_runs(three) == {}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"colour": 1}', '{"epochs": 0}', "\x00"])
def test_a_damaged_config_is_shown_and_not_hidden(three, text):
    broken = three.run("broken")
    broken.folder.mkdir()
    broken.config.write_text(text)
    assert len(all_runs(three)) == 3
    assert list(damaged_runs(three)) == [broken.folder.name]


def test_a_folder_that_is_deleted_while_it_is_listed_is_left_out(three, monkeypatch):
    gone = all_runs(three)[0]
    listed = [Run(paths.folder) for paths in three.runs()]
    assert all(run.config for run in listed)  # read before the folder is deleted
    shutil.rmtree(gone.paths.folder)
    monkeypatch.setattr(index, "_folders", lambda _: listed)
    assert gone.created == 0
    assert [run.config.seed for run in all_runs(three)] == [1, 0]


def test_find_run_by_name(three):
    name = Config(seed=1).name
    assert find_run(three, name).name == name


@pytest.mark.parametrize("name", ["nothing", "../x", ".", "", "a/b", ".data"])
def test_an_unknown_name_is_an_error_for_people(three, name):
    with pytest.raises(ConfigError):
        find_run(three, name)


def test_the_error_names_the_runs_that_there_are(three):
    with pytest.raises(ConfigError, match=Config(seed=1).name):
        find_run(three, "nothing")
