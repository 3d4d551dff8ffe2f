"""Starting is safe to repeat and leaves no gap; every end of a worker is seen.

See docs/design.md, section 5.
"""

import os
import re
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from mtal.config import Config, ConfigError, compose
from mtal.runs.files import last_lines
from mtal.runs.jobs.launch import create, kill, request_stop, start
from mtal.runs.jobs.start_log import start_times
from mtal.runs.jobs.status import Status, status
from mtal.runs.paths import StorePaths
from tests.runs.small_worker import FINISH, WORKER, notes, until


@pytest.fixture
def run(store):
    return create(Config(device="cpu"), store)


def begun(run):
    """Start it, wait for its turn, and give the worker's pid."""
    assert start(run, WORKER)
    until(lambda: status(run) is Status.RUNNING)
    return int(run.lock.read_text())


def test_create_twice_makes_one_folder_and_keeps_the_first_config(store):
    first = create(Config(threads=1), store)
    before = first.config.read_text()
    assert create(Config(threads=2), store) == first
    assert first.config.read_text() == before


def test_status_has_no_gap_from_start_to_end(run):
    seen, done = [], threading.Event()

    def watch():
        while not done.is_set():
            seen.append(status(run))

    watcher = threading.Thread(target=watch)
    watcher.start()
    assert start(run, WORKER)
    assert status(run).alive
    until(lambda: status(run) is Status.RUNNING)
    (run.folder / FINISH).touch()
    until(lambda: status(run) is Status.FINISHED)
    until(lambda: seen[-1] is Status.FINISHED)
    done.set()
    watcher.join()
    steps = [now for now, before in zip(seen, [None, *seen], strict=False) if now is not before]
    assert [step for step in steps if step is not Status.NEW] == [
        Status.QUEUED,
        Status.RUNNING,
        Status.FINISHED,
    ]


def test_every_start_is_written_down_and_heads_its_part_of_the_log(run):
    before = time.time()
    for number in (1, 2):
        begun(run)
        kill(run)
        until(lambda: status(run) is Status.INTERRUPTED)
        assert len(start_times(run)) == number
    assert before <= start_times(run)[0] < start_times(run)[1] <= time.time()
    assert [
        re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "then", text) for text in last_lines(run.log)
    ] == ["start 1, then", "start 2, then"]


def test_twenty_threads_start_one_worker(store):
    config = Config(device="cpu")
    together = threading.Barrier(20)

    def click(_):
        together.wait()
        return start(create(config, store), WORKER)

    with ThreadPoolExecutor(20) as pool:
        started = list(pool.map(click, range(20)))
    run = store.run(config.name)
    until(lambda: status(run) is Status.RUNNING)
    assert sum(started) == 1
    assert notes(store, "workers") == [config.name]


def test_a_second_start_is_told_no(run):
    begun(run)
    assert not start(run, WORKER)


def test_killed_with_9_is_interrupted_at_once_though_its_pid_still_exists(run):
    pid = begun(run)
    os.kill(pid, signal.SIGKILL)
    until(lambda: status(run) is Status.INTERRUPTED, patience_s=1)
    until(lambda: psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    os.kill(pid, 0)  # nobody has reaped it: by its pid it would count as alive


def test_a_zombie_that_finished_is_finished(run):
    pid = begun(run)
    (run.folder / FINISH).touch()
    until(lambda: status(run) is Status.FINISHED)
    until(lambda: psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    os.kill(pid, 0)
    assert status(run) is Status.FINISHED


def test_the_worker_leads_its_own_session(run):
    pid = begun(run)
    assert os.getsid(pid) == os.getpgid(pid) == pid != os.getpgid(0)


def test_stop_file_ends_it_and_a_new_start_forgets_it(run):
    begun(run)
    request_stop(run)
    until(lambda: status(run) is Status.STOPPED)
    begun(run)
    assert not run.stop.exists()
    assert not run.result.exists()


def test_kill_ends_a_living_worker_and_no_other(run):
    assert not kill(run)
    pid = begun(run)
    assert kill(run)
    until(lambda: status(run) is Status.INTERRUPTED, patience_s=1)
    assert run.lock.read_text() == str(pid)  # the stale pid stays in the file
    assert not kill(run)  # and is not trusted


def test_a_start_forgets_the_pid_of_the_worker_before(run):
    run.lock.write_text(str(os.getpid()))
    assert start(run, "this")  # a module that prints and never writes its pid
    assert run.lock.read_text() == ""
    until(lambda: not status(run).alive)


def test_a_store_that_cannot_be_written_is_named(tmp_path):
    """A file where the store should be, as good as a read-only disk for whoever runs the tests."""
    blocked = tmp_path / "runs"
    blocked.write_text("")
    with pytest.raises(ConfigError, match=r"cannot write in .*MTAL_RUNS"):
        create(compose(), StorePaths(blocked))
