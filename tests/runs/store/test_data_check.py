"""A data folder as the dashboard sees it: without a process, and in one real check."""

import subprocess
import sys

import pytest

from mtal.config import Config
from mtal.runs.files import write_json
from mtal.runs.jobs.lock import take
from mtal.runs.jobs.progress import append
from mtal.runs.jobs.start_log import log_start
from mtal.runs.jobs.status import Status
from mtal.runs.store.data_check import DataFolder
from tests.runs.small_worker import until

CONFIG = Config(dataset="drawn", data="5+3", size=(16, 16), tasks=("semseg", "depth"))


@pytest.fixture
def data(empty_store):
    return DataFolder(empty_store, "drawn", "5+3 images of 16x16")


def test_nothing_is_known_at_first(data):
    assert (data.status, data.report(), data.progress(), data.log_tail(), data.result) == (
        Status.NEW,
        None,
        None,
        [],
        {},
    )
    assert not data.thumbnail("pool", "0001").exists()


def test_folders_of_other_data_are_apart(data, empty_store):
    assert DataFolder(empty_store, "drawn", "6+3 images of 16x16").paths.folder != data.paths.folder
    assert DataFolder(empty_store, "nyud", "5+3 images of 16x16").paths.folder != data.paths.folder


def test_progress_and_report_are_read_while_it_runs(data):
    data.paths.folder.mkdir(parents=True)
    for done in (0, 4, 8):
        append(data.paths.progress, 0, "load", done, 16)
    assert data.progress().fraction == 0.5
    assert data.progress().eta_s is not None
    write_json(data.paths.report, {"problems": []})
    with data.paths.lock.open("a") as lock:
        assert take(lock, 0)
        data.paths.began.touch()
        assert data.status is Status.RUNNING
        assert data.report() == {"problems": []}
        assert data.start_check(CONFIG) is False
        assert not data.paths.config.exists()
    log_start(data.paths)
    assert data.progress() is None  # what there is was said by an earlier check
    data.paths.log.write_text("reading\n")
    assert (data.status, data.log_tail()) == (Status.INTERRUPTED, ["reading"])


def test_a_report_is_parsed_once_and_anew_when_it_changed(data):
    write_json(data.paths.report, {"problems": []})
    assert data.report() is data.report()
    write_json(data.paths.report, {"problems": [1]})
    assert data.report() == {"problems": [1]}


@pytest.mark.slow
def test_a_check_by_its_worker(data):
    assert data.start_check(CONFIG)
    until(lambda: not data.status.alive, patience_s=120)
    assert data.status is Status.FINISHED, data.log_tail()
    report = data.report()
    assert (report["title"], report["splits"]["pool"]["images"]) == ("Drawn shapes", 5)
    assert data.thumbnail("validation", "val00002").exists()
    assert data.progress().fraction == 1


def test_loads_neither_torch_nor_data_sets():
    code = (
        "import sys, mtal.runs.store.data_check\n"
        "heavy = {'torch', 'mtal.datasets', 'mtal.engine.workers.check'}\n"
        "sys.exit(bool(heavy & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
