"""What a cycle picked, as one table: the numbers that led there, what was decided, and what it asks to be labelled."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mtal.runs.reviews.review_database import ACCEPTED
from mtal.runs.reviews.reviewed_batch import Settled
from mtal.runs.store.pool_table import deciding_members_of, driving_tasks
from mtal.runs.store.run import Run
from mtal.ui import loaders

NEAR = 12  # as many near misses as the worker draws
WAITS = "waits"  # accepted, while nothing was rejected that it could come for
OF_PEOPLE = ["decision", "note", "who", "when"]


def picks_of(run: Run, cycle: int) -> pd.DataFrame:
    """A row per image of the batch, index = position: the columns of `Run.pool` and of `mtal.runs.reviews.reviewed_batch.batch`, `driver` and
    `partner` (task and committee member that gave the score, "" where unknown), and `bought`: its tasks, where not all of them.
    """
    found = loaders.settled(run, cycle)
    return described(run, cycle, found.rows, _bought(run, cycle, found))


def near_misses(run: Run, cycle: int, count: int = NEAR) -> pd.DataFrame:
    """The next ranks that are not in the batch, in the same columns; `waits` for what was accepted in advance."""
    pool, taken = loaders.pool(run, cycle), loaders.settled(run, cycle).rows.index
    ranked = pool[(pool["rank"] > 0).to_numpy() & ~pool.index.isin(taken)]
    return described(
        run, cycle, said(run, cycle, ranked.nsmallest(count, "rank", keep="first").index), {}
    )


def said(run: Run, cycle: int, images: Sequence[int] | pd.Index) -> pd.DataFrame:
    """Decisions on any images: decision, note, who, when, picked (False). What was accepted outside the batch `waits`."""
    outside = ~np.isin(list(images), loaders.settled(run, cycle).rows.index)
    pool, spoken = loaders.pool(run, cycle), loaders.decisions(run, cycle).set_index("sample")
    rows = spoken.reindex(pool["id"].iloc[list(images)])[OF_PEOPLE].fillna("")
    rows = rows.assign(
        decision=rows["decision"].mask(outside & (rows["decision"] == ACCEPTED), WAITS),
        picked=False,
    )
    return rows.set_index(pd.Index(list(images), dtype=np.int64))


def described(
    run: Run, cycle: int, rows: pd.DataFrame, bought: dict[int, tuple[str, ...]]
) -> pd.DataFrame:
    """The pool's numbers beside what people said."""
    pool = loaders.pool(run, cycle)
    table = pool.iloc[rows.index].drop(columns=["picked"]).join(rows[[*OF_PEOPLE, "picked"]])
    driver = driving_tasks(table)
    return table.assign(
        driver=driver,
        partner=deciding_members_of(table, driver, run.config.committee),
        bought=[", ".join(bought.get(int(image), ())) for image in table.index],
    )


def _bought(run: Run, cycle: int, settled: Settled) -> dict[int, tuple[str, ...]]:
    """Image -> names of the tasks that it is, or was, picked for, where not all of them."""
    names = tuple(task.name for task in run.tasks)
    tasks: dict[int, dict[int, None]] = {}
    for image, task in np.concatenate([run.picked(cycle), settled.pairs]).tolist():
        tasks.setdefault(image, {})[task] = None
    return {
        image: tuple(names[task] for task in sorted(found))
        for image, found in tasks.items()
        if len(found) < len(names)
    }
