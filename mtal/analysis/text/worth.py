"""How well scores predicted the losses on the labels just bought, in sentences."""

from collections.abc import Sequence

import pandas as pd

from mtal.analysis.tables.worth import TASK_SCORE
from mtal.runs.store.run_facts import TaskFacts

ABOUT = (
    "ρ is the rank correlation (Spearman) of a score, as it was when a batch was picked, with the "
    "loss of that cycle's network on the labels that came. Only labels that the run has bought are "
    "read. The images are few and were picked for their scores, so ρ is lower and less certain "
    "than over the whole pool: look at the interval, and at several batches."
)
HEADING = (
    "On the labels just bought: the rank correlation of each score, as of the pick, with the loss "
    "on the labels that came (few images, picked for their scores)."
)


def last_batch_text(frame: pd.DataFrame, tasks: Sequence[TaskFacts]) -> str:
    """Say what the task scores were worth on the last batch; "" where none was measured.

    frame: as `mtal.analysis.tables.worth.worth`.
    """
    rows = frame[frame["version"] == TASK_SCORE]
    if rows.empty:
        return ""
    cycle = int(rows["cycle"].max())
    last = {str(row["task"]): row for _, row in rows[rows["cycle"] == cycle].iterrows()}
    parts = [f"{task.title} {_correlation(last[task.name])}" for task in tasks if task.name in last]
    return (
        f"Did the scores predict the losses on the labels that cycle {cycle} bought? "
        f"{'; '.join(parts)}."
    )


def _correlation(row: pd.Series) -> str:
    """`ρ 0.42 (0.10 to 0.66, n=48), yes`: what a correlation says."""
    if pd.isna(row["rho"]):
        return f"unknown (n={row['n']:,})"
    verdict = "not beyond chance"
    if row["low"] > 0:
        verdict = "yes"
    elif row["high"] < 0:
        verdict = "the wrong way round"
    return f"ρ {row['rho']:.2f} ({row['low']:.2f} to {row['high']:.2f}, n={row['n']:,}), {verdict}"
