"""A wish to stop, as whoever does the work sees it: the file `stop`, looked for between two steps."""

from mtal.runs.paths import JobPaths

FOR_LABELS = (
    "waits for labels"  # in the reason of a run that stopped because picked images have none
)


class StopRequested(Exception):
    """Somebody asked the job to stop; what is complete stays."""


def stop_if_asked(job: JobPaths) -> None:
    """Raise StopRequested if somebody asked."""
    if job.stop.exists():
        raise StopRequested


def waits_for_labels(outcome: str, reason: str | None) -> bool:
    """Whether a run that ended so stopped because picked images have no labels yet."""
    return outcome == "stopped" and FOR_LABELS in (reason or "")
