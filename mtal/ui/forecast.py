"""What a plan will do and how long it may take, said before it starts; from earlier runs only, else it says so."""
from collections.abc import Sequence
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


def forecast(configs: Sequence[Config], pool: int | None) -> Forecast:
    """For runs that differ in strategy and seed only. `pool`: images, if known."""
    config = configs[0]
    images = None if pool is None else round(pool * config.step_percent / 100)
    strategies = {one.strategy for one in configs}
    earlier = [run for run in loaders.runs() if run.cycles_done() and run.facts and same_speed(run.config, config)
               and run.config.strategy in strategies and run.config.describe == config.describe
               and run.config.signal_quality == config.signal_quality]
    times = [_seconds(one, [run for run in earlier if run.config.strategy == one.strategy]) for one in configs]
    known = [seconds for seconds in times if seconds is not None]
    total = (sum(low for low, _ in known), sum(high for _, high in known)) if len(known) == len(times) else None
    labels = None if images is None else images * len(config.tasks)
    return Forecast(len(configs), config.cycles, pool, images, labels, total, len(earlier))


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


def _seconds(config: Config, earlier: Sequence[Run]) -> tuple[float, float] | None:
    """Likely range of the time of one run: rates of the cycles of earlier runs of its strategy times what this run will do."""
    if not earlier:
        return None
    size = len(earlier[0].facts["pool"])
    low = high = 0.0
    for stage, cycles in pd.concat([_worked(run) for run in earlier]).groupby("stage"):
        work = sum(_work(str(stage), config, size, cycle) for cycle in range(config.cycles)
                   if cycle < config.cycles - 1 or stage in {"load", "train", "evaluate"})
        usual, slow = np.quantile(cycles["seconds"] / cycles["work"], LIKELY)
        low, high = low + work * float(usual), high + work * float(slow)
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
