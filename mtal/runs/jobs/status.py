"""Status is worked out from evidence on disk, never stored: is the lock held, did its turn come, is there a result?"""

from enum import StrEnum

from mtal.runs.files import read_json
from mtal.runs.jobs.lock import is_held
from mtal.runs.paths import JobPaths


class Status(StrEnum):
    """How a job stands."""

    NEW = "new"  # asked for, never started
    QUEUED = "queued"  # its worker waits for the device
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"  # somebody asked it to
    FAILED = "failed"  # an error, see the log
    INTERRUPTED = "interrupted"  # killed: the worker is gone and left no result

    @property
    def alive(self) -> bool:
        """Whether a worker exists."""
        return self in {Status.QUEUED, Status.RUNNING}

    @property
    def resumable(self) -> bool:
        """Whether starting it (again) makes sense."""
        return self in {Status.NEW, Status.STOPPED, Status.FAILED, Status.INTERRUPTED}


def status(job: JobPaths) -> Status:
    """The order matters: a worker writes its result before it lets go of the lock, so the lock is asked first."""
    if is_held(job.lock):
        return Status.RUNNING if job.began.exists() else Status.QUEUED
    if job.result.exists():
        try:
            return Status(read_json(job.result)["outcome"])
        except FileNotFoundError:  # somebody started it again between the two lines
            return status(job)
    if not job.log.exists():
        return Status.NEW
    return (
        status(job) if is_held(job.lock) else Status.INTERRUPTED
    )  # asked again: it may have been started since
