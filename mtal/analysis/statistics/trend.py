"""Trend: how far a training loss still fell, or rose, at the end."""

from typing import NamedTuple

import numpy as np

LAST = 0.2  # share of the steps that are the end
FEWEST = 8  # points of a fit


class Trend(NamedTuple):
    """Change over the last fifth of the steps, as a share of the level where the fifth begins."""

    change: float  # -.08: fell by 8 %
    error: float  # standard error of it


def last_trend(steps: np.ndarray, losses: np.ndarray) -> Trend | None:
    """Fit a straight line through the last fifth of a curve by least squares.

    steps, losses: (P,), steps ascending. The error takes the points to scatter independently
    around the line. None with fewer than FEWEST points there, or a line that begins at 0 or below.
    """
    if not len(steps):
        return None
    length = float(steps[-1]) * LAST
    begin = steps[-1] - length
    is_late = steps > begin
    late, values = steps[is_late] - begin, losses[is_late]
    if len(late) < FEWEST or not np.isfinite(values).all():
        return None
    centred = late - late.mean()
    spread = float(centred @ centred)
    slope = float(centred @ values) / spread
    level = float(values.mean() - slope * late.mean())
    if level <= 0:
        return None
    residuals = values - level - slope * late
    variance = float(residuals @ residuals) / (len(late) - 2)
    return Trend(slope * length / level, float(np.sqrt(variance / spread)) * length / level)
