"""The batch of a cycle as one table: scores, reviews, and the tasks to be labelled."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mtal.runs.reviews.review_database import ACCEPTED
from mtal.runs.reviews.reviewed_batch import ReviewedBatch
from mtal.runs.store import pool_table
from mtal.runs.store.pool_table import deciding_members_of, driving_tasks
from mtal.runs.store.run import Run
from mtal.ui import loaders, review_loaders

NEAR = 12  # as many near misses as the worker draws
WAITS = "waits"  # accepted outside the batch, and no rejected image left a place for it
REVIEW_COLUMNS = ["decision", "note", "who", "when"]


def picks_of(run: Run, cycle: int) -> pd.DataFrame:
    """Table of the batch, a row per image, index = position.

    Columns: those of `Run.pool` and of `mtal.runs.reviews.reviewed_batch.batch`; driver and
    partner, the task and the committee member that gave the score, "" where unknown; acquired, the
    tasks to be labelled where they are not all tasks.
    """
    batch = review_loaders.effective_batch(run, cycle)
    return with_pool_columns(run, cycle, batch.rows, _acquired_tasks(run, cycle, batch))


def near_misses(run: Run, cycle: int, count: int = NEAR) -> pd.DataFrame:
    """Table of the next ranks outside the batch, with the columns of `picks_of`."""
    pool, taken = loaders.pool(run, cycle), review_loaders.batch(run, cycle).index
    images = pool_table.near_misses(pool, taken, count).tolist()
    return with_pool_columns(run, cycle, decisions_about(run, cycle, images), {})


def decisions_about(run: Run, cycle: int, images: Sequence[int] | pd.Index) -> pd.DataFrame:
    """Reviews of any images, a row each, index = position.

    Columns: decision, note, who, when, picked (False). An image accepted outside the batch has the
    decision WAITS.
    """
    outside = ~np.isin(list(images), review_loaders.effective_batch(run, cycle).rows.index)
    pool, reviews = (
        loaders.pool(run, cycle),
        review_loaders.decisions(run, cycle).set_index("sample"),
    )
    rows = reviews.reindex(pool["id"].iloc[list(images)])[REVIEW_COLUMNS].fillna("")
    waits = outside & (rows["decision"] == ACCEPTED)
    rows = rows.assign(decision=rows["decision"].mask(waits, WAITS), picked=False)
    return rows.set_index(pd.Index(list(images), dtype=np.int64))


def with_pool_columns(
    run: Run, cycle: int, rows: pd.DataFrame, acquired: dict[int, tuple[str, ...]]
) -> pd.DataFrame:
    """Join reviews with the pool table; columns as of `picks_of`.

    rows: reviews, index = position; acquired: image -> tasks, for images not labelled whole.
    """
    pool = loaders.pool(run, cycle)
    table = pool.iloc[rows.index].drop(columns=["picked"]).join(rows[[*REVIEW_COLUMNS, "picked"]])
    driver = driving_tasks(table)
    return table.assign(
        driver=driver,
        partner=deciding_members_of(table, driver, run.config.committee),
        acquired=[", ".join(acquired.get(int(image), ())) for image in table.index],
    )


def _acquired_tasks(run: Run, cycle: int, batch: ReviewedBatch) -> dict[int, tuple[str, ...]]:
    """Image -> tasks that it is, or was, picked for, where they are not all tasks."""
    names = tuple(task.name for task in run.tasks)
    tasks: dict[int, set[int]] = {}
    for image, task in np.concatenate([run.picked(cycle), batch.pairs]).tolist():
        tasks.setdefault(image, set()).add(task)
    return {
        image: tuple(names[task] for task in sorted(numbers))
        for image, numbers in tasks.items()
        if len(numbers) < len(names)
    }
