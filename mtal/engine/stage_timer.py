"""StageTimer: reports the stage and how far it is, times it, and stops the work on request."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from mtal.runs.jobs.stop import stop_if_asked
from mtal.runs.store.run import Run
from mtal.training.batches import Report

PAUSE_S, LONG_PAUSE_S = 0.5, 5.0  # between two lines of one stage, in its first minute and later


class StageTimer:
    """The clock of a run.

    seconds: stage -> time, of the stages of this cycle that have ended. current: the last stage
    that began.
    """

    def __init__(self, run: Run, cycle: int) -> None:
        self._run, self._cycle = run, cycle
        self.seconds: dict[str, float] = {}
        self.current = ""

    def next_cycle(self) -> None:
        """Set the clock to zero for the next cycle."""
        self._cycle, self.seconds = self._cycle + 1, {}

    @contextmanager
    def stage(self, name: str, total: int = 1) -> Iterator[Report]:
        """Time a stage and yield the function by which it reports.

        total: units of work. The function raises StopRequested if somebody asked the run to stop.
        """
        self.current, began = name, time.monotonic()
        last_line, units = float("-inf"), (0, total)

        def report(done: int, total: int, loss: dict[str, float] | None = None) -> None:
            nonlocal last_line, units
            units = (done, total)
            stop_if_asked(self._run.paths)
            now = time.monotonic()
            pause = PAUSE_S if now - began < 60 else LONG_PAUSE_S
            if now - last_line >= pause or done in {0, total}:
                self._run.report(self._cycle, name, done, total, loss)
                last_line = now

        report(0, total)
        yield report
        if units[0] < units[1]:  # a stage in one piece reports only that it has begun
            self._run.report(self._cycle, name, units[1], units[1])
        self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - began
