"""Kinds of failures of runs, each with advice, recognised by outcome, traceback and log."""

import re
from dataclasses import dataclass
from typing import Literal

from mtal.runs.jobs.start_log import HEADING
from mtal.runs.jobs.status import Status
from mtal.runs.jobs.stop import waits_for_labels
from mtal.runs.store.run import Run

# Resume, start a changed copy, check the data, resume with the changed data.
Remedy = Literal["resume", "copy", "data", "accept"]


@dataclass(frozen=True)
class Failure:
    """A kind of failure and what to try."""

    title: str
    advice: str
    remedies: tuple[Remedy, ...] = ("resume", "copy")  # the most helpful first
    settings: tuple[str, ...] = ()  # to change in a copy


OUT_OF_MEMORY = Failure(
    "Out of memory",
    "Start a new run with a smaller batch size, fewer task channels or a smaller image size.",
    ("copy", "resume"),
    ("batch", "channels", "size"),
)
DISK_FULL = Failure(
    "Disk full", "Free space where the runs are stored, then resume: complete cycles are kept."
)
NOT_FINITE = Failure(
    "Loss is not a number",
    "Start a new run with a lower learning rate, or with float32 as precision. "
    "Resuming repeats the same steps, so it helps only if labels were broken and are repaired.",
    ("copy", "data", "resume"),
    ("lr", "precision"),
)
OTHER_IMAGES = Failure(
    "Other images",
    "This run stores its picks as positions in the list of images that it began with, and "
    "measures every cycle on the same images. Put the files back and resume, or start a new run.",
    ("data", "resume", "copy"),
)
DATA_CHANGED = Failure(
    "Data changed",
    "The complete cycles used other files. Put the files back and resume, or go on with the data "
    "as they are now: the run notes from which cycle on.",
    ("accept", "resume", "data"),
)
NOTHING_TO_LEARN = Failure(
    "Nothing to learn from, to choose or to measure",
    "The message says which labels there are and which are missing. Start a changed copy, or add "
    "labels and resume.",
    ("copy", "data", "resume"),
    ("start", "labelling", "tasks", "start_percent"),
)
OTHER_NETWORK = Failure(
    "Begun by an earlier version",
    "This version builds the network otherwise, so the cycles could not be compared. Start a copy "
    "with another seed, or delete the run and start it anew.",
    ("copy",),
)
UNUSABLE_SETTING = Failure(
    "A setting cannot be used",
    "The message names the setting. Start a new run with another value.",
    ("copy", "resume"),
)
BROKEN_FILE = Failure(
    "Missing or broken file",
    "The message names it, and a check of the folder finds all others. Repair them, then resume.",
    ("data", "resume"),
)
KILLED = Failure(
    "Force-stopped or crashed",
    "The worker ended without a message: it was force-stopped, the computer restarted, or memory "
    "ran out. Resume goes on after the last complete cycle.",
)
WAITING_FOR_LABELS = Failure(
    "Waiting for labels",
    "Export the batch to whoever labels, put each label where the message says, and resume: the "
    "run trains on them and picks the next batch.",
)
STOPPED = Failure("Stopped on request", "Resume goes on after the last complete cycle.")
NEVER_STARTED = Failure(
    "Never started", "The run was created, but no worker was started. Start it now."
)
UNKNOWN = Failure(
    "Error in the program", "Read the message and the log; resume if the cause is gone."
)

# The first pattern that occurs in the error, its message, the traceback or the end of the log
# decides.
PATTERNS = (
    (
        r"out of memory|OutOfMemoryError|MemoryError|Cannot allocate memory|DefaultCPUAllocator",
        OUT_OF_MEMORY,
    ),
    (r"No space left on device|Disk quota exceeded|Errno 28\b|Errno 122\b", DISK_FULL),
    (r"not finite|\bnan\b.*loss|loss.*\bnan\b|non-finite", NOT_FINITE),
    (r"other (pool|validation) images than when", OTHER_IMAGES),
    (r"changed since this run began", DATA_CHANGED),
    (
        r"start=labelled|start=random|start_percent, add labels|no validation image",
        NOTHING_TO_LEARN,
    ),
    (r"a version that built backbone=\w+ otherwise", OTHER_NETWORK),
    (r"\AConfigError", UNUSABLE_SETTING),  # before the next, whose words its message may contain
    (
        r"FileNotFoundError|No such file|DataError|no (image|label|folder)|cannot be read",
        BROKEN_FILE,
    ),
    (r"ConfigError", UNUSABLE_SETTING),
)


def failure_of(run: Run) -> Failure:
    """Classify why a run failed, was interrupted or stopped."""
    status, result = run.status, run.result
    if status is Status.NEW:
        return NEVER_STARTED
    if status is Status.STOPPED:
        return WAITING_FOR_LABELS if waits_for_labels(status, result.get("reason")) else STOPPED
    ended_by = [str(result.get(key, "")) for key in ("error", "reason", "traceback")]
    # runs of earlier versions have no `error`, but name its type first in the reason
    evidence = "\n".join([*filter(None, ended_by), *_since_last_start(run.log_tail())])
    for pattern, failure in PATTERNS:
        if re.search(pattern, evidence, re.IGNORECASE):
            return failure
    return KILLED if status is Status.INTERRUPTED else UNKNOWN


def _since_last_start(lines: list[str]) -> list[str]:
    """Drop the log of earlier starts, which may hold an older failure."""
    headings = [number for number, line in enumerate(lines) if HEADING.match(line)]
    return lines[headings[-1] if headings else 0 :]
