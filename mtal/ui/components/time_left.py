"""Time that planned or living runs will still take, estimated from earlier runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from mtal.config import Config
from mtal.runs.experiments.runtime_estimate import estimate_speed, until_all_end
from mtal.ui import loaders


@dataclass(frozen=True)
class TimeLeft:
    """Likely range of seconds until all runs have ended, devices side by side."""

    seconds: tuple[float, float] | None  # None if a strategy was never timed
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
    ranges = [
        (config, speeds[config.strategy].seconds_left(config, done)) for config, done in plans
    ]
    return TimeLeft(until_all_end(ranges), earlier, ())
