"""What the stages work with: RunContext for the whole run, CycleContext for one cycle."""

from dataclasses import dataclass

import numpy as np

from mtal.acquisition.strategy import Strategy
from mtal.config import Config
from mtal.datasets.dataset import Dataset
from mtal.datasets.resized import Resized
from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages.label_state import LabelState
from mtal.runs.paths import CyclePaths
from mtal.runs.store.run import Run
from mtal.training.device import Device
from mtal.training.network_inputs import NetworkInputs


@dataclass(frozen=True)
class RunContext:
    """What stays the same over the cycles of a run."""

    config: Config
    run: Run
    dataset: Dataset
    strategy: Strategy
    signals: tuple[str, ...]  # measured in every cycle that picks
    device: Device
    pool: Resized  # behind a gate that opens only for labelled pairs
    validation: Resized
    oracle: Resized | None  # all labels of the pool, if signals are compared with true losses
    labels: LabelState  # before the first cycle
    stored_pool: NetworkInputs | None = None  # what a frozen backbone made of the pool's images
    stored_validation: NetworkInputs | None = None
    frozen: np.ndarray | None = None  # (N, D) frozen feature of the pool
    duplicates: np.ndarray | None = None  # (N,) near-duplicates have one number
    sequences: np.ndarray | None = None  # (N,) name of the sequence, "" for one of its own


@dataclass(frozen=True)
class CycleContext:
    """One cycle of a run: its labels, its files, its clock."""

    context: RunContext
    number: int  # from 0
    labels: LabelState  # when the cycle begins
    paths: CyclePaths
    timer: StageTimer

    @property
    def is_last(self) -> bool:
        """Whether no cycle is to follow, so that nothing is picked."""
        return self.number == self.context.config.cycles - 1
