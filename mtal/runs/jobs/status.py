"""Status of a job, worked out from its folder and never stored: lock, begin, result."""

from enum import StrEnum

from mtal.runs.files import read_json
from mtal.runs.jobs.lock import is_held
from mtal.runs.paths import JobPaths


class Status(StrEnum):
    """Status of a job."""

    NEW = "new"  # created, never started
    QUEUED = "queued"  # its worker waits for the device
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"  # on request
    FAILED = "failed"  # an error, see the log
    INTERRUPTED = "interrupted"  # killed: the worker is gone and left no result

    @property
    def alive(self) -> bool:
        """Whether a worker exists."""
        return self in {Status.QUEUED, Status.RUNNING}

    @property
    def resumable(self) -> bool:
        """Whether starting the job (again) makes sense."""
        return self in {Status.NEW, Status.STOPPED, Status.FAILED, Status.INTERRUPTED}


def status(job: JobPaths) -> Status:
    """Work out the status of a job.

    The order matters: a worker writes its result before it releases the lock, so the lock is
    looked at first.
    """
    if is_held(job.lock):
        return Status.RUNNING if job.began.exists() else Status.QUEUED
    if job.result.exists():
        # without one it was started again between the two lines
        return read_outcome(job) or status(job)
    if not job.log.exists():
        return Status.NEW
    if is_held(job.lock):  # started since the first look
        return status(job)
    return Status.INTERRUPTED


def read_outcome(job: JobPaths) -> Status | None:
    """Read how a job ended; None without a result.

    A result that is cut or no result counts as none that was written: the job was interrupted.
    """
    try:
        return Status(read_json(job.result)["outcome"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return Status.INTERRUPTED
