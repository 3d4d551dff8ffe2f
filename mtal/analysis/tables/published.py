"""The numbers that the paper prints: Tables 3-12 of its supplement.

They are drawn over our curves and never mixed with our numbers.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from mtal.locations import ASSETS

PUBLISHED = ASSETS / "published.csv"
COLUMNS = [
    "table",
    "figure",
    "dataset",
    "task",
    "metric",
    "better",
    "method",
    "labelled_percent",
    "mean",
    "spread",
]
PAPER_NAMES = {"nyud": "NYU", "nyud-mat": "NYU", "pascal": "PASCAL"}  # our data set -> the paper's
READINGS = {"std": "a standard deviation", "variance": "a variance"}
SEEDS = 3  # runs behind every published number
# Two methods with the same five means in one table.
REPEATED = ("PASCAL", "saliency", ("Core-Set", "RBAL"))

TABLE_2 = {  # committee joined by -> NYUD, last cycle; no ± is printed
    "max": {"loss": 7.08, "semseg": 33.6, "depth": 0.67, "normals": 21.5},
    "mean": {"loss": 7.37, "semseg": 32.9, "depth": 0.69, "normals": 22.3},
    "min": {"loss": 8.03, "semseg": 29.6, "depth": 0.82, "normals": 25.2},
}


def published_values(path: Path = PUBLISHED, reading: str = "std") -> pd.DataFrame:
    """Read a row per table, method and budget: COLUMNS and strategy, which gives the colour.

    spread is a standard deviation (n = 3). The paper calls its ± a variance; its size is that of a
    standard deviation.

    reading: one of READINGS, what the printed ± is taken for.

    ValueError for a file with other columns.
    """
    types = {"table": int, "labelled_percent": float, "mean": float, "spread": float}
    rows = pd.read_csv(path, dtype=types)
    if list(rows.columns) != COLUMNS:
        needed, columns = ", ".join(COLUMNS), ", ".join(rows.columns)
        raise ValueError(f"{path.name} must have the columns {needed}, not {columns}")
    rows["strategy"] = rows["method"].str.lower().str.rstrip("*")
    if reading == "variance":
        rows["spread"] = np.sqrt(rows["spread"])
    return rows


def for_task(rows: pd.DataFrame, dataset: str, task: str) -> pd.DataFrame:
    """Select the rows of one of our data sets and tasks; empty where the paper has none.

    task: a task's name, or `loss` for the multi-task loss.
    """
    return rows[(rows["dataset"] == PAPER_NAMES.get(dataset, "")) & (rows["task"] == task)]
