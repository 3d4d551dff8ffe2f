"""How long runs that are planned or under way will still take, from earlier runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from mtal.config import Config
from mtal.runs.experiments.runtime_estimate import speed
from mtal.ui import loaders


@dataclass(frozen=True)
class Left:
    """Likely range of seconds, None if some strategies were never timed; from so many earlier runs."""

    seconds: tuple[float, float] | None
    earlier: int
    untimed: tuple[str, ...]  # names of those strategies


def left(plans: Sequence[tuple[Config, float]]) -> Left:
    """What is left of runs that differ in strategy, seed and settings of selection: (config, cycles done, also in part)."""
    runs, one_of = loaders.runs(), {config.strategy: config for config, _ in plans}
    speeds = {name: speed(config, runs, loaders.seconds) for name, config in one_of.items()}
    known = {name: found for name, found in speeds.items() if found}
    earlier = sum(found.runs for found in known.values())
    if len(known) < len(speeds):
        return Left(None, earlier, tuple(name for name, found in speeds.items() if not found))
    times = [known[config.strategy].seconds_left(config, done) for config, done in plans]
    return Left((sum(low for low, _ in times), sum(high for _, high in times)), earlier, ())
