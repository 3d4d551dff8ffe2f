"""Queue of a device: every run has a worker at once, and the oldest takes the device's lock.

There is no scheduler and no table. A run is waiting if its lock is held and it has not begun. Sixty
runs may wait at once, so a waiting worker imports nothing heavy, and looks at the other runs only
while the device is free.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mtal.runs.jobs.device import stored_device
from mtal.runs.jobs.lock import is_held, take
from mtal.runs.jobs.start_log import start_times
from mtal.runs.jobs.status import Status, status
from mtal.runs.paths import JobPaths, RunPaths, StorePaths

TAKE_S = 0.2  # to take a free lock, at which others may be looking


def waiting(store: StorePaths, device: str) -> list[RunPaths]:
    """List the runs that wait for a device, the one that was started first at the front."""
    queued = [
        run
        for run in store.runs()
        if status(run) is Status.QUEUED and stored_device(run.config) == device
    ]
    return sorted(queued, key=lambda run: (_last_start(run), run.folder.name))


@contextmanager
def turn(
    job: JobPaths, store: StorePaths, device: str, check: Callable[[], None], pause_s: float = 1.0
) -> Iterator[None]:
    """Wait for the device, mark the job as begun, and hold the device while the block runs.

    job: the run that waits; device: as `device_key`; check: called before every try, raises to
    give up waiting; pause_s: between two tries.
    """
    path = store.device_lock(device)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as lock:
        check()
        while is_held(path) or not (_is_first(job, store, device) and take(lock, TAKE_S)):
            time.sleep(pause_s)
            check()
        check()  # a stop may have been requested before the lock was taken
        job.began.touch()
        yield


def _is_first(job: JobPaths, store: StorePaths, device: str) -> bool:
    queued = waiting(store, device)
    return not queued or queued[0].folder == job.folder


def _last_start(job: JobPaths) -> float:
    """Time of the last start; of the lock's file in runs of earlier versions.

    The lock's file is younger than the start: the worker writes its pid to it a little later.
    """
    return next(reversed(start_times(job)), job.lock.stat().st_mtime)
