"""How long runs will take, worked out from the complete cycles of earlier runs of the same strategy and size; else unknown."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mtal.config import Config
from mtal.runs.experiments.budget import images_labelled
from mtal.runs.store.index import same_speed
from mtal.runs.store.run import Run

PER_EPOCH = {
    "train": "epochs",
    "pairs": "pair_epochs",
    "embedding": "embedding_epochs",
}  # stage -> setting that it grows with
PER_LABELLED = {"train", "pairs"}  # stages that also grow with the labelled images
ALWAYS = {"load", "guess", "train", "evaluate"}  # stages of the last cycle too, which picks nothing
DESCRIBING = (
    "strategy",
    "data",
    "describe",
    "signal_quality",
)  # settings that decide what a cycle measures
LIKELY = (0.5, 0.9)  # quantiles of earlier times, as for the time left of a run
Range = tuple[float, float]
Table = Callable[[Run], pd.DataFrame]  # as `Run.seconds`; screens keep what it said


@dataclass(frozen=True)
class Speed:
    """How fast the runs of one strategy and size are. `rates`: stage -> usual and slow seconds per unit of `_work`."""

    rates: Mapping[str, Range]
    pool: int  # images
    start: int | None  # images labelled before the first cycle; None: the config's share
    runs: int  # earlier runs that told it

    def seconds_left(self, config: Config, done: float) -> Range:
        """Likely range of the time of a run whose first `done` cycles are complete, the last of them perhaps in part."""
        shares = [
            min(1.0, max(0.0, cycle + 1 - done)) for cycle in range(config.cycles)
        ]  # of each cycle, still to do
        low = high = 0.0
        for stage, (usual, slow) in self.rates.items():
            work = sum(
                share * _work(stage, config, self.pool, cycle, self.start)
                for cycle, share in enumerate(shares)
                if cycle < config.cycles - 1 or stage in ALWAYS
            )
            low, high = low + work * usual, high + work * slow
        return low, high


def speed(config: Config, runs: Iterable[Run], seconds: Table = Run.seconds) -> Speed | None:
    """Of the runs like this one; None if nothing like it was ever timed."""
    alike = comparable(config, runs)
    if not alike:
        return None
    # a simulation leaves images out, so a run of the same kind tells the size of the pool best
    nearest = next((run for run in alike if run.config.start == config.start), alike[0])
    pool, start = len(nearest.facts.pool), len(nearest.facts.start)
    return Speed(
        _rates(alike, seconds), pool, None if config.start == "random" else start, len(alike)
    )


def seconds_left(
    config: Config, done: float, runs: Iterable[Run], seconds: Table = Run.seconds
) -> Range | None:
    """The same in one step, for a single run."""
    found = speed(config, runs, seconds)
    return found.seconds_left(config, done) if found else None


def comparable(config: Config, runs: Iterable[Run]) -> list[Run]:
    """The runs whose cycles tell how long those of this config take."""
    return [
        run
        for run in runs
        if all(getattr(run.config, name) == getattr(config, name) for name in DESCRIBING)
        and same_speed(run.config, config)
        and run.cycles_done()
        and run.facts.written
    ]


def _rates(alike: Sequence[Run], seconds: Table) -> Mapping[str, Range]:
    """Stage -> usual and slow seconds per unit of `_work`."""
    found: dict[str, list[float]] = {}
    for run in alike:
        pool, start = len(run.facts.pool), len(run.facts.start)
        for cycle, stage, took in seconds(run)[["cycle", "stage", "seconds"]].itertuples(
            index=False
        ):
            found.setdefault(stage, []).append(took / _work(stage, run.config, pool, cycle, start))
    return {
        stage: (float(np.quantile(rates, LIKELY[0])), float(np.quantile(rates, LIKELY[1])))
        for stage, rates in found.items()
    }


def _work(stage: str, config: Config, pool: int, cycle: int, start: int | None) -> float:
    """How much of a stage a cycle holds: epochs x labelled images, epochs, or once."""
    epochs = float(getattr(config, PER_EPOCH[stage])) if stage in PER_EPOCH else 1.0
    if stage not in PER_LABELLED:
        return epochs
    return epochs * max(1, images_labelled(config, pool, cycle, start))
