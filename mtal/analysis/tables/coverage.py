"""How the labelled set of a run grows, and how well it covers the pool."""

import numpy as np
import pandas as pd

from mtal.runs.store.run import Run

COVERAGE_COLUMNS = ("cycle", "when", "median", "p95", "most", "images", "closer")
AT_START = -1


def labelled_in(run: Run) -> np.ndarray:
    """Say in which cycle each pool image got its first label: (N,) int.

    AT_START for the start, `run.cycles_done()` for not yet.
    """
    cycles = np.where(run.start_labels().any(axis=1), AT_START, run.cycles_done())
    for number in reversed(range(run.cycles_done())):
        images = run.acquired(number)[:, 0]
        later = images[cycles[images] > number]  # else an earlier cycle labelled another task
        cycles[later] = number
    return cycles


def coverage(run: Run) -> pd.DataFrame:
    """Measure how far unlabelled images are from the nearest labelled one, in the embedding.

    Columns: cycle, when ("before" the batch, "after" it counts as labelled), median, p95 (95th
    percentile), most (the largest), images, closer (to how many of them the batch is nearer than
    what was labelled before). Empty where no cycle measured it.

    The images before and after are the same: those that the batch leaves unlabelled. Each cycle
    has an embedding of its own, so distances can be compared within a cycle only.
    """
    rows = []
    for number in range(run.cycles_done()):
        pool = run.pool(number)
        if "nearest" not in pool or "nearest_after" not in pool:
            continue
        unlabelled = pool[~pool["labelled"] & ~pool["picked"]]
        closer = int((unlabelled["nearest_after"] < unlabelled["nearest"]).sum())
        for when, name in (("before", "nearest"), ("after", "nearest_after")):
            distances = unlabelled[name].dropna().to_numpy()
            if len(distances):
                median, p95, most = np.quantile(distances, [0.5, 0.95, 1]).tolist()
                rows.append((number, when, median, p95, most, len(distances), closer))
    return pd.DataFrame(rows, columns=list(COVERAGE_COLUMNS))
