"""Training losses of a run as a table: a row per cycle, point and task."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mtal.runs.jobs.loss_curves import LossCurve

COLUMNS = ("cycle", "stage", "step", "total", "task", "loss", "smoothed")
WINDOW = 11  # points of the running median


def training_curve(curves: Sequence[LossCurve], stage: str) -> pd.DataFrame:
    """List the points of all trainings of a stage. Columns: COLUMNS.

    step: the last one of the point; total: planned steps; task: what the loss is of, a task mostly;
    loss: mean of the steps of the point; smoothed: running median over WINDOW points around it,
    fewer at both ends.
    """
    rows = [
        (curve.cycle, stage, step, curve.total, task, loss)
        for curve in curves
        if curve.stage == stage
        for step, losses in zip(curve.steps, curve.losses, strict=True)
        for task, loss in losses.items()
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS[:-1]))
    if table.empty:
        return table.assign(smoothed=np.empty(0))
    by_line = table.groupby(["cycle", "task"], sort=False)["loss"]
    return table.assign(smoothed=by_line.transform(running_median))


def running_median(values: pd.Series) -> pd.Series:
    """Smooth by the median over WINDOW values around each, fewer at both ends."""
    return values.rolling(WINDOW, center=True, min_periods=1).median()
