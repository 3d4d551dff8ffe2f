"""Forecast of a plan: images and labels per cycle, and the time, known from earlier runs only."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mtal.config import SHARES_OF_POOL, Config
from mtal.datasets.checks.coverage import LEFT_OUT, NO_LABEL
from mtal.runs.experiments.budget import PoolSize, images_per_cycle, labels_per_cycle, pool_size
from mtal.runs.store.data_check import DataFolder
from mtal.ui import catalog, loaders
from mtal.ui.components.label_states import states_of
from mtal.ui.components.time_left import estimate_time_left

# Settings that decide which images a run has and how many of them have labels at the start.
DECIDE_POOL = ("dataset", "data", "start", "start_set", "labelling")


@dataclass(frozen=True)
class Forecast:
    """What the runs of a plan will do.

    Counts of images and labels are None where they are not known yet. Seconds are a likely range
    until all runs have ended, devices side by side; None if a strategy was never timed.
    """

    runs: int
    cycles: int
    pool: int | None
    images_per_cycle: int | None
    labels_per_cycle: int | None
    seconds: tuple[float, float] | None
    earlier: int  # how many earlier runs the time is based on


def forecast(configs: Sequence[Config], pool: PoolSize | None) -> Forecast:
    """Forecast runs that differ in strategy, seed and settings of selection only.

    pool: its size, None if unknown.
    """
    config, estimate = configs[0], estimate_time_left([(config, 0) for config in configs])
    images = labels = None
    if pool is not None:
        images = images_per_cycle(config, pool.images)
        if pool.labels_per_image is not None:
            labels = labels_per_cycle(config, pool.images, pool.labels_per_image)
    size = pool.images if pool else None
    return Forecast(
        len(configs), config.cycles, size, images, labels, estimate.seconds, estimate.earlier
    )


def known_pool(config: Config) -> PoolSize | None:
    """Count images and labels of the pool as the last check of the folder found them.

    Without a check as an earlier run on the same folder found them, the labels only if it had the
    same tasks; None without either.
    """
    labels = _labels(config)
    if labels is not None:
        return pool_size(config, labels)
    for run in loaders.runs():
        same = all(getattr(run.config, name) == getattr(config, name) for name in DECIDE_POOL)
        if run.facts.written and same:
            start = None if config.start in SHARES_OF_POOL else len(run.facts.start)
            same_tasks = run.config.tasks == config.tasks
            labels_per_image = run.facts.labels_per_image if same_tasks else None
            return PoolSize(len(run.facts.pool), start, labels_per_image)
    return None


def all_labelled(config: Config) -> bool:
    """Say whether the last check found every label of every pool image; False without a check."""
    labels = _labels(config)
    return labels is not None and bool(labels.all())


def _labels(config: Config) -> np.ndarray | None:
    """(N, T) bool: labels that exist, of the images that can be read, as the last check found them.

    None without a check of all tasks.
    """
    folder = DataFolder(loaders.store(), config.dataset, catalog.locate(config))
    report = folder.report()
    names = [task["name"] for task in report["tasks"]] if report else []
    if report is None or not set(config.tasks) <= set(names):
        return None
    states = states_of(report, "pool")[:, [names.index(task) for task in config.tasks]]
    readable = (states != LEFT_OUT).all(axis=1)
    return (states != NO_LABEL)[readable]
