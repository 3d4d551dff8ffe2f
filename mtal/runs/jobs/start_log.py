"""When a job was started: a line per start in its file `started`, so that the times survive a copy of the folder."""

import re
import time

from mtal.runs.files import last_lines
from mtal.runs.paths import JobPaths

ACCEPT_DATA = "--accept-data"  # said to the worker; a word, so that the consent is for one start
HEADING = re.compile(r"start \d+, \d{4}-")  # how the log's part of a start begins


def starts(job: JobPaths) -> list[float]:
    """Seconds since 1970, the first start first. Empty for a job that was never started, or by an earlier version."""
    return [float(line) for line in last_lines(job.started)]


def note_start(job: JobPaths) -> None:
    """Write down that it starts now, also as a heading in the log, which keeps the starts apart."""
    with job.started.open("a", encoding="utf-8") as file:
        file.write(f"{time.time()}\n")
    with job.log.open("a", encoding="utf-8") as log:
        log.write(f"start {len(starts(job))}, {time.strftime('%Y-%m-%d %H:%M:%S')}\n")
