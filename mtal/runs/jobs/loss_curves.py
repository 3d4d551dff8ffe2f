"""Losses over the steps of each training of a run, read from its progress reports.

A training has at most some POINTS points, however many lines its worker writes: all lines of
`steps_per_point` steps become one point, their mean. Every call reads only the lines that are new.
"""

from functools import lru_cache
from math import isfinite
from pathlib import Path
from threading import Lock

from mtal.runs.jobs.progress import Report
from mtal.runs.jobs.progress_reader import ReportFile
from mtal.runs.paths import JobPaths

POINTS = 200  # of a curve; a worker writes at least so many lines, if there are so many steps
JOBS = 32  # that are kept in memory: each takes some 100 kB per cycle


def steps_per_point(total: int) -> int:
    """Count the steps of a training of `total` steps that become one point of its curve."""
    return max(1, -(-total // POINTS))


class LossCurve:
    """The losses of one training: points at the steps that were reported.

    A line stands for all steps since the line before, so it counts that often in the mean of its
    point.
    """

    def __init__(self, cycle: int, stage: str, total: int) -> None:
        self.cycle, self.stage, self.total = cycle, stage, total  # total: planned steps
        self.done = 0  # the last step that was reported
        self.ended = False  # whether the stage reported its end
        self.steps: list[int] = []  # (P,) the last step of each point
        self._sums: list[dict[str, float]] = []  # (P,) name -> weighted sum of losses
        self._weights: list[dict[str, int]] = []  # (P,) name -> steps that were summed
        self._width = steps_per_point(total)

    @property
    def losses(self) -> list[dict[str, float]]:
        """(P,) name (a task, mostly) -> mean loss of the point."""
        return [
            {name: value / weights[name] for name, value in sums.items()}
            for sums, weights in zip(self._sums, self._weights, strict=True)
        ]

    def begins_anew(self, report: Report) -> bool:
        """Whether a report is of another training, such as the same cycle after a new start."""
        same = report["cycle"] == self.cycle and report["stage"] == self.stage
        return not same or report["done"] < self.done

    def add(self, report: Report) -> None:
        """Count the next report of this training."""
        done, weight = report["done"], max(1, report["done"] - self.done)
        if not self.steps:  # a stage begins before its training has counted the steps
            self.total, self._width = report["total"], steps_per_point(report["total"])
        self.ended = done >= report["total"]
        if report.get("loss") and done > 0:
            self._add_loss(done, weight, report["loss"])
        self.done = done

    def _add_loss(self, done: int, weight: int, loss: dict[str, float]) -> None:
        if not self.steps or self._point(done) != self._point(self.steps[-1]):
            self.steps.append(done)
            self._sums.append({})
            self._weights.append({})
        self.steps[-1] = done
        sums, weights = self._sums[-1], self._weights[-1]
        for name, value in loss.items():
            if not isfinite(value):
                continue
            sums[name] = sums.get(name, 0.0) + weight * value
            weights[name] = weights.get(name, 0) + weight

    def _point(self, step: int) -> int:
        return (step - 1) // self._width

    def copy(self) -> "LossCurve":
        """Return a copy that later reports do not change."""
        other = LossCurve(self.cycle, self.stage, self.total)
        other.done, other.ended, other.steps = self.done, self.ended, list(self.steps)
        other._sums = [*self._sums[:-1], *map(dict, self._sums[-1:])]
        other._weights = [*self._weights[:-1], *map(dict, self._weights[-1:])]
        return other


class LossReader:
    """Reads the curves of one growing file of reports. Several threads may use it at once."""

    def __init__(self, path: Path) -> None:
        self._file, self._lock = ReportFile(path), Lock()
        self._curves: dict[tuple[int, str], LossCurve] = {}
        self._last: LossCurve | None = None

    def read(self) -> tuple[LossCurve, ...]:
        """Read the new reports; return the last training of each cycle and stage, in order."""
        with self._lock:
            self._file.read_new(self._add, self._forget)
            curves = [curve for curve in self._curves.values() if curve.steps]
            # only the last one still changes
            return tuple(curve.copy() if curve is self._last else curve for curve in curves)

    def _add(self, report: Report) -> None:
        last = self._last
        if last is None or last.begins_anew(report):
            last = LossCurve(report["cycle"], report["stage"], report["total"])
            key = (last.cycle, last.stage)
            self._curves.pop(key, None)  # so that it comes last
            self._curves[key] = self._last = last
        last.add(report)

    def _forget(self) -> None:
        self._curves, self._last = {}, None


def read_losses(job: JobPaths) -> tuple[LossCurve, ...]:
    """Read the loss curves of a job so far, a training after the other."""
    return _reader(job.progress).read()


_reader = lru_cache(maxsize=JOBS)(LossReader)
