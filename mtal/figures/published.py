"""The numbers that the paper prints: Tables 3-12 of its supplement, to be laid over curves and never blended with ours."""
from pathlib import Path

import pandas as pd

PUBLISHED = Path(__file__).parents[2] / "assets" / "published.csv"
COLUMNS = ["table", "figure", "dataset", "task", "metric", "better", "method", "labelled_percent", "mean", "spread"]
PAPER_NAMES = {"nyud": "NYU", "pascal": "PASCAL"}           # our data set -> the paper's


def published(path: Path = PUBLISHED) -> pd.DataFrame:
    """A row per table, method and budget; COLUMNS and `strategy`, the name by which a method has its colour here.

    `mean` and `spread` as printed: `spread` is called a variance there and has the size of a standard deviation (n = 3).
    """
    rows = pd.read_csv(path, dtype={"table": int, "labelled_percent": float, "mean": float, "spread": float})
    if list(rows.columns) != COLUMNS:
        raise ValueError(f"{path.name} must have the columns {', '.join(COLUMNS)}, not {', '.join(rows.columns)}")
    rows["strategy"] = rows["method"].str.lower().str.rstrip("*")
    return rows


def for_task(rows: pd.DataFrame, dataset: str, task: str) -> pd.DataFrame:
    """The rows of one of our data sets and tasks (`loss` for the multi-task loss); empty where the paper has none."""
    return rows[(rows["dataset"] == PAPER_NAMES.get(dataset, "")) & (rows["task"] == task)]
