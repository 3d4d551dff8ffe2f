"""One device, many runs: every run has its worker at once, and the oldest that waits takes the device's lock.

No scheduler and no table. A run waits if its lock is held and it has not begun. Sixty runs may wait at once, so a waiter imports
nothing heavy, and looks at the other runs only when the device is free.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mtal.runs.jobs.device import stored_device
from mtal.runs.jobs.lock import is_held, take
from mtal.runs.jobs.start_log import starts
from mtal.runs.jobs.status import Status, status
from mtal.runs.paths import JobPaths, RunPaths, StorePaths


def waiting(store: StorePaths, device: str) -> list[RunPaths]:
    """Runs queued for a device, the one that was started first at the front."""
    queued = [
        run
        for run in store.runs()
        if status(run) is Status.QUEUED and stored_device(run.config) == device
    ]
    return sorted(queued, key=lambda run: (_since(run), run.folder.name))


@contextmanager
def turn(
    job: JobPaths, store: StorePaths, device: str, check: Callable[[], None], pause_s: float = 1.0
) -> Iterator[None]:
    """Wait for the device, hold it while the block runs, and mark the job as begun. `check` may raise to give up waiting."""
    path = store.device_lock(device)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as lock:
        check()  # before every try, so that whoever gave up takes no turn
        while is_held(path) or not (
            _is_first(job, store, device) and take(lock, patience_s=0.2)
        ):  # 0.2: others may look
            time.sleep(pause_s)
            check()
        check()  # it may have been asked between the last look and the lock
        job.began.touch()
        yield


def _is_first(job: JobPaths, store: StorePaths, device: str) -> bool:
    ahead = waiting(store, device)
    return not ahead or ahead[0].folder == job.folder


def _since(job: JobPaths) -> float:
    """When it was started last. Not the lock's time, if it can be helped: the worker writes its pid there, some time later."""
    return next(reversed(starts(job)), job.lock.stat().st_mtime)
