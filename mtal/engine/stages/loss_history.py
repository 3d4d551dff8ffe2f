"""What labels changed: for every image picked so far its true loss, its disagreement and its weight in this cycle's training.

Only labels that are bought are read, those of the batch in hand included: in a simulation they are bought with the pick. Where
people label, the batch has no labels yet, and its losses are unknown.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mtal.config import Config
from mtal.datasets.dataset import Dataset, Gated
from mtal.datasets.oracle import TolerantSplit
from mtal.datasets.resized import Resized
from mtal.engine.stages.true_losses import true_losses
from mtal.models.prediction import TwoStageNetwork
from mtal.tasks.task import Task
from mtal.training.batches import LabelledBatches, Report


def bought_with(labelled: np.ndarray, pairs: np.ndarray, config: Config) -> np.ndarray:
    """(N, T) bool: the labels that can be read once a cycle has picked. labelled (N, T) bool before; pairs (K, 2)."""
    bought = labelled.copy()
    if config.start == "random":
        bought[pairs[:, 0], pairs[:, 1]] = True
    return bought


def bought_losses(
    network: TwoStageNetwork,
    batches: LabelledBatches,
    dataset: Dataset,
    wanted: np.ndarray,
    bought: np.ndarray,
    config: Config,
    report: Report,
) -> np.ndarray:
    """(N, T) true losses of the final head, NaN but for the `wanted` (N, T) bool. The gate opens for `bought` (N, T) bool."""
    labels = Resized(TolerantSplit(Gated(dataset.pool, dataset.tasks, bought)), config.size, 0)
    return true_losses(
        network,
        batches.data,
        labels,
        wanted,
        dataset.tasks,
        config,
        batches.device,
        report,
        np.flatnonzero(wanted.any(axis=1)),
    )


def follow_up(
    images: np.ndarray,
    losses: np.ndarray,
    committee: np.ndarray | None,
    weights: np.ndarray,
    tasks: Sequence[Task],
    config: Config,
) -> pd.DataFrame:
    """The table of `Run.afterwards`, a row per image of `images` (K,), index = position.

    losses, weights (N, T); committee (N, T, M) m_{k,l}, None where it was not measured.
    """
    scores = (
        np.full(losses.shape, np.nan)
        if committee is None
        else getattr(np, config.committee)(committee, axis=2)
    )
    columns = {
        f"{what}.{task.name}": numbers[images, column]
        for what, numbers in (("loss", losses), ("s", scores), ("weight", weights))
        for column, task in enumerate(tasks)
    }
    return pd.DataFrame(columns, index=images, dtype=np.float32)
