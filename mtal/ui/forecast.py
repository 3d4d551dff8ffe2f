"""What a plan will do and how long it may take, said before it starts; from earlier runs only, else it says so."""
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from mtal.config import Config
from mtal.runs.data import DataFolder
from mtal.runs.index import same_speed
from mtal.runs.run import Run
from mtal.ui import loaders, registry

PER_EPOCH = {"train": "epochs", "pairs": "pair_epochs", "embedding": "embedding_epochs"}   # stage -> setting that it grows with
PER_LABELLED = {"train", "pairs"}                           # stages that also grow with the labelled images


@dataclass(frozen=True)
class Forecast:
    """Images and labels are counts, None if the size of the pool is not known yet. Seconds for all runs, one after the other."""
    runs: int
    cycles: int
    end_percent: float
    pool: int | None
    images_per_cycle: int | None
    labels_per_cycle: int | None
    seconds: float | None
    earlier: int                                            # how many earlier runs the time is based on


def forecast(configs: Sequence[Config], pool: int | None) -> Forecast:
    """For runs that differ in strategy and seed only. `pool`: images, if known."""
    config = configs[0]
    images = None if pool is None else round(pool * config.step_percent / 100)
    earlier = [run for run in loaders.runs() if run.cycles_done() and run.facts and same_speed(run.config, config)]
    times = [_seconds(one, earlier) for one in configs]
    known = [seconds for seconds in times if seconds is not None]
    return Forecast(len(configs), config.cycles, config.start_percent + config.step_percent * (config.cycles - 1), pool, images,
                    None if images is None else images * len(config.tasks),
                    sum(known) if len(known) == len(times) else None, len(earlier))


def pool_size(config: Config) -> int | None:
    """Images in the pool, as a check or an earlier run on the same folder found it."""
    report = DataFolder(loaders.store(), config.dataset, registry.place(config)).report()
    if report is not None:
        return int(report["splits"]["pool"]["images"])
    same = (run for run in loaders.runs() if (run.config.dataset, run.config.data) == (config.dataset, config.data))
    return next((len(run.facts["pool"]) for run in same if run.facts), None)


def _seconds(config: Config, earlier: Sequence[Run]) -> float | None:
    """Time of one run: rates of earlier runs of its strategy, else of any, times what this run will do."""
    alike = [run for run in earlier if run.config.strategy == config.strategy] or list(earlier)
    if not alike:
        return None
    sums = pd.concat([_worked(run) for run in alike]).groupby("stage")[["seconds", "work"]].sum()
    rates = sums["seconds"] / sums["work"]                  # sums first, so that long cycles count as long
    size = len(alike[0].facts["pool"])
    return float(sum(rate * _work(str(stage), config, size, cycle) for stage, rate in rates.items()
                     for cycle in range(config.cycles) if cycle < config.cycles - 1 or stage in {"load", "train", "evaluate"}))


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
