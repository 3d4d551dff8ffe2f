"""A request to stop, as the worker sees it: the file `stop`, looked for between two steps."""

import signal

from mtal.runs.paths import JobPaths

# In the reason of a run that stopped because picked images have no labels yet.
FOR_LABELS = "waits for labels"


class StopRequested(Exception):
    """A user asked the job to stop; complete cycles are kept."""


def stop_if_asked(job: JobPaths) -> None:
    """Raise StopRequested if a user asked the job to stop."""
    if job.stop.exists():
        raise StopRequested


def stop_when_terminated(job: JobPaths) -> None:
    """Take SIGTERM as a request to stop, for the process of a worker."""
    signal.signal(signal.SIGTERM, lambda *_: job.stop.touch())


def waits_for_labels(outcome: str, reason: str | None) -> bool:
    """Whether a run with this result stopped because picked images have no labels yet."""
    return outcome == "stopped" and FOR_LABELS in (reason or "")
