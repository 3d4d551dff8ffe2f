"""Times of a job's starts: a line per start in its file `started`, which survives a copy."""

import re
import time
from math import isfinite

from mtal.runs.files import last_lines
from mtal.runs.paths import JobPaths

ACCEPT_DATA = "--accept-data"  # argument of the worker, so that consent holds for one start
HEADING = re.compile(r"start \d+, \d{4}-")  # the first line that a start writes to the log


def start_times(job: JobPaths) -> list[float]:
    """Read when a job was started, in seconds since 1970, in order.

    Empty for a job that was never started, or by an earlier version.
    """
    times = (_number(line) for line in last_lines(job.started))
    return [time for time in times if time is not None]


def _number(line: str) -> float | None:
    """A time; None for a line that is none, as after a full disk."""
    try:
        value = float(line)
    except ValueError:
        return None
    return value if isfinite(value) else None


def log_start(job: JobPaths) -> None:
    """Write that a job starts now, also as a heading in its log."""
    with job.started.open("a", encoding="utf-8") as file:
        file.write(f"{time.time()}\n")
    with job.log.open("a", encoding="utf-8") as log:
        log.write(f"start {len(start_times(job))}, {time.strftime('%Y-%m-%d %H:%M:%S')}\n")
