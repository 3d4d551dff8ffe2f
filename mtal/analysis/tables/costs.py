"""What a strategy costs: the seconds of a cycle spent on training and on choosing.

A run may measure more than its strategy needs (describe=always). Stages for the other signals alone
are left out; a stage that served both counts in full, so its time is the most that the strategy can
have cost.
"""

import pandas as pd

from mtal.runs.store.run import Run

TRAINING = ("guess", "train")
# Stages that are no part of choosing.
NO_CHOICE = (
    "load",
    "backbone",
    "evaluate",
    "others",
    "quality",
    "evidence",
    "project",
    "afterwards",
)


def needed_stages(run: Run) -> dict[str, bool]:
    """Map each stage to whether all of its time was for the strategy.

    {} for runs that did not write it down.
    """
    return dict(run.facts.needed_stages)


def cycle_costs(run: Run, seconds: pd.DataFrame) -> pd.DataFrame:
    """Sum the seconds per cycle and kind (training, selection).

    Columns: cycle, kind, seconds, exact. exact is False where some of the time was for signals that
    the strategy does not need.

    seconds: as of `Run.seconds`.
    """
    needed = needed_stages(run)
    rows = seconds[~seconds["stage"].isin(NO_CHOICE)]
    if needed:
        rows = rows[rows["stage"].isin(list(needed))]
    kind = rows["stage"].isin(TRAINING).map({True: "training", False: "selection"})
    exact = rows["stage"].map(needed).astype(bool) if needed else run.config.describe != "always"
    by_kind = rows.assign(kind=kind, exact=exact).groupby(["cycle", "kind"], as_index=False)
    return by_kind.agg(seconds=("seconds", "sum"), exact=("exact", "all"))
