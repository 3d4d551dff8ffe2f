"""What a plan will do and how long it may take, said before it starts; from earlier runs only, else it says so."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mtal.config import Config
from mtal.runs.data import DataFolder
from mtal.runs.index import same_speed
from mtal.runs.run import Run
from mtal.ui import loaders, registry

PER_EPOCH = {"train": "epochs", "pairs": "pair_epochs", "embedding": "embedding_epochs"}   # stage -> setting that it grows with
PER_LABELLED = {"train", "pairs"}                           # stages that also grow with the labelled images
LIKELY = (0.5, 0.9)                                         # quantiles of earlier times, as for the time left of a run


@dataclass(frozen=True)
class Forecast:
    """Images and labels are counts, None if the size of the pool is not known yet.

    Seconds are a likely range for all runs, one after the other; None if a strategy was never timed.
    """
    runs: int
    cycles: int
    pool: int | None
    images_per_cycle: int | None
    labels_per_cycle: int | None
    seconds: tuple[float, float] | None
    earlier: int                                            # how many earlier runs the time is based on


@dataclass(frozen=True)
class Left:
    """Likely range of seconds, None if some strategies were never timed; from so many earlier runs."""
    seconds: tuple[float, float] | None
    earlier: int
    untimed: tuple[str, ...]                                # names of those strategies


def forecast(configs: Sequence[Config], pool: int | None) -> Forecast:
    """For runs that differ in strategy, seed and settings of selection only. `pool`: images, if known."""
    config = configs[0]
    images = None if pool is None else round(pool * config.step_percent / 100)
    labels = None if images is None else images * len(config.tasks)
    will = left([(config, 0) for config in configs])
    return Forecast(len(configs), config.cycles, pool, images, labels, will.seconds, will.earlier)


def left(plans: Sequence[tuple[Config, float]]) -> Left:
    """What is left of runs that share data and network: (config, cycles done, also in part), one after the other."""
    like, strategies = plans[0][0], {config.strategy for config, _ in plans}
    earlier = [run for run in loaders.runs() if run.config.strategy in strategies and same_speed(run.config, like)
               and run.config.describe == like.describe and run.config.signal_quality == like.signal_quality
               and run.cycles_done() and run.facts]
    known = {name: _rates(same) for name in strategies if (same := [run for run in earlier if run.config.strategy == name])}
    if untimed := tuple(sorted(strategies - set(known))):
        return Left(None, len(earlier), untimed)
    size = len(earlier[0].facts["pool"])
    times = [_seconds(config, done, known[config.strategy], size) for config, done in plans]
    return Left((sum(low for low, _ in times), sum(high for _, high in times)), len(earlier), ())


def pool_size(config: Config) -> int | None:
    """Images in the pool, as a check or an earlier run on the same folder found it."""
    report = _report(config)
    if report is not None:
        return int(report["splits"]["pool"]["images"])
    same = (run for run in loaders.runs() if (run.config.dataset, run.config.data) == (config.dataset, config.data))
    return next((len(run.facts["pool"]) for run in same if run.facts), None)


def all_labelled(config: Config) -> bool:
    """Whether the last check of the same folder found the labels of all tasks for every pool image. False without a check."""
    report = _report(config)
    if report is None:
        return False
    pool = report["splits"]["pool"]
    return all(pool["coverage"].get(task) == pool["images"] for task in config.tasks)


def _report(config: Config) -> dict[str, Any] | None:
    return DataFolder(loaders.store(), config.dataset, registry.place(config)).report()


def _rates(earlier: Sequence[Run]) -> dict[str, tuple[float, float]]:
    """Stage -> usual and slow seconds per unit of `_work`, over the cycles of earlier runs of one strategy."""
    worked = pd.concat([_worked(run) for run in earlier])
    rates = (worked["seconds"] / worked["work"]).groupby(worked["stage"]).quantile(np.array(LIKELY)).unstack()
    return {str(stage): (float(usual), float(slow)) for stage, (usual, slow) in zip(rates.index, rates.to_numpy(), strict=True)}


def _seconds(config: Config, done: float, rates: Mapping[str, tuple[float, float]], size: int) -> tuple[float, float]:
    """Likely range of the time of one run whose first `done` cycles are complete: the rates times what it will do."""
    shares = [min(1.0, max(0.0, cycle + 1 - done)) for cycle in range(config.cycles)]       # of each cycle, what is still to do
    low = high = 0.0
    for stage, (usual, slow) in rates.items():
        work = sum(share * _work(stage, config, size, cycle) for cycle, share in enumerate(shares)
                   if cycle < config.cycles - 1 or stage in {"load", "train", "evaluate"})
        low, high = low + work * usual, high + work * slow
    return low, high


def _worked(run: Run) -> pd.DataFrame:
    """Columns: stage, seconds, work in units of `_work`. A row per stage and complete cycle."""
    table, size = loaders.seconds(run), len(run.facts["pool"])
    work = [_work(stage, run.config, size, cycle) for stage, cycle in zip(table["stage"], table["cycle"], strict=True)]
    return table.assign(work=work)[["stage", "seconds", "work"]]


def _work(stage: str, config: Config, pool: int, cycle: int) -> float:
    """How much of a stage a cycle holds: epochs x labelled images, epochs, or once."""
    epochs = float(getattr(config, PER_EPOCH[stage])) if stage in PER_EPOCH else 1.0
    labelled = pool * (config.start_percent + config.step_percent * cycle) / 100
    return epochs * (max(labelled, 1.0) if stage in PER_LABELLED else 1.0)
