"""Trend: how far a training loss fell or rose over the last part of its steps."""

from typing import NamedTuple

import numpy as np

FEWEST = 8  # points of a fit


class Trend(NamedTuple):
    """Change over the last part of the steps, as a share of the level where that part begins."""

    change: float  # -.08: fell by 8 %
    error: float  # standard error of it


def last_trend(steps: np.ndarray, losses: np.ndarray, share: float) -> Trend | None:
    """Fit a straight line through the last part of a curve by least squares.

    steps, losses: (P,), steps ascending; share: of the steps that are the last part, 0..1. The
    error takes the points to scatter independently around the line. None with fewer than FEWEST
    points there, or a line that begins at 0 or below.
    """
    if not len(steps):
        return None
    length = float(steps[-1]) * share
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
