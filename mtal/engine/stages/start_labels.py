"""The labels that a run has before its first cycle."""

import numpy as np

from mtal.config import Config
from mtal.datasets.dataset import DataError, Dataset
from mtal.engine.stages.required_labels import count_per_task
from mtal.runs.experiments.budget import images_labelled
from mtal.seeds import START


def random_start(config: Config, available: np.ndarray) -> np.ndarray:
    """Draw the images of a random start, the same for every strategy of one seed.

    available: (N, T) bool, the labels that exist. Returns (N, T) bool, all labels of those images.
    """
    labelled = np.zeros_like(available)
    images = np.random.default_rng([config.seed, START]).choice(
        len(available), images_labelled(config, len(available), 0), replace=False
    )
    labelled[images] = available[images]
    return labelled


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
            f"Label some, or choose fewer tasks"
        )
    if start.all():
        raise DataError(
            f"every pool image in {dataset.folder} has its labels ({names}), so there is none to "
            f"choose: add images, or simulate with start=random"
        )
    return start
