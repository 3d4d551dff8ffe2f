"""Follow a run in the terminal: one line with the stage, its progress and the time left."""

import sys
import time
from collections.abc import Callable

import typer

from mtal.runs.jobs.launch import kill, request_stop
from mtal.runs.jobs.progress import Times, last_cycle
from mtal.runs.jobs.status import Status
from mtal.runs.store.run import Run

EXIT_CODES = {Status.FINISHED: 0, Status.FAILED: 1, Status.INTERRUPTED: 1, Status.STOPPED: 3}
STOPPING = "Stopping after the step in hand (Ctrl-C again: at once)"


def follow(run: Run, earlier_times: Callable[[], Times], pause_s: float = 0.5) -> Status:
    """Show a run until its worker has ended, and return how.

    Ctrl-C asks the run to stop, a second Ctrl-C kills it. `earlier_times` as in `Run.progress`.
    """
    stop_requested, shown = False, ""
    while True:
        try:
            if not run.status.alive:
                break
            shown = _show(STOPPING if stop_requested else line(run, earlier_times), shown)
            time.sleep(pause_s)
        except KeyboardInterrupt:
            if stop_requested:
                kill(run.paths)
            request_stop(run.paths)
            stop_requested = True
    if sys.stdout.isatty() and shown:
        typer.echo()
    return run.status


def line(run: Run, earlier_times: Callable[[], Times]) -> str:
    """Describe a run that is alive in one line."""
    if run.status is Status.QUEUED:
        return "Waiting for the device"
    now = run.progress(earlier_times)
    if now is None:
        return "Starting"
    return (
        f"Cycle {now.cycle} (last: {last_cycle(run.config)})  "
        f"{now.stage_title} {100 * now.fraction:3.0f} %  {now.time_left}"
    )


def _show(text: str, before: str) -> str:
    """Overwrite the line on a terminal, and return it.

    Elsewhere print a new line only when the stage changes, so that logs stay short.
    """
    if sys.stdout.isatty():
        sys.stdout.write(f"\r\x1b[2K{text}")
        sys.stdout.flush()
    elif _stage_part(text) != _stage_part(before):
        typer.echo(text)
    return text


def _stage_part(text: str) -> str:
    """Return the text up to its first number of percent."""
    return text.split(" %")[0].rstrip("0123456789 ")
