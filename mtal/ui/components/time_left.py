"""Time that planned or living runs will still take, estimated from earlier runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from mtal.config import Config
from mtal.runs.experiments.runtime_estimate import estimate_speed
from mtal.ui import loaders


@dataclass(frozen=True)
class TimeLeft:
    """Likely range of seconds; None if a strategy was never timed."""

    seconds: tuple[float, float] | None
    earlier: int  # runs that the estimate is based on
    untimed: tuple[str, ...]  # strategies that were never timed


def estimate_time_left(plans: Sequence[tuple[Config, float]]) -> TimeLeft:
    """Estimate the time left of runs that differ in strategy, seed and settings of selection only.

    plans: settings and complete cycles of each run; a cycle that is under way counts in part.
    """
    runs = loaders.runs()
    configs = {config.strategy: config for config, _ in plans}
    speeds = {}
    for name, config in configs.items():
        if speed := estimate_speed(config, runs, loaders.seconds):
            speeds[name] = speed
    earlier = sum(speed.runs for speed in speeds.values())
    untimed = tuple(name for name in configs if name not in speeds)
    if untimed:
        return TimeLeft(None, earlier, untimed)
    ranges = [speeds[config.strategy].seconds_left(config, done) for config, done in plans]
    total = sum(low for low, _ in ranges), sum(high for _, high in ranges)
    return TimeLeft(total, earlier, ())
