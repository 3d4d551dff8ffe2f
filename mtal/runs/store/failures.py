"""Why a run ended badly, put into a class that has an advice. Reads evidence only: the outcome, the traceback, the log."""

import re
from dataclasses import dataclass
from typing import Literal

from mtal.runs.jobs.start_log import HEADING
from mtal.runs.jobs.status import Status
from mtal.runs.jobs.stop import waits_for_labels
from mtal.runs.store.run import Run

Way = Literal[
    "resume", "copy", "data", "accept"
]  # go on, start a changed copy, check the data, go on with changed data


@dataclass(frozen=True)
class Cause:
    """A kind of failure and what to try."""

    title: str
    advice: str
    ways: tuple[Way, ...] = ("resume", "copy")  # the first is the one that helps
    settings: tuple[str, ...] = ()  # to change in a copy


UNUSABLE = Cause(
    "A setting cannot be used",
    "The message names the setting. Start a new run with another value.",
    ("copy", "resume"),
)
# The first pattern that occurs in the reason, the traceback or the end of the log decides.
CAUSES: tuple[tuple[str, Cause], ...] = (
    (
        r"out of memory|OutOfMemoryError|MemoryError|Cannot allocate memory|DefaultCPUAllocator",
        Cause(
            "Out of memory",
            "Start a new run with a smaller batch size, fewer task channels or a smaller image size.",
            ("copy", "resume"),
            ("batch", "channels", "size"),
        ),
    ),
    (
        r"No space left on device|Disk quota exceeded|Errno 28\b|Errno 122\b",
        Cause(
            "Disk full",
            "Free space where the runs are stored, then resume: complete cycles are kept.",
        ),
    ),
    (
        r"not finite|\bnan\b.*loss|loss.*\bnan\b|non-finite",
        Cause(
            "Loss is not a number",
            "Start a new run with a lower learning rate, or with float32 as precision. "
            "Resuming repeats the same steps, so it helps only if labels were broken and are repaired.",
            ("copy", "data", "resume"),
            ("lr", "precision"),
        ),
    ),
    (
        r"other (pool|validation) images than when",
        Cause(
            "Other images",
            "What this run picked are places in the list of images that it began with, and each cycle is measured on "
            "the same images. Put the files back and resume, or start a new run.",
            ("data", "resume", "copy"),
        ),
    ),
    (
        r"changed since this run began",
        Cause(
            "Data changed",
            "The complete cycles saw other files. Put the files back and resume, or go on with the data as it is "
            "now: the run notes from which cycle on.",
            ("accept", "resume", "data"),
        ),
    ),
    (
        r"start=labelled|start=random|start_percent, add labels|no validation image",
        Cause(
            "Nothing to learn from, to choose or to measure",
            "The message says which labels there are and which are missing. Start "
            "a changed copy, or add labels and resume.",
            ("copy", "data", "resume"),
            ("start", "tasks", "start_percent"),
        ),
    ),
    (r"\AConfigError", UNUSABLE),  # as the reason; its words may well be those of the next
    (
        r"FileNotFoundError|No such file|DataError|no (image|label|folder)|cannot be read",
        Cause(
            "Missing or broken file",
            "The message names it, and a check of the folder finds all others. Repair them, then resume.",
            ("data", "resume"),
        ),
    ),
    (r"ConfigError", UNUSABLE),
)
KILLED = Cause(
    "Killed",
    "The worker ended without a word: it was killed, the computer restarted, or memory ran out. "
    "Resume goes on after the last complete cycle.",
)
AWAITED = Cause(
    "Waits for labels",
    "Export the batch to whoever labels, put each label where the message says, and "
    "resume: the run trains on them and picks the next batch.",
)
STOPPED = Cause("Stopped on request", "Resume goes on after the last complete cycle.")
NEVER_STARTED = Cause(
    "Never started", "The run was asked for, but no worker was started. Start it now."
)
UNKNOWN = Cause(
    "Error in the program", "Read the message and the log; resume if the cause is gone."
)


def cause(run: Run) -> Cause:
    """The class of a failure, interruption or stop."""
    status, result = run.status, run.result
    if status is Status.NEW:
        return NEVER_STARTED
    if status is Status.STOPPED:
        return AWAITED if waits_for_labels(status, result.get("reason")) else STOPPED
    evidence = "\n".join(
        [
            str(result.get("reason", "")),
            str(result.get("traceback", "")),
            *_this_start(run.log_tail()),
        ]
    )
    known = next(
        (found for pattern, found in CAUSES if re.search(pattern, evidence, re.IGNORECASE)), None
    )
    return known or (KILLED if status is Status.INTERRUPTED else UNKNOWN)


def _this_start(lines: list[str]) -> list[str]:
    """An interrupted run's log may still hold an older failure; only what follows the last start speaks of this end."""
    headings = [place for place, line in enumerate(lines) if HEADING.match(line)]
    return lines[headings[-1] if headings else 0 :]
