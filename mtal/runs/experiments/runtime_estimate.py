"""Estimates the time of runs from the complete cycles of earlier, comparable runs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mtal.config import SHARES_OF_POOL, Config
from mtal.runs.experiments.budget import images_labelled
from mtal.runs.jobs.device import device_key
from mtal.runs.store.index import same_speed
from mtal.runs.store.run import Run

IN_LAST_CYCLE = {"load", "guess", "train", "evaluate", "worth"}  # the last cycle picks nothing
DESCRIBING = ("strategy", "data", "describe", "signal_quality")  # decide what a cycle measures
LIKELY = (0.5, 0.9)  # quantiles of earlier times, as for the time left of a run
Range = tuple[float, float]
Table = Callable[[Run], pd.DataFrame]  # `Run.seconds`, or a function that caches its tables


@dataclass(frozen=True)
class Speed:
    """Speed of comparable runs."""

    rates: Mapping[str, Range]  # stage -> usual and slow seconds per unit of `_work`
    pool: int  # images
    start: int | None  # images labelled before the first cycle; None: the config's share
    runs: int  # earlier runs that were timed

    def seconds_left(self, config: Config, done: float) -> Range:
        """Estimate the likely range of the time left of a run.

        done: its complete cycles and the share of the current one, such as 2.5.
        """
        shares = [min(1.0, max(0.0, cycle + 1 - done)) for cycle in range(config.cycles)]
        low = high = 0.0
        for stage, (usual, slow) in self.rates.items():
            work = sum(
                share * _work(stage, config, self.pool, cycle, self.start)
                for cycle, share in enumerate(shares)
                if cycle < config.cycles - 1 or stage in IN_LAST_CYCLE
            )
            low, high = low + work * usual, high + work * slow
        return low, high


def estimate_speed(
    config: Config, runs: Iterable[Run], seconds: Table = Run.seconds
) -> Speed | None:
    """Measure the speed of comparable runs; None if there are none."""
    earlier = comparable_runs(config, runs)
    if not earlier:
        return None
    # a simulation leaves images out, so a run of the same kind has the size of the pool
    closest = next((run for run in earlier if run.config.start == config.start), earlier[0])
    pool, start = len(closest.facts.pool), len(closest.facts.start)
    return Speed(
        rates=_rates(earlier, seconds),
        pool=pool,
        start=None if config.start in SHARES_OF_POOL else start,
        runs=len(earlier),
    )


def seconds_left(
    config: Config, done: float, runs: Iterable[Run], seconds: Table = Run.seconds
) -> Range | None:
    """Estimate the likely range of the time left of a run; None without comparable runs.

    done: as in `Speed.seconds_left`; runs: earlier runs; seconds: see `Table`.
    """
    speed = estimate_speed(config, runs, seconds)
    return speed.seconds_left(config, done) if speed else None


def until_all_end(runs: Iterable[tuple[Config, Range]]) -> Range:
    """Add up the time left of the runs of each device; the longest, since devices work at once.

    runs: settings and seconds left of each run; (0, 0) without runs.
    """
    devices: dict[str, Range] = {}
    for config, (low, high) in runs:
        device = device_key(config)
        before = devices.get(device, (0.0, 0.0))
        devices[device] = before[0] + low, before[1] + high
    lows, highs = [low for low, _ in devices.values()], [high for _, high in devices.values()]
    return max(lows, default=0.0), max(highs, default=0.0)


def comparable_runs(config: Config, runs: Iterable[Run]) -> list[Run]:
    """Select the timed runs whose cycles do the same work as those of a config."""
    return [
        run
        for run in runs
        if all(getattr(run.config, name) == getattr(config, name) for name in DESCRIBING)
        and same_speed(run.config, config)
        and run.cycles_done()
        and run.facts.written
    ]


def _rates(runs: Sequence[Run], seconds: Table) -> Mapping[str, Range]:
    """Measure per stage the usual and slow seconds per unit of `_work`."""
    samples: dict[str, list[float]] = {}
    for run in runs:
        pool, start = len(run.facts.pool), len(run.facts.start)
        table = seconds(run)[["cycle", "stage", "seconds"]]
        for cycle, stage, duration in table.itertuples(index=False):
            work = _work(stage, run.config, pool, cycle, start)
            samples.setdefault(stage, []).append(duration / work)
    return {
        stage: (float(np.quantile(rates, LIKELY[0])), float(np.quantile(rates, LIKELY[1])))
        for stage, rates in samples.items()
    }


def _work(stage: str, config: Config, pool: int, cycle: int, start: int | None) -> float:
    """Units of work of a stage in a cycle: images gone through in a training, epochs, or 1.

    pool: images; cycle: its number; start: as `Speed.start`.
    """
    labelled = max(1, images_labelled(config, pool, cycle, start))
    if stage == "train":
        return float(config.steps * config.batch or config.epochs * labelled)
    if stage == "pairs":
        return float(max(config.pair_epochs * labelled, config.pair_steps * config.batch))
    if stage == "embedding":
        return float(config.embedding_epochs)
    return 1.0
