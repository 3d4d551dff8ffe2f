"""What a strategy costs: the seconds of a cycle spent on training, and on choosing by what the strategy itself needs.

A run may measure more than its strategy needs (describe=always). Stages for the other signals alone are left out; a stage that
served both counts in full, so that its time is the most that the strategy can have cost.
"""

import pandas as pd

from mtal.runs.store.run import Run

TRAINING = ("guess", "train")
NO_CHOICE = (
    "load",
    "evaluate",
    "others",
    "quality",
    "evidence",
    "project",
    "afterwards",
)  # no part of choosing


def needed_stages(run: Run) -> dict[str, bool]:
    """Stage -> whether all of its time was for the strategy's sake; {} for runs that did not write it down."""
    return dict(run.facts.needed_stages)


def spent(run: Run, seconds: pd.DataFrame) -> pd.DataFrame:
    """A row per cycle and kind (training, selection). Columns: cycle, kind, seconds, exact. `seconds` as `Run.seconds` gives it;
    exact: False where some of it was for signals that the strategy does not need."""
    needed = needed_stages(run)
    rows = seconds[~seconds["stage"].isin(NO_CHOICE)]
    if needed:
        rows = rows[rows["stage"].isin(list(needed))]
    kind = rows["stage"].isin(TRAINING).map({True: "training", False: "selection"})
    exact = rows["stage"].map(needed).astype(bool) if needed else run.config.describe != "always"
    return (
        rows.assign(kind=kind, exact=exact)
        .groupby(["cycle", "kind"], as_index=False)
        .agg(seconds=("seconds", "sum"), exact=("exact", "all"))
    )
