"""Progress of a run: a line per report, and from these how far it is and how long it will take.

A line: {"t": seconds since 1970, "cycle": 0, "stage": "train", "done": 12, "total": 180, "loss": {...}?}. `total` counts
in the stage's own unit (steps, images). The plan, in facts.json, gives every cycle's stages and totals beforehand.
"""
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from mtal.config import Config
from mtal.runs.durations import span

STAGES = {                                                  # name -> what people read; in the order in which a cycle goes
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
WINDOW = 10                                                 # reports that are averaged before a range is taken
Plan = Sequence[dict[str, int]]                             # per cycle: stage -> total


@dataclass(frozen=True)
class Progress:
    """How far a run is. Times in seconds; None where nothing honest can be said yet."""
    cycle: int
    stage: str
    done: int
    total: int
    updated: float                                          # seconds since 1970
    started: float
    stage_s: float                                          # time in the stage so far
    eta_s: tuple[float, float] | None                       # likely range of the time left; None until every stage was timed
    eta_missing: tuple[str, ...]                            # the stages still to come that were never timed
    loss: dict[str, float]                                  # the last training losses, if any
    may_end_early: bool = False                             # whether a rule may end the run before its plan is done

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


def append(path: Path, cycle: int, stage: str, done: int, total: int, loss: dict[str, float] | None = None) -> None:
    """Add a line. One short write in append mode, so a reader sees whole lines or an unfinished last one."""
    line: dict[str, Any] = {"t": round(time.time(), 3), "cycle": cycle, "stage": stage, "done": done, "total": total}
    if loss:
        line["loss"] = {name: round(value, 5) for name, value in loss.items()}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def parse(lines: Iterable[str]) -> list[dict[str, Any]]:
    """The lines that are whole."""
    rows = []
    for line in lines:
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue                                        # the cut line of a killed worker
        if isinstance(row, dict) and {"t", "cycle", "stage", "done", "total"} <= row.keys():
            rows.append(row)
    return rows


def unit_times(rows: Sequence[dict[str, Any]]) -> dict[str, list[float]]:
    """Stage -> seconds per unit of each report, from neighbouring reports of one stage and cycle."""
    times: dict[str, list[float]] = {}
    for before, after in pairwise(rows):
        units = after["done"] - before["done"]
        if (before["stage"], before["cycle"]) == (after["stage"], after["cycle"]) and units > 0:
            times.setdefault(after["stage"], []).append((after["t"] - before["t"]) / units)
    return times


def progress(reports: Sequence[dict[str, Any]], plan: Plan, known: dict[str, list[float]] | None = None,
             since: float = 0.0, may_end_early: bool = False) -> Progress | None:
    """What the reports say; None before the first. `known` are unit times of earlier runs of the same kind.

    Reports from before `since` (seconds since 1970) are of an earlier start: they tell how long a unit takes, and no more.
    """
    rows = [row for row in reports if row["t"] >= since]
    if not rows:
        return None
    last = rows[-1]
    first_of_stage = next(row for row in reversed(rows)
                          if row["done"] == 0 or (row["stage"], row["cycle"]) != (last["stage"], last["cycle"]) or row is rows[0])
    left = _left(last, plan)
    eta, missing = _eta(left, unit_times(reports), known or {}) if plan else (None, ())
    losses: dict[str, float] = next((row["loss"] for row in reversed(rows) if row.get("loss")), {})
    return Progress(last["cycle"], last["stage"], last["done"], last["total"], last["t"], rows[0]["t"],
                    last["t"] - first_of_stage["t"], eta, missing, losses, may_end_early)


def share_of_cycle(last: dict[str, Any], seconds: Mapping[str, float]) -> float:
    """How much of its cycle is done at the last report, 0..1. `seconds`: stage -> time, in the cycle before; without one the
    training stands for all of it."""
    weights = dict(seconds) or {"train": 1.0}
    place = {stage: number for number, stage in enumerate(STAGES)}
    now = place.get(last["stage"], 0)
    before = sum(weight for stage, weight in weights.items() if place.get(stage, 0) < now)
    in_hand = weights.get(last["stage"], 0.0) * min(1.0, last["done"] / last["total"] if last["total"] else 0.0)
    return (before + in_hand) / (sum(weights.values()) or 1.0)


def _left(last: dict[str, Any], plan: Plan) -> dict[str, int]:
    """Stage -> units still to do, in this cycle and the later ones."""
    left: dict[str, int] = {}
    order = list(STAGES)
    for number, stages in enumerate(plan):
        for stage, total in stages.items():
            if number < last["cycle"] or (number == last["cycle"] and order.index(stage) < order.index(last["stage"])):
                continue
            now = (number, stage) == (last["cycle"], last["stage"])
            left[stage] = left.get(stage, 0) + (max(0, last["total"] - last["done"]) if now else total)
    return {stage: units for stage, units in left.items() if units}


def _smoothed(samples: list[float]) -> list[float]:
    """Means of ten neighbours: what is left is a sum of many units, so the slowest single unit says little about it."""
    if len(samples) < 2 * WINDOW:
        return samples
    return [float(mean) for mean in np.convolve(samples, np.full(WINDOW, 1 / WINDOW), mode="valid")]


def _eta(left: dict[str, int], seen: dict[str, list[float]], known: dict[str, list[float]],
         ) -> tuple[tuple[float, float] | None, tuple[str, ...]]:
    low = high = 0.0
    missing = []
    for stage, units in left.items():
        samples = seen.get(stage, [])
        samples = _smoothed((samples if len(samples) >= 2 else known.get(stage, samples))[-100:])
        if not samples:
            missing.append(stage)
            continue
        low += units * float(np.quantile(samples, 0.5))
        high += units * float(np.quantile(samples, 0.9))
    return None if missing else (low, high), tuple(missing)
