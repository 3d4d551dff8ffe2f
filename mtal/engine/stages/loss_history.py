"""What labels changed: true loss, disagreement and training weight of every image picked so far.

Only labels that can be read are read, those of the current batch included: a simulation acquires
them with the pick. Where people label, the batch has no labels yet, and its losses are unknown.
"""

import numpy as np
import pandas as pd

from mtal.datasets.dataset import Dataset, Gated
from mtal.datasets.oracle import TolerantSplit
from mtal.datasets.resized import Resized
from mtal.engine.stages.true_losses import true_losses
from mtal.signals.signal import FitContext
from mtal.training.batches import Report


def readable_losses(
    context: FitContext, dataset: Dataset, wanted: np.ndarray, readable: np.ndarray, report: Report
) -> np.ndarray:
    """Compute true losses of the final head behind a gate. Masks are (N, T) bool.

    wanted: the labels to read; readable: those for which the gate opens. Returns (N, T), NaN where
    not wanted. LabelNotBought if a wanted label is not readable.
    """
    split = TolerantSplit(Gated(dataset.pool, dataset.tasks, readable))
    labels = Resized(split, context.config.size, 0)
    return true_losses(context, labels, wanted, report, np.flatnonzero(wanted.any(axis=1)))


def loss_history(
    context: FitContext, images: np.ndarray, losses: np.ndarray, committee: np.ndarray | None
) -> pd.DataFrame:
    """The table of `Run.loss_history`, a row per image.

    images: (K,) positions, the index of the table; losses: (N, T) true losses; committee:
    (N, T, M) m_{k,l}, None where it was not measured. Weights are those of the context's batches.
    """
    if committee is None:
        scores = np.full(losses.shape, np.nan)
    else:
        scores = getattr(np, context.config.committee)(committee, axis=2)
    columns = {
        f"{prefix}.{task.name}": numbers[images, column]
        for prefix, numbers in (
            ("loss", losses),
            ("s", scores),
            ("weight", context.batches.weights),
        )
        for column, task in enumerate(context.tasks)
    }
    return pd.DataFrame(columns, index=images, dtype=np.float32)
