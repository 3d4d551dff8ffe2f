"""Sample weights of a cycle, from the committee's stored numbers (docs/method.md, section 5).

They are made of the members' columns, so that runs of every strategy can be weighted alike.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from mtal.acquisition.scores import comparable, ranks, task_scores
from mtal.acquisition.weights import Batches, ordered_weights, score_weights
from mtal.engine.stages.needed_signals import weights_setting
from mtal.engine.stages.run_context import RunContext
from mtal.pool_columns import OPEN
from mtal.runs.store.pool_table import member_column, members

Numbers = Callable[[np.ndarray, np.ndarray], np.ndarray]  # s_k (N, T), open images (N,) -> (N, T)


def training_weights(context: RunContext, number: int, labelled: np.ndarray) -> np.ndarray:
    """Weigh the labels of a cycle: (N, T), 0 without a label; 1 if sample weights are off.

    labelled: (N, T) bool.
    """
    setting = weights_setting(context.config, context.strategy)
    if setting == "ordered":
        return ordered_weights(labelled, _batches(context, number, _best_ranks))
    if setting == "scores":
        how = context.config.normalise
        batches = _batches(context, number, lambda scores, opened: comparable(scores, opened, how))
        return score_weights(labelled, batches)
    return labelled.astype(np.float64)


def stored_task_scores(context: RunContext, table: pd.DataFrame) -> np.ndarray:
    """Join the committee of a stored pool table: (N, T) s_k."""
    committee = [
        [table[member_column(task.name, partner)] for partner in members(table, task.name)]
        for task in context.dataset.tasks
    ]  # (T, M, N)
    return task_scores(np.array(committee).transpose(2, 0, 1), context.config.committee)


def _best_ranks(scores: np.ndarray, open_images: np.ndarray) -> np.ndarray:
    return ranks(scores, open_images, ties="min")


def _batches(context: RunContext, number: int, numbers: Numbers) -> Batches:
    """What each cycle before acquired, with numbers of the pool when it was picked."""
    batches = []
    for earlier in range(number):
        pairs = context.run.acquired(earlier)
        if len(pairs):  # else the pool was exhausted by then
            table = context.run.pool(earlier)
            scores = stored_task_scores(context, table)
            batches.append((pairs, numbers(scores, table[OPEN].to_numpy())))
    return batches
