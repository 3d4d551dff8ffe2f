"""Follow a run in the terminal: one line that says the stage, how far it is and how long it will take."""

import sys
import time
from collections.abc import Callable

import typer

from mtal.runs.jobs.launch import kill, request_stop
from mtal.runs.jobs.progress import Times, last_cycle
from mtal.runs.jobs.status import Status
from mtal.runs.store.run import Run

EXIT_CODES = {Status.FINISHED: 0, Status.FAILED: 1, Status.INTERRUPTED: 1, Status.STOPPED: 3}


def follow(run: Run, known: Callable[[], Times], pause_s: float = 0.5) -> Status:
    """Show the run until its worker has ended; `known` as in `Run.progress`. Ctrl-C asks it to stop; a second Ctrl-C kills it."""
    asked, shown = False, ""
    while True:
        try:
            if not run.status.alive:
                break
            shown = _show(
                line(run, known)
                if not asked
                else "Stopping after the step in hand (Ctrl-C again: at once)",
                shown,
            )
            time.sleep(pause_s)
        except KeyboardInterrupt:
            if asked:
                kill(run.paths)
            request_stop(run.paths)
            asked = True
    if sys.stdout.isatty() and shown:
        typer.echo()
    return run.status


def line(run: Run, known: Callable[[], Times]) -> str:
    """One line for people about a run that is alive."""
    if run.status is Status.QUEUED:
        return "Waiting for the device"
    now = run.progress(known)
    if now is None:
        return "Starting"
    return f"Cycle {now.cycle} (last: {last_cycle(run.config)})  {now.stage_title} {100 * now.fraction:3.0f} %  {now.time_left}"


def _show(text: str, before: str) -> str:
    """Overwrite the line on a terminal; elsewhere a new line only when the stage changes, so that logs stay short."""
    if sys.stdout.isatty():
        sys.stdout.write(f"\r\x1b[2K{text}")
        sys.stdout.flush()
    elif _heading(text) != _heading(before):
        typer.echo(text)
    return text


def _heading(text: str) -> str:
    """The text up to its first number of percent."""
    return text.split(" %")[0].rstrip("0123456789 ")
