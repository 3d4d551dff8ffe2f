"""The columns of pool.parquet."""

import numpy as np
import pandas as pd


def tasks_of(pool: pd.DataFrame, prefix: str) -> list[str]:
    """The tasks that a pool table has a column `<prefix>.<task>` for, in its order."""
    parts = [str(name).split(".") for name in pool.columns]
    return [part[1] for part in parts if len(part) == 2 and part[0] == prefix]


def members(pool: pd.DataFrame, task: str) -> list[str]:
    """The members of a task's committee, by the partner's name."""
    return [
        str(name).split(".", 2)[2] for name in pool.columns if str(name).startswith(f"m.{task}.")
    ]


def driving_task(pool: pd.DataFrame, image: int) -> str:
    """The task whose normalised score is the highest; "" where nothing was measured for this image."""
    found = {task: float(pool[f"n.{task}"].iloc[image]) for task in tasks_of(pool, "n")}
    known = {task: value for task, value in found.items() if np.isfinite(value)}
    return max(known, key=lambda task: known[task]) if known else ""


def speaking_member(pool: pd.DataFrame, image: int, task: str, committee: str) -> str:
    """The partner whose member gave the task's score; "" under `mean`, where all of them did."""
    found = {
        partner: float(pool[f"m.{task}.{partner}"].iloc[image]) for partner in members(pool, task)
    }
    if not found or committee == "mean" or not all(np.isfinite(value) for value in found.values()):
        return ""
    return (min if committee == "min" else max)(found, key=lambda partner: found[partner])
