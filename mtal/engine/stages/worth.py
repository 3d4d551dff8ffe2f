"""Worth of scores: what was said of a batch when it was picked, and its losses once labels came.

The losses are those of the network that picked the batch, which had not learned from it, on the
labels that the run acquired with it; no other label is read. See docs/method.md, section 9.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from mtal.acquisition.pool import PastBatch
from mtal.engine.stages.last_modules import last_network
from mtal.engine.stages.loss_history import readable_losses
from mtal.engine.stages.run_context import CycleContext
from mtal.engine.stages.train import TrainedNetwork
from mtal.runs.store.pool_table import loss_column, task_score_column, task_scores


def write_worth(cycle: CycleContext, trained: TrainedNetwork) -> None:
    """Write down `Run.worth`: scores and losses of the batch of the cycle before, if there is one.

    trained: of this cycle, whose data serve the network of the cycle before.
    """
    context = cycle.context
    pairs = context.run.acquired(cycle.number - 1) if cycle.number else np.empty((0, 2), np.int64)
    if not len(pairs):
        return
    bought = np.zeros_like(cycle.labels.labelled)
    bought[tuple(pairs.T)] = True
    losses = np.where(bought, losses_before(cycle, trained, bought), np.nan)
    pool, images = context.run.pool(cycle.number - 1), np.unique(pairs[:, 0])
    columns = {"id": pool["id"].to_numpy()[images]}
    for task in context.config.tasks:
        scores = task_scores(pool, task, context.config.committee)
        columns[task_score_column(task)] = scores[images].astype(np.float32)
    for column, task in enumerate(context.config.tasks):
        columns[loss_column(task)] = losses[images, column].astype(np.float32)
    pd.DataFrame(columns, index=images).to_parquet(cycle.paths.worth)


def losses_before(cycle: CycleContext, trained: TrainedNetwork, bought: np.ndarray) -> np.ndarray:
    """Losses of the network of the cycle before on labels bought since: (N, T), NaN without one.

    A simulation measured them when it picked. bought: (N, T) bool.
    """
    context = cycle.context
    measured = context.run.cycle(cycle.number - 1).afterwards
    if cycle.labels.simulated and measured.exists():
        table, losses = pd.read_parquet(measured), np.full(bought.shape, np.nan)
        losses[table.index] = table[[loss_column(task) for task in context.config.tasks]]
        return losses
    wanted = bought & cycle.labels.exists
    with cycle.timer.stage("worth", int(wanted.any(axis=1).sum())) as report:
        network = context.device.move(last_network(context, cycle.number))
        before = replace(trained.fit_context, network=network.eval().requires_grad_(False))
        return readable_losses(before, context.dataset, wanted, cycle.labels.labelled, report)


def past_batches(cycle: CycleContext) -> tuple[PastBatch, ...]:
    """The batches of the cycles before with their scores and losses, the oldest first."""
    run, tasks = cycle.context.run, cycle.context.config.tasks
    paths = [run.cycle(number).worth for number in range(1, cycle.number)] + [cycle.paths.worth]
    tables = [pd.read_parquet(path) for path in paths if path.exists()]
    return tuple(
        PastBatch(
            table[[task_score_column(task) for task in tasks]].to_numpy(np.float64),
            table[[loss_column(task) for task in tasks]].to_numpy(np.float64),
        )
        for table in tables
    )
