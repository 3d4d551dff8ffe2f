"""How a job ends: one protocol for the workers of runs, checks and render requests.

Imports nothing heavy, since workers that wait for their device import it.
"""

import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from traceback import format_exc
from typing import Any

from mtal.errors import UserError
from mtal.runs.files import read_json, write_json
from mtal.runs.jobs.stop import StopRequested
from mtal.runs.paths import JobPaths

TEXTS = {"outcome", "reason", "error", "traceback", "stage"}  # keys of a result


@dataclass(frozen=True)
class Outcome:
    """How a job ended. Results of earlier versions have the error's type in front of the reason."""

    outcome: str  # "finished", "stopped" or "failed"
    reason: str = ""  # of a stop, a failure, or an end before all cycles are done
    error: str = ""  # type of the exception that made the job fail
    traceback: str = ""  # of an unexpected exception; a UserError needs none


def run_job(
    paths: JobPaths, work: Callable[[], str], details: Callable[[], dict[str, Any]] = dict
) -> Outcome:
    """Do the work of a job and write result.json, whatever exception or SystemExit the work raises.

    work: returns why it ended early, "" if it did not; StopRequested and UserError say it by their
    message. details: asked at the end for what else result.json holds. KeyboardInterrupt, and an
    OSError where a file of the job cannot be written, go to the caller; the traceback of the work
    is printed before.
    """
    paths.lock.write_text(f"{os.getpid()}\n")  # for `kill`; trusted while the lock is held
    outcome = _outcome(work)
    print(outcome.traceback, end="", flush=True)  # first: a full disk may leave no result.json
    began = paths.began.stat().st_mtime if paths.began.exists() else time.time()
    seconds = time.time() - began  # without the wait for the device
    write_json(paths.result, asdict(outcome) | {"seconds": seconds} | details())
    reason = f": {outcome.reason}" if outcome.reason and not outcome.traceback else ""
    print(f"{outcome.outcome} after {seconds:.0f} s{reason}", flush=True)
    return outcome


def read_result(paths: JobPaths) -> dict[str, Any]:
    """Read result.json: the fields of Outcome, and seconds; runs add stage. Empty without a file.

    Results of earlier versions lack some keys. Of a file that is no result, the reason says so.
    """
    result: Any = None
    try:
        result = read_json(paths.result)
    except FileNotFoundError:  # none yet, or the job was started again
        return {}
    except (OSError, ValueError, RecursionError):
        pass
    if not isinstance(result, dict):
        return {"reason": f"{paths.result} cannot be read; complete cycles are kept"}
    return {name: value for name, value in result.items() if _fits(name, value)}


def _fits(name: str, value: Any) -> bool:
    """Whether a value of a result is of the kind that readers rely on."""
    if name == "seconds":
        return isinstance(value, int | float) and value >= 0
    return isinstance(value, str) or name not in TEXTS


def _outcome(work: Callable[[], str]) -> Outcome:
    try:
        return Outcome("finished", work())
    except StopRequested as stop:
        return Outcome("stopped", str(stop) or "asked to stop")
    except UserError as error:
        return Outcome("failed", str(error), type(error).__name__)
    except (Exception, SystemExit) as error:  # code of users may call sys.exit
        name = type(error).__name__
        return Outcome("failed", f"{name}: {error}", name, format_exc())
