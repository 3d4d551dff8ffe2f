"""Worth of scores: how well they predicted the losses on the labels just bought, batch by batch.

Only labels of the run are read, so this is known where people label too. The images are those that
the strategy picked, few and alike in their scores, so correlations are weaker and less certain than
over the pool (docs/method.md, section 9).
"""

import numpy as np
import pandas as pd

from mtal.acquisition.rank_correlation import correlation
from mtal.pool_columns import SCORES
from mtal.runs.store.pool_table import INCONSISTENCY, SCORE, loss_column, task_score_column
from mtal.runs.store.run import LOSS, QUALITY_COLUMNS, Run

TASK_SCORE = "task score"  # the version that stands for s_k
WORTH_COLUMNS = ("cycle", *QUALITY_COLUMNS)


def worth(run: Run) -> pd.DataFrame:
    """A row per batch, score and task, and per score of whole images; columns as `Run.qualities`.

    cycle: that picked the batch. version: "task score" (s_k), what other signals say of a task, or
    a score of whole images, which is compared with the multi-task loss.
    """
    rows = []
    for number in range(1, run.cycles_done()):
        bought = run.worth(number)
        if not bought.empty:
            pool = run.pool(number - 1).loc[bought.index]
            rows += [(number - 1, *row) for row in batch_worth(bought, pool, _weights(run))]
    return pd.DataFrame(rows, columns=list(WORTH_COLUMNS))


def batch_worth(
    bought: pd.DataFrame, pool: pd.DataFrame, weights: dict[str, float]
) -> list[tuple[object, ...]]:
    """The rows of a batch, without the cycle.

    bought: as `Run.worth`; pool: the same rows of the pool table; weights: task -> weight in the
    multi-task loss.
    """
    rows: list[tuple[object, ...]] = []
    losses = {task: bought[loss_column(task)].to_numpy(float) for task in weights}
    for task, loss in losses.items():
        rows.append(_row(TASK_SCORE, task, bought[task_score_column(task)], loss))
        rows += [
            _row(version, task, pool[f"{version}.{task}"], loss)
            for version in SCORES
            if f"{version}.{task}" in pool
        ]
    total = sum((weight * losses[task] for task, weight in weights.items()), np.zeros(len(pool)))
    rows += [_row(name, LOSS, pool[name], total) for name in (INCONSISTENCY, SCORE) if name in pool]
    return [row for row in rows if row[-1]]  # without images there is nothing to say


def _row(version: str, task: str, scores: pd.Series, losses: np.ndarray) -> tuple[object, ...]:
    """A row of one score; images count if their score and loss are finite."""
    values = scores.to_numpy(float)
    counted = np.isfinite(values) & np.isfinite(losses)
    rho, low, high = correlation(values[counted], losses[counted])
    return version, version, task, "", rho, low, high, int(counted.sum())


def _weights(run: Run) -> dict[str, float]:
    return {task.name: task.weight for task in run.tasks}
