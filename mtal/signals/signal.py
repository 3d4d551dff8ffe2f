"""Signal: what to train beside the frozen network, and what to measure with it, image by image."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor, nn

from mtal.config import Config
from mtal.datasets.resized import Resized
from mtal.models.prediction import FirstStage, Prediction, TwoStageNetwork
from mtal.tasks.task import Task
from mtal.training.loop import Feed, Report, steps
from mtal.training.machine import Machine


@dataclass(frozen=True)
class Bench:
    """All that a signal may be fitted with. The network is frozen; images carry no labels but those in `feed`."""
    network: TwoStageNetwork
    pool: Resized                                           # images only: its labels are not bought
    feed: Feed                                              # the labelled images
    tasks: Sequence[Task]
    config: Config
    machine: Machine
    seed: tuple[int, ...]                                   # of this cycle; each signal adds its own number


@dataclass(frozen=True)
class Signal:
    """`fit` trains a module once per cycle; `measure` turns a batch of the pool into (B, ...) float32 numbers."""
    name: str
    stage: str                                              # name of the fitting stage in the progress
    fit: Callable[[Bench, Report], nn.Module]
    measure: Callable[[nn.Module, FirstStage | Prediction, Bench], Tensor]
    units: Callable[[Config, int, int], int]                # config, pool images, labelled images -> steps of the fit
    needs_final: Callable[[Config], bool] = lambda config: False    # whether `measure` looks at final predictions


def shuffled_batches(count: int, batch: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Positions 0..count in batches of one epoch, as `steps` counts them."""
    order = rng.permutation(count)
    return [order[step * batch:(step + 1) * batch] for step in range(steps(count, batch))]
