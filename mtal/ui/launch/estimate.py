"""What a plan will do and how long it may take, said before it starts; from earlier runs only, else it says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mtal.config import Config
from mtal.runs.store.data_check import DataFolder
from mtal.ui import catalog, loaders
from mtal.ui.components.time_left import left


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
    earlier: int  # how many earlier runs the time is based on


def forecast(configs: Sequence[Config], pool: int | None) -> Forecast:
    """For runs that differ in strategy, seed and settings of selection only. `pool`: images, if known."""
    config = configs[0]
    images = None if pool is None else round(pool * config.step_percent / 100)
    labels = None if images is None else images * len(config.tasks)
    will = left([(config, 0) for config in configs])
    return Forecast(len(configs), config.cycles, pool, images, labels, will.seconds, will.earlier)


def pool_size(config: Config) -> int | None:
    """Images in the pool, as a check or an earlier run on the same folder found it."""
    report = _report(config)
    if report is not None:
        return int(report["splits"]["pool"]["images"])
    same = (
        run
        for run in loaders.runs()
        if (run.config.dataset, run.config.data) == (config.dataset, config.data)
    )
    return next((len(run.facts.pool) for run in same if run.facts.written), None)


def all_labelled(config: Config) -> bool:
    """Whether the last check of the same folder found the labels of all tasks for every pool image. False without a check."""
    report = _report(config)
    if report is None:
        return False
    pool = report["splits"]["pool"]
    return all(pool["coverage"].get(task) == pool["images"] for task in config.tasks)


def _report(config: Config) -> dict[str, Any] | None:
    return DataFolder(loaders.store(), config.dataset, catalog.locate(config)).report()
