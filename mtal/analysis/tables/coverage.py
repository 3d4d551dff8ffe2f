"""How the labelled set of a run grows, and how well it covers the pool."""

import numpy as np
import pandas as pd

from mtal.runs.store.run import Run

COVERAGE_COLUMNS = ("cycle", "when", "median", "p95", "most", "images")
AT_START = -1


def labelled_in(run: Run) -> np.ndarray:
    """(N,) int: in which cycle each pool image got its first label; -1 for the start, `run.cycles_done()` for not yet."""
    found = np.where(run.start().any(axis=1), AT_START, run.cycles_done())
    for number in reversed(
        range(run.cycles_done())
    ):  # a later label of another task does not count
        images = run.bought(number)[:, 0]
        found[images[found[images] > number]] = number
    return found


def coverage(run: Run) -> pd.DataFrame:
    """How far unlabelled images are from the nearest labelled one, in the embedding. Empty where no cycle measured it.

    Columns: cycle, when ("before" the batch, "after" it counts as labelled), median, p95 (95 of 100 are nearer), most (the
    farthest), images. The same images before and after: those that the batch leaves unlabelled. Each cycle has an embedding of
    its own, so that distances can be compared within a cycle only.
    """
    rows = []
    for number in range(run.cycles_done()):
        pool = run.pool(number)
        if "nearest" not in pool or "nearest_after" not in pool:
            continue
        left = pool[~pool["labelled"] & ~pool["picked"]]
        for when, name in (("before", "nearest"), ("after", "nearest_after")):
            known = left[name].dropna().to_numpy()
            if len(known):
                rows.append(
                    (number, when, *np.quantile(known, [0.5, 0.95, 1]).tolist(), len(known))
                )
    return pd.DataFrame(rows, columns=list(COVERAGE_COLUMNS))
