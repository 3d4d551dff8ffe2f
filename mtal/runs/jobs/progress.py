"""Progress of a job: the lines that report it, and the time left that follows from them.

A line: {"t": seconds since 1970, "cycle": 0, "stage": "train", "done": 12, "total": 180} and, in
training, "loss": {name: value}. `total` counts in the stage's own unit (steps, images). The plan in
facts.json lists the stages and totals of every cycle beforehand.

A job reports many lines, so they are not kept: `ProgressState` is updated line by line, and
`mtal.runs.jobs.progress_reader` reads only the lines that are new.
"""

import json
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import floor
from pathlib import Path
from typing import Any

import numpy as np
from pydantic_core import from_json

from mtal.config import Config
from mtal.runs.durations import span

STAGES = {  # name -> title, in the order of a cycle
    "load": "Load images",
    "backbone": "Run frozen backbone",
    "feature": "Measure frozen feature",
    "groups": "Group near-duplicates",
    "guess": "Guess missing labels",
    "train": "Train network",
    "evaluate": "Evaluate",
    "worth": "Compare scores with new labels",
    "pairs": "Train pair blocks",
    "embedding": "Train auto-encoder",
    "score": "Score pool",
    "pick": "Pick batch",
    "others": "Replay other strategies",
    "quality": "Measure signal quality",
    "evidence": "Draw evidence",
    "project": "Project map",
    "afterwards": "Follow labelled images",
}
MOST = 1e12  # of a count or a time in a report; beyond, the line is damaged
WINDOW = 10  # reports that are averaged before quantiles are taken
KEPT = 100  # unit times per stage that an estimate uses, the last ones
Plan = Sequence[dict[str, int]]  # per cycle: stage -> total
KEYS = frozenset({"t", "cycle", "stage", "done", "total"})  # of every report
Report = dict[str, Any]  # a line, as above
Times = Mapping[str, Sequence[float]]  # stage -> seconds per unit, of each report


@dataclass(frozen=True)
class Progress:
    """How far a job is. Times in seconds."""

    cycle: int
    stage: str
    done: int
    total: int
    updated: float  # seconds since 1970
    started: float  # seconds since 1970
    stage_s: float  # time in the stage so far
    eta_s: tuple[float, float] | None  # likely range of the time left; None: not all stages timed
    eta_missing: tuple[str, ...]  # stages still to come that were never timed
    loss: dict[str, float]  # the last training losses, if any
    may_end_early: bool = False  # whether a rule may end the run before its last planned cycle

    @property
    def fraction(self) -> float:
        """Share of the stage that is done, 0..1."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    @property
    def stage_title(self) -> str:
        """The stage's title on screen."""
        return STAGES.get(self.stage, self.stage)

    @property
    def time_left(self) -> str:
        """The time left on screen: `3 min to 4 min left`, or why there is no estimate."""
        if self.eta_s is None:
            return self.no_estimate
        left = f"{span(*self.eta_s)} left"
        return f"at most {left}" if self.may_end_early else left

    @property
    def no_estimate(self) -> str:
        """Why there is no estimate, on screen."""
        later = len(set(self.eta_missing) - {self.stage})
        if not later:
            return "no estimate yet"
        stages = "1 more stage has" if later == 1 else f"{later} more stages have"
        return f"time left known once {stages} run"


def last_cycle(config: Config) -> str:
    """The number of the last cycle on screen; `5 at most` where a rule may end the run earlier."""
    last = config.cycles - 1
    return f"{last} at most" if config.may_end_early else str(last)


def append(
    path: Path, cycle: int, stage: str, done: int, total: int, loss: dict[str, float] | None = None
) -> None:
    """Append a report to a file.

    path: progress file of a job; cycle, stage: under way; done, total: units of the stage; loss:
    parts of the loss by name, while training.

    One short write in append mode: only the last line that a reader sees may be incomplete.
    """
    now = floor(time.time() * 1000) / 1000  # rounded down, so never after a start that follows
    line: dict[str, Any] = {"t": now, "cycle": cycle, "stage": stage, "done": done, "total": total}
    if loss:
        line["loss"] = {name: round(value, 5) for name, value in loss.items()}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def parse(lines: Sequence[str]) -> list[Report]:
    """Parse reports, without lines that are none, such as the cut line of a killed worker.

    A line counts if its values are of the right kinds, whatever its stage is called.
    """
    rows = _from_json(f"[{','.join(lines)}]")  # together: a fifth of the time of line by line
    if not isinstance(rows, list) or len(rows) != len(lines):
        rows = [_from_json(line) for line in lines]
    return [row for row in rows if isinstance(row, dict) and row.keys() >= KEYS and _is_sound(row)]


def _is_sound(row: Report) -> bool:
    """Whether the values of a report are of the right kinds, and no number is absurd."""
    seconds, cycle, done, total = row["t"], row["cycle"], row["done"], row["total"]
    counts = type(cycle) is int and type(done) is int and type(total) is int
    if not counts or not 0 <= cycle <= MOST or not 0 <= done <= total <= MOST:
        return False
    if type(seconds) not in (int, float) or not 0 <= seconds <= MOST:
        return False
    return type(row["stage"]) is str and _are_losses(row.get("loss"))


def _are_losses(loss: Any) -> bool:
    """Whether a report has losses by name, or none."""
    if loss is None:
        return True
    return type(loss) is dict and all(type(value) in (int, float) for value in loss.values())


def _from_json(text: str) -> Any:
    """Parse JSON; None if it is not valid."""
    try:
        return from_json(text)
    except ValueError:
        return None


@dataclass
class ProgressState:
    """Summary of all reports so far, of constant size.

    since: start of the job in seconds since 1970. Reports from before are of an earlier start and
    count for `times` and `picked` only.
    """

    since: float = 0.0
    first: Report | None = None  # of this start, as are the fields up to `loss`
    last: Report | None = None
    stage_began: float = 0.0  # seconds since 1970
    loss: dict[str, float] = field(default_factory=dict)  # the last training losses, if any
    times: dict[str, deque[float]] = field(default_factory=dict)  # stage -> last unit times in s
    picked: dict[int, float] = field(default_factory=dict)  # cycle -> seconds since 1970
    previous: Report | None = None  # the last report of any start
    latest: float = float("-inf")  # the largest time of a report

    def add(self, report: Report) -> None:
        """Count the next report."""
        previous, self.previous = self.previous, report
        now, stage, done = report["t"], report["stage"], report["done"]
        if previous and _same_stage(previous, report) and done > previous["done"]:
            if stage not in self.times:
                self.times[stage] = deque(maxlen=KEPT)
            self.times[stage].append((now - previous["t"]) / (done - previous["done"]))
        if stage == "pick":
            self.picked[report["cycle"]] = now
        if now > self.latest:
            self.latest = now
        if now < self.since:
            return
        last, self.last = self.last, report
        if last is None or done == 0:
            self.first, self.stage_began = self.first or report, now
        elif not _same_stage(last, report):  # the stage reported no beginning
            self.stage_began = last["t"]
        self.loss = report.get("loss") or self.loss

    def copy(self) -> "ProgressState":
        """Return a copy that later reports do not change."""
        return replace(
            self,
            times={stage: deque(times, KEPT) for stage, times in self.times.items()},
            picked=dict(self.picked),
        )

    def restarted(self, since: float) -> "ProgressState":
        """Return the state for a start later than all reports: only what outlasts a start stays."""
        return ProgressState(
            since, times=self.times, picked=self.picked, previous=self.previous, latest=self.latest
        )


def _same_stage(report: Report, other: Report) -> bool:
    return bool(report["stage"] == other["stage"] and report["cycle"] == other["cycle"])


def progress(
    state: ProgressState,
    plan: Plan,
    earlier_times: Callable[[], Times] = dict,
    may_end_early: bool = False,
) -> Progress | None:
    """Work out the progress of a job; None before the first report of its last start.

    earlier_times: returns unit times of earlier runs of the same kind; called only if this one has
    not timed all stages itself.
    """
    first, last = state.first, state.last
    if first is None or last is None:
        return None
    eta, missing = _eta(_left(last, plan), state.times, earlier_times) if plan else (None, ())
    return Progress(
        cycle=last["cycle"],
        stage=last["stage"],
        done=last["done"],
        total=last["total"],
        updated=last["t"],
        started=first["t"],
        stage_s=last["t"] - state.stage_began,
        eta_s=eta,
        eta_missing=missing,
        loss=state.loss,
        may_end_early=may_end_early,
    )


def single_stage_progress(state: ProgressState) -> Progress | None:
    """Work out the progress of a job whose last report tells all that it does."""
    last = state.last
    return progress(state, [{last["stage"]: last["total"]}] if last else [])


def share_of_cycle(last: Report, seconds: Mapping[str, float]) -> float:
    """Estimate the share of its cycle that is done at the last report, 0..1.

    seconds: stage -> time in the cycle before; without one, training stands for the whole cycle.
    """
    weights = dict(seconds) or {"train": 1.0}
    order = {stage: number for number, stage in enumerate(STAGES)}
    current = order.get(last["stage"], 0)
    complete = sum(weight for stage, weight in weights.items() if order.get(stage, 0) < current)
    fraction = min(1.0, last["done"] / last["total"]) if last["total"] else 0.0
    in_progress = weights.get(last["stage"], 0.0) * fraction
    return (complete + in_progress) / (sum(weights.values()) or 1.0)


def _left(last: Report, plan: Plan) -> dict[str, int]:
    """Count the units still to do per stage, in this cycle and the later ones."""
    left: dict[str, int] = {}
    for cycle, stages in enumerate(plan):
        for stage, total in stages.items():
            left[stage] = left.get(stage, 0) + _units_left(last, cycle, stage, total)
    return {stage: units for stage, units in left.items() if units}


def _units_left(last: Report, cycle: int, stage: str, total: int) -> int:
    """Count the units still to do of a stage in a cycle."""
    if (cycle, stage) == (last["cycle"], last["stage"]):
        return max(0, last["total"] - last["done"])
    if cycle == last["cycle"]:
        order = list(STAGES)
        is_over = order.index(stage) < order.index(last["stage"])
    else:
        is_over = cycle < last["cycle"]
    return 0 if is_over else total


def _smoothed(samples: Sequence[float]) -> Sequence[float]:
    """Average over WINDOW neighbours.

    The time left is a sum over many units, so the slowest single unit says little about it.
    """
    if len(samples) < 2 * WINDOW:
        return samples
    return [float(mean) for mean in np.convolve(samples, np.full(WINDOW, 1 / WINDOW), mode="valid")]


def _eta(
    left: Mapping[str, int], times: Mapping[str, deque[float]], earlier_times: Callable[[], Times]
) -> tuple[tuple[float, float] | None, tuple[str, ...]]:
    """Estimate the seconds left, median to 90th percentile; None and the stages without a time."""
    timed = all(len(times.get(stage, ())) >= 2 for stage in left)
    earlier: Times = {} if timed else earlier_times()
    low = high = 0.0
    missing = []
    for stage, units in left.items():
        samples: Sequence[float] = list(times.get(stage, ()))
        if len(samples) < 2:
            samples = earlier.get(stage, samples)
        samples = _smoothed(samples[-KEPT:])
        if not samples:
            missing.append(stage)
            continue
        low += units * float(np.quantile(samples, 0.5))
        high += units * float(np.quantile(samples, 0.9))
    return None if missing else (low, high), tuple(missing)
