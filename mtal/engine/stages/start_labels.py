"""The labels that a run has before its first cycle (docs/method.md, section 1)."""

from collections.abc import Callable

import numpy as np

from mtal.acquisition.cover import COVERS
from mtal.config import SHARES_OF_POOL, Config
from mtal.datasets.dataset import DataError, Dataset
from mtal.engine.stages.required_labels import count_per_task
from mtal.runs.experiments.budget import images_labelled
from mtal.seeds import START

Feature = Callable[[], np.ndarray]  # computes the frozen feature of the pool, (N, D)


def chosen_start(
    config: Config, obtainable: np.ndarray, held: np.ndarray, feature: Feature
) -> np.ndarray:
    """Choose the start, the same for every strategy of one seed: (N, T) bool.

    config: with start=random, coverage or set.
    obtainable: (N, T) bool, the labels that somebody can supply; all those of the images count.
    held: (N,) bool, images of the start set, which are part of it.
    feature: called only where the start covers the pool.
    """
    images = held.copy()
    if config.start in SHARES_OF_POOL:
        images[_others(config, held, feature)] = True
    return obtainable & images[:, None]


def _others(config: Config, held: np.ndarray, feature: Feature) -> np.ndarray:
    """Choose the images beside those of the set until the start has its share of the pool."""
    count = images_labelled(config, len(held), 0) - int(held.sum())
    rest = np.flatnonzero(~held)
    if count in {0, len(rest)}:
        return rest[:count]
    rng = np.random.default_rng([config.seed, START])
    if config.start == "random":
        return rng.choice(rest, count, replace=False)
    return COVERS[config.start_coverage](feature(), count, rng, held)


def start_on_disk(available: np.ndarray, before: np.ndarray | None, dataset: Dataset) -> np.ndarray:
    """Take every label that exists as the start of a run that people label. Masks: (N, T) bool.

    before: the start of a run that has complete cycles, since labels that came later were acquired
    by its picks. DataError if there is nothing to learn from or nothing to pick.
    """
    start = available if before is None else before
    names = ", ".join(task.name for task in dataset.tasks)
    if not start.any(axis=0).all():
        raise DataError(
            f"start=labelled needs labels of every task ({names}) in {dataset.folder}, and one "
            f"has none among {len(start)} pool images "
            f"(labels there: {count_per_task(start, dataset.tasks)}). "
            f"Label some, choose fewer tasks, or let people label a start: "
            f"start=coverage labelling=people"
        )
    if start.all():
        raise DataError(
            f"every pool image in {dataset.folder} has its labels ({names}), so there is none to "
            f"choose: add images, or simulate with start=random"
        )
    return start
