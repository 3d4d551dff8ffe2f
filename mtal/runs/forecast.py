"""How long runs will take, worked out from the complete cycles of earlier runs of the same strategy and size; else unknown."""
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from mtal.config import Config
from mtal.runs.index import same_speed
from mtal.runs.run import Run

PER_EPOCH = {"train": "epochs", "pairs": "pair_epochs", "embedding": "embedding_epochs"}   # stage -> setting that it grows with
PER_LABELLED = {"train", "pairs"}                           # stages that also grow with the labelled images
ALWAYS = {"load", "guess", "train", "evaluate"}             # stages of the last cycle too, which picks nothing
LIKELY = (0.5, 0.9)                                         # quantiles of earlier times, as for the time left of a run
Range = tuple[float, float]
Table = Callable[[Run], pd.DataFrame]                       # as `Run.seconds`; screens keep what it said


def seconds_left(config: Config, done: int, runs: Iterable[Run], seconds: Table = Run.seconds) -> Range | None:
    """Likely range of the time of a run from its cycle `done` on; None if nothing like it was ever timed."""
    alike = comparable(config, runs)
    if not alike:
        return None
    rates, pool = _rates(alike, seconds), len(alike[0].facts["pool"])
    low = high = 0.0
    for stage, (usual, slow) in rates.items():
        work = sum(_work(stage, config, pool, cycle) for cycle in range(done, config.cycles)
                   if cycle < config.cycles - 1 or stage in ALWAYS)
        low, high = low + work * usual, high + work * slow
    return low, high


def comparable(config: Config, runs: Iterable[Run]) -> list[Run]:
    """The runs whose cycles tell how long those of this config take."""
    return [run for run in runs if same_speed(run.config, config) and run.cycles_done() and run.facts
            and all(getattr(run.config, name) == getattr(config, name) for name in ("strategy", "data", "describe"))]


def _rates(alike: Sequence[Run], seconds: Table) -> Mapping[str, Range]:
    """Stage -> usual and slow seconds per unit of `_work`."""
    found: dict[str, list[float]] = {}
    for run in alike:
        pool = len(run.facts["pool"])
        for cycle, stage, took in seconds(run)[["cycle", "stage", "seconds"]].itertuples(index=False):
            found.setdefault(stage, []).append(took / _work(stage, run.config, pool, cycle))
    return {stage: (float(np.quantile(rates, LIKELY[0])), float(np.quantile(rates, LIKELY[1]))) for stage, rates in found.items()}


def _work(stage: str, config: Config, pool: int, cycle: int) -> float:
    """How much of a stage a cycle holds: epochs x labelled images, epochs, or once."""
    epochs = float(getattr(config, PER_EPOCH[stage])) if stage in PER_EPOCH else 1.0
    labelled = pool * (config.start_percent + config.step_percent * cycle) / 100
    return epochs * (max(labelled, 1.0) if stage in PER_LABELLED else 1.0)
