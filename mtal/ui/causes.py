"""Why a run ended badly, put into a class that has an advice. Reads evidence only: the outcome, the traceback, the log."""
import re
from dataclasses import dataclass

from mtal.runs.run import Run
from mtal.runs.status import Status


@dataclass(frozen=True)
class Cause:
    """A kind of failure and what to try."""
    title: str
    advice: str


# The first pattern that occurs in the reason, the traceback or the end of the log decides.
CAUSES: tuple[tuple[str, Cause], ...] = (
    (r"out of memory|OutOfMemoryError|MemoryError|Cannot allocate memory|DefaultCPUAllocator", Cause(
        "Out of memory", "Start a new run with a smaller batch size, fewer task channels or a smaller image size; "
                         "a smaller image cache helps where the computer's own memory ran out.")),
    (r"No space left on device|Disk quota exceeded|Errno 28\b|Errno 122\b", Cause(
        "Disk full", "Free space where the runs are stored, then resume: complete cycles are kept.")),
    (r"not finite|\bnan\b.*loss|loss.*\bnan\b|non-finite", Cause(
        "Loss is not a number", "Start a new run with a lower learning rate, or with float32 as precision. "
                                "Resuming would repeat the same steps.")),
    (r"FileNotFoundError|No such file|DataError|no (image|label|folder)|cannot be read", Cause(
        "Missing or broken file", "Check the folder on the Data page: it names the file. Then resume.")),
    (r"ConfigError", Cause("A setting cannot be used", "The message names the setting. Start a new run with another value.")),
)
KILLED = Cause("Killed", "The worker ended without a word: it was killed, the computer restarted, or memory ran out. "
                         "Resume goes on after the last complete cycle.")
STOPPED = Cause("Stopped on request", "Resume goes on after the last complete cycle.")
NEVER_STARTED = Cause("Never started", "The run was asked for, but no worker was started. Start it now.")
UNKNOWN = Cause("Error in the program", "Read the message and the log; resume if the cause is gone.")


def cause(run: Run) -> Cause:
    """The class of a failure, interruption or stop."""
    status, result = run.status, run.result
    if status is Status.NEW:
        return NEVER_STARTED
    if status is Status.STOPPED:
        return STOPPED
    evidence = "\n".join([str(result.get("reason", "")), str(result.get("traceback", "")), *_this_start(run.log_tail())])
    known = next((found for pattern, found in CAUSES if re.search(pattern, evidence, re.IGNORECASE)), None)
    return known or (KILLED if status is Status.INTERRUPTED else UNKNOWN)


def _this_start(lines: list[str]) -> list[str]:
    """An interrupted run's log may still hold an older failure; only the last lines speak of this end."""
    return lines[-8:]
