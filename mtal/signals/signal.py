"""Signal: what to train beside the network, and what to measure with it, image by image."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor, nn

from mtal.config import Config
from mtal.datasets.resized import Resized
from mtal.models.prediction import FirstStage, Prediction, TwoStageNetwork
from mtal.tasks.task import Task, mirrored_back
from mtal.training.auxiliary import Auxiliary
from mtal.training.batches import LabelledBatches, Report, steps
from mtal.training.device import Machine


@dataclass(frozen=True)
class FitContext:
    """All that a signal may be fitted with. The network is frozen; images carry no labels but those in `feed`."""

    network: TwoStageNetwork
    pool: Resized  # images only: its labels are not bought
    feed: LabelledBatches  # the labelled images
    tasks: Sequence[Task]
    config: Config
    machine: Machine
    seed: tuple[int, ...]  # of this cycle; each signal adds its own number


@dataclass(frozen=True)
class PoolBatch:
    """What the one pass over the pool has of a batch of B images. Readings (see Belief) are made once, for all signals."""

    indices: np.ndarray  # (B,) positions in the pool
    tasks: Sequence[Task]
    prediction: FirstStage | Prediction  # a Prediction if a signal needs final outputs
    mirror: FirstStage | Prediction | None = (
        None  # the same for the mirrored images, if a signal needs it
    )

    @cached_property
    def shared(self) -> Tensor:
        """(B, C) float32: the shared map's mean over the image."""
        return self.prediction.shared.mean((2, 3), dtype=torch.float32)

    @cached_property
    def initial(self) -> dict[str, Tensor]:
        """task -> reading of the initial output at the finest scale."""
        return {
            task.name: task.belief.read(self.prediction.initial[0][task.name])
            for task in self.tasks
        }

    @cached_property
    def final(self) -> dict[str, Tensor]:
        """task -> reading of the final output."""
        assert isinstance(self.prediction, Prediction)
        return {
            task.name: task.belief.read(self.prediction.final[task.name]) for task in self.tasks
        }

    @cached_property
    def mirrored(self) -> dict[str, Tensor]:
        """task -> reading of the final output for the mirrored images, mirrored back."""
        assert isinstance(self.mirror, Prediction)
        return {
            task.name: task.belief.read(mirrored_back(self.mirror.final[task.name], task))
            for task in self.tasks
        }


@dataclass(frozen=True)
class Signal:
    """`measure` turns a batch of the pool into (B, ...) float32 numbers, with the module that was fitted, if any."""

    name: str
    title: str
    measure: Callable[[nn.Module | None, PoolBatch, FitContext], Tensor]
    stage: str = ""  # name of the fitting stage in the progress; "" = nothing to fit
    fit: Callable[[FitContext, Report], nn.Module] | None = (
        None  # trains a module once per cycle, on the frozen network
    )
    units: Callable[[Config, int, int], int] = lambda config, pool, labelled: (
        0
    )  # pool, labelled images -> steps of the fit
    # Makes what is trained with the network instead. bool: whether what it learns may change the network, for the strategy's sake
    along: Callable[[TwoStageNetwork, Sequence[Task], bool], Auxiliary] | None = None
    needs_final: Callable[[Config], bool] = lambda config: (
        False
    )  # whether `measure` looks at final predictions
    needs_mirrored: bool = False  # whether at those for the mirrored images too
    refuses: Callable[[Sequence[Task]], str] = lambda tasks: (
        ""
    )  # why it cannot be measured for these tasks, "" if it can
    # (N, ...) -> version -> (N, T) numbers that should rise with a task's true loss: what its quality is measured by
    scores: Callable[[np.ndarray], dict[str, np.ndarray]] | None = None


def shuffled_batches(count: int, batch: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Positions 0..count in batches of one epoch, as `steps` counts them."""
    order = rng.permutation(count)
    return [order[step * batch : (step + 1) * batch] for step in range(steps(count, batch))]
