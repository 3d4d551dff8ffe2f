"""A worker that waits for its turn and then for a file: `python -m tests.runs.small_worker FOLDER`.

It notes its start and its turn in the store's folder, so that tests can count workers and see
their order.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from mtal.runs.files import write_json
from mtal.runs.jobs.device import stored_device
from mtal.runs.jobs.queue import turn
from mtal.runs.jobs.stop import StopRequested, stop_if_asked
from mtal.runs.paths import RunPaths, StorePaths

WORKER = "tests.runs.small_worker"
FINISH = "finish"  # a file of this name in the run's folder ends the work


def until(true: Callable[[], object], patience_s: float = 20.0) -> None:
    """Wait for something that another process will do."""
    give_up = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < give_up, "it never came true"
        time.sleep(0.005)


def notes(store: StorePaths, what: str) -> list[str]:
    """The names noted so far, in order."""
    file = store.folder / f".{what}"
    return file.read_text().split() if file.exists() else []


def note(store: StorePaths, what: str, name: str) -> None:
    """A line in a file of the store."""
    with (store.folder / f".{what}").open("a") as file:
        file.write(f"{name}\n")


def work(run: RunPaths, store: StorePaths) -> None:
    """Wait for the turn, then for the end."""
    run.lock.write_text(str(os.getpid()))
    note(store, "workers", run.folder.name)
    outcome = "finished"
    try:
        with turn(
            run, store, stored_device(run.config), check=lambda: stop_if_asked(run), pause_s=0.02
        ):
            note(store, "turns", run.folder.name)
            while not (run.folder / FINISH).exists():
                stop_if_asked(run)
                time.sleep(0.01)
    except StopRequested:
        outcome = "stopped"
    write_json(run.result, {"outcome": outcome})


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    work(RunPaths(folder), StorePaths(folder.parent))
