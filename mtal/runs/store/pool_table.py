"""Columns of a cycle's pool table, pool.parquet, which has a row per pool image.

Always: id; labelled (any task, before the pick); open (at least one label can be acquired); picked;
rank (1 = first pick, 0 = none). With a score: cutoff (the score of the last pick). With an
embedding: cluster (k-means; -1 = unknown); nearest and nearest_after (distance to the nearest
labelled image, before the pick and once the batch is labelled).

Of groups: duplicates (near-duplicates have one number, the position of the first of them); sequence
(its name, "" for an image of its own; no column where no sequence is known).

Per task: m.<task>.<partner> (member m_{k,l} of the committee), s.<task> (inconsistency s_k),
n.<task> (normalised inconsistency), loss.<task> (true loss). Strategies add columns of their own.
See docs/method.md, sections 2 and 4.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mtal.pool_columns import LOSS, MEMBER, RANK

INCONSISTENCY, DIVERSITY_START, DIVERSITY, SCORE = (
    "inconsistency",
    "diversity_start",
    "diversity",
    "score",
)
_TASK_SCORE, _NORMALISED, _TRUST = "s", "n", "trust"


def sequence_numbers(names: np.ndarray) -> np.ndarray:
    """Number sequences: (N,) names -> (N,) int; each image without a name has its own number."""
    text = names.astype(str)
    alone = text == ""
    _, numbers = np.unique(text, return_inverse=True)
    return np.where(alone, len(text) + np.arange(len(text)), numbers)


def member_column(task: str, partner: str) -> str:
    """Name the column of a committee member: the task refined from a partner task."""
    return f"{MEMBER}.{task}.{partner}"


def task_score_column(task: str) -> str:
    """Name the column of a task's inconsistency s_k."""
    return f"{_TASK_SCORE}.{task}"


def task_scores(pool: pd.DataFrame, task: str, committee: str) -> np.ndarray:
    """The score of a task when the images were picked, (N,): what the strategy stored as s_k.

    Else its committee, joined as the run does (committee: max, mean or min); NaN without either.
    """
    if task_score_column(task) in pool:
        return pool[task_score_column(task)].to_numpy(float)
    columns = [member_column(task, partner) for partner in members(pool, task)]
    if not columns:
        return np.full(len(pool), np.nan)
    return np.asarray(getattr(np, committee)(pool[columns].to_numpy(float), axis=1))


def normalised_column(task: str) -> str:
    """Name the column of a task's normalised inconsistency."""
    return f"{_NORMALISED}.{task}"


def trust_column(task: str) -> str:
    """Name the column of the trust in a task's inconsistency, of trust-weighted."""
    return f"{_TRUST}.{task}"


def loss_column(task: str) -> str:
    """Name the column of a task's true loss."""
    return f"{LOSS}.{task}"


def scored_tasks(pool: pd.DataFrame) -> list[str]:
    """List the tasks with an inconsistency s_k, in the order of the columns."""
    return _tasks_with(pool, _TASK_SCORE)


def normalised_tasks(pool: pd.DataFrame) -> list[str]:
    """List the tasks with a normalised inconsistency, in the order of the columns."""
    return _tasks_with(pool, _NORMALISED)


def loss_tasks(pool: pd.DataFrame) -> list[str]:
    """List the tasks with a true loss, in the order of the columns."""
    return _tasks_with(pool, LOSS)


def members(pool: pd.DataFrame, task: str) -> list[str]:
    """List the members of a task's committee by partner task, in the order of the columns."""
    prefix = member_column(task, "")
    return [name.removeprefix(prefix) for name in map(str, pool.columns) if name.startswith(prefix)]


def driving_tasks(pool: pd.DataFrame) -> np.ndarray:
    """Name the task with the highest normalised inconsistency of each image.

    Returns (N,) task names, "" where none was measured.
    """
    tasks = normalised_tasks(pool)
    values = pool[[normalised_column(task) for task in tasks]].to_numpy(float)
    return _names_of_largest(values, tasks)


def driving_task(pool: pd.DataFrame, image: int) -> str:
    """Name the task with the highest normalised inconsistency of an image; "" if none was measured.

    image: its position.
    """
    return str(driving_tasks(pool.iloc[[image]])[0])


def deciding_members(pool: pd.DataFrame, task: str, committee: str) -> np.ndarray:
    """Name the committee member that decided a task's inconsistency of each image.

    committee: how members are joined. Under "max" and "min" one member decides; under "mean" none
    does. Returns (N,) partner tasks, "" where none decided or a member was not measured.
    """
    partners = members(pool, task) if committee in {"max", "min"} else []
    values = pool[[member_column(task, partner) for partner in partners]].to_numpy(float)
    sign = -1 if committee == "min" else 1
    named = _names_of_largest(sign * values, partners)
    return np.where(np.isfinite(values).all(axis=1), named, "")


def deciding_member(pool: pd.DataFrame, image: int, task: str, committee: str) -> str:
    """Name the committee member that decided a task's inconsistency of an image; "" if none did.

    image: its position; committee: as in `deciding_members`.
    """
    return str(deciding_members(pool.iloc[[image]], task, committee)[0])


def deciding_members_of(pool: pd.DataFrame, tasks: np.ndarray, committee: str) -> np.ndarray:
    """Name the committee member that decided the inconsistency of one task per image.

    tasks: (N,) task names, "" for none; committee and result: as in `deciding_members`.
    """
    partners = np.full(len(pool), "", object)
    for task in normalised_tasks(pool):
        rows = tasks == task
        partners[rows] = deciding_members(pool[rows], task, committee)
    return partners


def ranks_for_sorting(pool: pd.DataFrame) -> np.ndarray:
    """Ranks with those of images without a rank behind all others: (N,) int."""
    rank = pool[RANK].to_numpy()
    return np.where(rank > 0, rank, len(pool) + 1)


def by_rank(pool: pd.DataFrame, images: Sequence[int] | np.ndarray) -> np.ndarray:
    """Sort images by rank: picks, then near misses, then those without a rank as they came.

    images: positions. Returns (I,) positions.
    """
    chosen = np.asarray(images, dtype=np.int64)
    return chosen[np.argsort(ranks_for_sorting(pool)[chosen], kind="stable")]


def ranking(pool: pd.DataFrame) -> np.ndarray:
    """Positions of the images with a rank, in its order."""
    return by_rank(pool, np.flatnonzero(pool[RANK].to_numpy() > 0))


def near_misses(pool: pd.DataFrame, batch: Sequence[int] | pd.Index, count: int) -> np.ndarray:
    """Positions of the images with the next `count` ranks outside a batch of images."""
    order = ranking(pool)
    return order[~np.isin(order, batch)][:count]


def _tasks_with(pool: pd.DataFrame, prefix: str) -> list[str]:
    parts = [str(name).split(".") for name in pool.columns]
    return [part[1] for part in parts if len(part) == 2 and part[0] == prefix]


def _names_of_largest(values: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Name the column with the largest finite value of each row.

    values: (N, C); names: C column names. Returns (N,) names, of equal values the first, "" for
    rows without a finite value.
    """
    if not names:
        return np.full(len(values), "", object)
    finite = np.isfinite(values)
    best = np.where(finite, values, -np.inf).argmax(axis=1)
    return np.where(finite.any(axis=1), np.array(names, object)[best], "")
