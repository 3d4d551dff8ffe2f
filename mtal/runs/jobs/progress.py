"""Progress of a run: a line per report, and from these how far it is and how long it will take.

A line: {"t": seconds since 1970, "cycle": 0, "stage": "train", "done": 12, "total": 180, "loss": {...}?}. `total` counts
in the stage's own unit (steps, images). The plan, in facts.json, gives every cycle's stages and totals beforehand.

Lines become many, so nobody keeps them: `ProgressState` goes on from line to line, and `mtal.runs.jobs.progress_reader` from look to look.
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

STAGES = {  # name -> what people read; in the order in which a cycle goes
    "load": "Load images",
    "guess": "Guess missing labels",
    "train": "Train network",
    "evaluate": "Evaluate",
    "pairs": "Train refinement blocks",
    "embedding": "Train auto-encoder",
    "score": "Score pool",
    "pick": "Pick batch",
    "others": "Replay other strategies",
    "quality": "Measure signal quality",
    "evidence": "Draw evidence",
    "project": "Project map",
    "afterwards": "Follow labelled images",
}
WINDOW = 10  # reports that are averaged before a range is taken
KEPT = 100  # unit times per stage that an estimate looks at, the last ones
Plan = Sequence[dict[str, int]]  # per cycle: stage -> total
KEYS = frozenset({"t", "cycle", "stage", "done", "total"})  # of every report
Report = dict[str, Any]  # a line, as above
Times = Mapping[str, Sequence[float]]  # stage -> seconds per unit, of each report


@dataclass(frozen=True)
class Progress:
    """How far a run is. Times in seconds; None where nothing honest can be said yet."""

    cycle: int
    stage: str
    done: int
    total: int
    updated: float  # seconds since 1970
    started: float
    stage_s: float  # time in the stage so far
    eta_s: (
        tuple[float, float] | None
    )  # likely range of the time left; None until every stage was timed
    eta_missing: tuple[str, ...]  # the stages still to come that were never timed
    loss: dict[str, float]  # the last training losses, if any
    may_end_early: bool = False  # whether a rule may end the run before its plan is done

    @property
    def fraction(self) -> float:
        """Of the stage."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    @property
    def stage_title(self) -> str:
        """For people."""
        return STAGES.get(self.stage, self.stage)

    @property
    def time_left(self) -> str:
        """For people: `3 min to 4 min left`, or why there is no estimate."""
        if self.eta_s is None:
            return self.no_estimate
        return f"{'at most ' * self.may_end_early}{span(*self.eta_s)} left"

    @property
    def no_estimate(self) -> str:
        """For people, where there is no range: what it waits for."""
        later = len(set(self.eta_missing) - {self.stage})
        if not later:
            return "no estimate yet"
        return f"no estimate before {later} more {'stage has' if later == 1 else 'stages have'} been timed once"


def last_cycle(config: Config) -> str:
    """The number of the last cycle, for people; `5 at most` where a rule may end the run before."""
    return f"{config.cycles - 1}{' at most' * config.may_end_early}"


def append(
    path: Path, cycle: int, stage: str, done: int, total: int, loss: dict[str, float] | None = None
) -> None:
    """Add a line. One short write in append mode, so a reader sees whole lines or an unfinished last one."""
    now = floor(time.time() * 1000) / 1000  # never later than a start that follows at once
    line: dict[str, Any] = {"t": now, "cycle": cycle, "stage": stage, "done": done, "total": total}
    if loss:
        line["loss"] = {name: round(value, 5) for name, value in loss.items()}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def parse(lines: Sequence[str]) -> list[Report]:
    """The lines that are whole reports; not the cut line of a killed worker."""
    rows = _from_json(
        f"[{','.join(lines)}]"
    )  # in one go: a fifth of the time that json takes line by line
    if not isinstance(rows, list) or len(rows) != len(lines):
        rows = [_from_json(line) for line in lines]
    return [row for row in rows if isinstance(row, dict) and row.keys() >= KEYS]


def _from_json(text: str) -> Any:
    """None if it is no JSON."""
    try:
        return from_json(text)
    except ValueError:
        return None


@dataclass
class ProgressState:
    """What all reports so far come to; of a constant size, however many they are.

    Reports from before `since` (seconds since 1970) are of an earlier start: they tell how long a unit takes, and no more.
    """

    since: float = 0.0
    first: Report | None = None  # of this start, as all up to `loss`
    last: Report | None = None
    stage_began: float = 0.0  # when the present stage did; seconds since 1970
    loss: dict[str, float] = field(default_factory=dict)  # the last training losses, if any
    times: dict[str, deque[float]] = field(
        default_factory=dict
    )  # stage -> seconds per unit, the last KEPT
    picked: dict[int, float] = field(
        default_factory=dict
    )  # cycle -> when it picked, seconds since 1970
    before: Report | None = None  # the last of all, whichever start
    latest: float = float("-inf")  # the largest time

    def add(self, row: Report) -> None:
        """Hear the next report."""
        before, self.before = self.before, row
        moment, stage, done = row["t"], row["stage"], row["done"]
        if before and _same_stage(before, row) and done > before["done"]:
            if stage not in self.times:
                self.times[stage] = deque(maxlen=KEPT)
            self.times[stage].append((moment - before["t"]) / (done - before["done"]))
        if stage == "pick":
            self.picked[row["cycle"]] = moment
        if moment > self.latest:
            self.latest = moment
        if moment < self.since:
            return
        last, self.last = self.last, row
        if last is None or done == 0:
            self.first, self.stage_began = self.first or row, moment
        elif not _same_stage(last, row):
            self.stage_began = last[
                "t"
            ]  # nobody said that it began: when the one before was last heard of
        self.loss = row.get("loss") or self.loss

    def copy(self) -> "ProgressState":
        """One that stays as it is while this one goes on."""
        return replace(
            self,
            times={stage: deque(times, KEPT) for stage, times in self.times.items()},
            picked=dict(self.picked),
        )

    def restarted(self, since: float) -> "ProgressState":
        """The same of a start after all that was heard."""
        return ProgressState(
            since, times=self.times, picked=self.picked, before=self.before, latest=self.latest
        )


def _same_stage(one: Report, other: Report) -> bool:
    return bool(one["stage"] == other["stage"] and one["cycle"] == other["cycle"])


def progress(
    heard: ProgressState, plan: Plan, known: Callable[[], Times] = dict, may_end_early: bool = False
) -> Progress | None:
    """What the reports say; None before the first. `known`: unit times of earlier runs of the same kind; it is asked only where
    the run has not timed a stage itself."""
    first, last = heard.first, heard.last
    if first is None or last is None:
        return None
    eta, missing = _eta(_left(last, plan), heard.times, known) if plan else (None, ())
    return Progress(
        last["cycle"],
        last["stage"],
        last["done"],
        last["total"],
        last["t"],
        first["t"],
        last["t"] - heard.stage_began,
        eta,
        missing,
        heard.loss,
        may_end_early,
    )


def share_of_cycle(last: Report, seconds: Mapping[str, float]) -> float:
    """How much of its cycle is done at the last report, 0..1. `seconds`: stage -> time, in the cycle before; without one the
    training stands for all of it."""
    weights = dict(seconds) or {"train": 1.0}
    place = {stage: number for number, stage in enumerate(STAGES)}
    now = place.get(last["stage"], 0)
    before = sum(weight for stage, weight in weights.items() if place.get(stage, 0) < now)
    in_hand = weights.get(last["stage"], 0.0) * min(
        1.0, last["done"] / last["total"] if last["total"] else 0.0
    )
    return (before + in_hand) / (sum(weights.values()) or 1.0)


def _left(last: Report, plan: Plan) -> dict[str, int]:
    """Stage -> units still to do, in this cycle and the later ones."""
    left: dict[str, int] = {}
    order = list(STAGES)
    for number, stages in enumerate(plan):
        for stage, total in stages.items():
            if number < last["cycle"] or (
                number == last["cycle"] and order.index(stage) < order.index(last["stage"])
            ):
                continue
            now = (number, stage) == (last["cycle"], last["stage"])
            left[stage] = left.get(stage, 0) + (
                max(0, last["total"] - last["done"]) if now else total
            )
    return {stage: units for stage, units in left.items() if units}


def _smoothed(samples: Sequence[float]) -> Sequence[float]:
    """Means of ten neighbours: what is left is a sum of many units, so the slowest single unit says little about it."""
    if len(samples) < 2 * WINDOW:
        return samples
    return [float(mean) for mean in np.convolve(samples, np.full(WINDOW, 1 / WINDOW), mode="valid")]


def _eta(
    left: Mapping[str, int], seen: Mapping[str, deque[float]], known: Callable[[], Times]
) -> tuple[tuple[float, float] | None, tuple[str, ...]]:
    others: Times = known() if any(len(seen.get(stage, ())) < 2 for stage in left) else {}
    low = high = 0.0
    missing = []
    for stage, units in left.items():
        samples: Sequence[float] = list(seen.get(stage, ()))
        samples = _smoothed((samples if len(samples) >= 2 else others.get(stage, samples))[-KEPT:])
        if not samples:
            missing.append(stage)
            continue
        low += units * float(np.quantile(samples, 0.5))
        high += units * float(np.quantile(samples, 0.9))
    return None if missing else (low, high), tuple(missing)
