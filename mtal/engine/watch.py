"""Watch: what stage the work is in, how far, how long it took, and whether somebody asked it to stop."""
import time
from collections.abc import Iterator
from contextlib import contextmanager

from mtal.runs.run import Run
from mtal.training.loop import Report

PAUSE_S = 0.5                                               # between two lines of one stage


class StopRequested(Exception):
    """Somebody asked the run to stop; what is complete stays."""


class Watch:
    """One per cycle. `seconds` holds the time of every stage that has ended."""

    def __init__(self, run: Run, cycle: int) -> None:
        self._run, self._cycle = run, cycle
        self.seconds: dict[str, float] = {}
        self.current = ""

    @contextmanager
    def stage(self, name: str, total: int = 1) -> Iterator[Report]:
        """Time a stage; yields the function by which it reports."""
        self.current, began = name, time.monotonic()
        last_line = float("-inf")

        def report(done: int, total: int, loss: dict[str, float] | None = None) -> None:
            nonlocal last_line
            if self._run.paths.stop.exists():
                raise StopRequested
            now = time.monotonic()
            if now - last_line >= PAUSE_S or done in {0, total}:
                self._run.report(self._cycle, name, done, total, loss)
                last_line = now

        report(0, total)
        yield report
        self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - began
