"""The slow twin of `mtal.runs.jobs.progress.progress`, which looks at all reports every time."""

from itertools import pairwise

import numpy as np

from mtal.runs.jobs.progress import WINDOW, Progress, _left


def slow_unit_times(rows):
    times = {}
    for before, after in pairwise(rows):
        units = after["done"] - before["done"]
        if (before["stage"], before["cycle"]) == (after["stage"], after["cycle"]) and units > 0:
            times.setdefault(after["stage"], []).append((after["t"] - before["t"]) / units)
    return times


def slow_progress(reports, plan, earlier_times, since, may_end_early=False):
    rows = [row for row in reports if row["t"] >= since]
    if not rows:
        return None
    last = rows[-1]
    first_of_stage = next(
        row
        for row in reversed(rows)
        if row["done"] == 0
        or (row["stage"], row["cycle"]) != (last["stage"], last["cycle"])
        or row is rows[0]
    )
    eta, missing = (
        slow_eta(_left(last, plan), slow_unit_times(reports), earlier_times) if plan else (None, ())
    )
    losses = next((row["loss"] for row in reversed(rows) if row.get("loss")), {})
    return Progress(
        last["cycle"],
        last["stage"],
        last["done"],
        last["total"],
        last["t"],
        rows[0]["t"],
        last["t"] - first_of_stage["t"],
        eta,
        missing,
        losses,
        may_end_early,
    )


def slow_eta(left, times, earlier_times):
    low = high = 0.0
    missing = []
    for stage, units in left.items():
        samples = times.get(stage, [])
        samples = (samples if len(samples) >= 2 else earlier_times.get(stage, samples))[-100:]
        if len(samples) >= 2 * WINDOW:
            samples = [
                float(mean)
                for mean in np.convolve(samples, np.full(WINDOW, 1 / WINDOW), mode="valid")
            ]
        if not samples:
            missing.append(stage)
            continue
        low += units * float(np.quantile(samples, 0.5))
        high += units * float(np.quantile(samples, 0.9))
    return None if missing else (low, high), tuple(missing)
