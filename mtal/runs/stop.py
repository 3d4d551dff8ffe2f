"""A wish to stop, as whoever does the work sees it: the file `stop`, looked for between two steps."""
from mtal.runs.paths import JobPaths

FOR_LABELS = "waits for labels"                             # in the reason of a run that stopped because picked images have none

class StopRequested(Exception):
    """Somebody asked the job to stop; what is complete stays."""


def stop_if_asked(job: JobPaths) -> None:
    """Raise StopRequested if somebody asked."""
    if job.stop.exists():
        raise StopRequested
