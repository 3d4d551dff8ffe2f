"""What a cycle picked, as one table: the numbers that led there, what was decided, and what it asks to be labelled."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mtal.runs.reviews.review_database import ACCEPTED
from mtal.runs.reviews.reviewed_batch import Settled
from mtal.runs.store.pool_table import members, tasks_of
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
    driver = drivers(table)
    return table.assign(
        driver=driver,
        partner=partners(table, driver, run.config.committee),
        bought=[", ".join(bought.get(int(image), ())) for image in table.index],
    )


def drivers(rows: pd.DataFrame) -> np.ndarray:
    """The task whose normalised score is the highest, "" where nothing was measured: `driving_task` for many rows."""
    names = tasks_of(rows, "n")
    if not names or rows.empty:
        return np.full(len(rows), "", object)
    values = rows[[f"n.{name}" for name in names]].to_numpy(float)
    known = np.isfinite(values)
    best = np.where(known, values, -np.inf).argmax(axis=1)
    return np.where(known.any(axis=1), np.array(names, object)[best], "")


def partners(rows: pd.DataFrame, driver: np.ndarray, committee: str) -> np.ndarray:
    """The member that gave the driving task's score, "" where there is none: `speaking_member` for many rows."""
    found = np.full(len(rows), "", object)
    for task in () if committee == "mean" else tasks_of(rows, "n"):
        names, ours = members(rows, task), driver == task
        if not names or not ours.any():
            continue
        values = rows.loc[ours, [f"m.{task}.{name}" for name in names]].to_numpy(float)
        best = (values.argmin if committee == "min" else values.argmax)(axis=1)
        found[ours] = np.where(np.isfinite(values).all(axis=1), np.array(names, object)[best], "")
    return found


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
