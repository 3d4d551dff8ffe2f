"""StageTimer: reports the stage and how far it is, times it, and stops the work on request."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from mtal.runs.jobs.loss_curves import steps_per_point
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
        lines = _StageLines(self._run, self._cycle, name, total)
        lines.report(0, total)
        try:
            yield lines.report
        finally:  # a training that fails has its curve up to the failure
            lines.write_losses()
        lines.end()
        self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - began


class _StageLines:
    """Writes the progress lines of one stage: now and then, and at every point of a loss curve.

    The losses of a line are means over the steps since the line before.
    """

    def __init__(self, run: Run, cycle: int, name: str, total: int) -> None:
        self._run, self._cycle, self._name = run, cycle, name
        self._began, self._last_line = time.monotonic(), float("-inf")
        self._units = (0, total)
        self._losses: dict[str, list[float]] = {}  # since the last line

    def report(self, done: int, total: int, loss: dict[str, float] | None = None) -> None:
        if loss is None:
            self.write_losses()  # which belong to the steps before, not to the end of the stage
        self._units = (done, total)
        for name, value in (loss or {}).items():
            self._losses.setdefault(name, []).append(value)
        stop_if_asked(self._run.paths)
        now = time.monotonic()
        pause = PAUSE_S if now - self._began < 60 else LONG_PAUSE_S
        is_point = loss is not None and done % steps_per_point(total) == 0
        if now - self._last_line >= pause or done in {0, total} or is_point:
            self._write(done, total)
            self._last_line = now

    def write_losses(self) -> None:
        """Write the losses that no line holds yet."""
        if self._losses:
            self._write(*self._units)

    def end(self) -> None:
        """Write the last line of a stage in one piece, which reports only that it has begun."""
        done, total = self._units
        if done < total:
            self._write(total, total)

    def _write(self, done: int, total: int) -> None:
        means = {name: sum(values) / len(values) for name, values in self._losses.items()}
        self._losses.clear()
        self._run.report(self._cycle, self._name, done, total, means or None)
