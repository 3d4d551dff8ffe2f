"""Signal: what to train beside the network, and what to measure with it, image by image."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor, nn

from mtal.config import Config
from mtal.datasets.resized import Resized
from mtal.models.prediction import FirstStage, Prediction, TwoStageNetwork
from mtal.tasks.task import Task, mirrored_back
from mtal.training.auxiliary import Auxiliary
from mtal.training.batches import LabelledBatches, Report
from mtal.training.device import Device
from mtal.training.network_inputs import NetworkInputs
from mtal.training.schedule import steps


@dataclass(frozen=True)
class FitContext:
    """All that a signal may use when it is fitted or measured. The network is frozen."""

    network: TwoStageNetwork
    pool: Resized  # images only: labels cannot be read from it
    batches: LabelledBatches  # the labelled images
    tasks: Sequence[Task]
    config: Config
    device: Device
    seed: tuple[int, ...]  # of this cycle; each signal adds its own number of mtal/seeds.py
    frozen: np.ndarray | None = None  # (N, D) frozen feature of the pool
    # signal -> weights of its module from the cycle before, to go on from; {} in the first cycle
    earlier: Mapping[str, Mapping[str, Tensor]] = field(default_factory=dict)
    folder: Path | None = None  # on the disk for large arrays in nameless files; None: the system's

    @property
    def inputs(self) -> NetworkInputs:
        """What the network takes of pool images."""
        return self.batches.inputs


@dataclass(frozen=True)
class PoolBatch:
    """What the network predicts for B images of the pool.

    Distribution parameters (see OutputDistribution) are computed once, for all signals.
    """

    indices: np.ndarray  # (B,) positions in the pool
    tasks: Sequence[Task]
    prediction: FirstStage | Prediction  # a Prediction if a signal needs final outputs
    # for the mirrored images if a signal needs it, a Prediction if one needs its final outputs
    mirror: FirstStage | Prediction | None = None

    @cached_property
    def shared(self) -> Tensor:
        """(B, C) float32: mean of the backbone's map over the image."""
        return self.prediction.shared.mean

    @cached_property
    def initial(self) -> dict[str, Tensor]:
        """task -> distribution parameters of the initial output at the finest scale."""
        return self._parameters(self.prediction.initial[0])

    @cached_property
    def final(self) -> dict[str, Tensor]:
        """task -> distribution parameters of the final output."""
        assert isinstance(self.prediction, Prediction)
        return self._parameters(self.prediction.final)

    @cached_property
    def mirrored(self) -> dict[str, Tensor]:
        """task -> those of the final output for the mirrored images, mirrored back."""
        assert isinstance(self.mirror, Prediction)
        return self._mirrored_back(self.mirror.final)

    @cached_property
    def mirrored_initial(self) -> dict[str, Tensor]:
        """task -> those of the initial output for the mirrored images, mirrored back."""
        assert self.mirror is not None
        return self._mirrored_back(self.mirror.initial[0])

    def _mirrored_back(self, outputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return self._parameters(
            {task.name: mirrored_back(outputs[task.name], task) for task in self.tasks}
        )

    def _parameters(self, outputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return {
            task.name: task.output_distribution.parameters(outputs[task.name])
            for task in self.tasks
        }


def _no_steps(config: Config, pool: int, labelled: int) -> int:
    return 0


def _never(config: Config) -> bool:
    return False


def _no_facts(module: nn.Module) -> dict[str, Any]:
    return {}


def _measurable(tasks: Sequence[Task]) -> str:
    return ""


@dataclass(frozen=True)
class Signal:
    """A measurement of pool images, and what has to be trained for it."""

    name: str
    title: str
    # fitted module if any, batch, context -> (B, ...) float32
    measure: Callable[[nn.Module | None, PoolBatch, FitContext], Tensor]
    predicts: bool = True  # whether `measure` reads what the network predicts
    stage: str = ""  # name of the fitting stage in the progress; "" = nothing to fit
    # trains a module once per cycle, on the frozen network
    fit: Callable[[FitContext, Report], nn.Module] | None = None
    goes_on: bool = False  # whether the fit goes on from the weights of the cycle before
    # fitted module -> JSON values that tell how well it was fitted, for pages
    fit_facts: Callable[[nn.Module], dict[str, Any]] = _no_facts
    # config, pool images, labelled images -> steps of the fit
    units: Callable[[Config, int, int], int] = _no_steps
    # builds what is trained together with the network instead; bool: whether it may change the
    # network, which only the strategy that needs it allows
    build_auxiliary: Callable[[TwoStageNetwork, Sequence[Task], bool, Config], Auxiliary] | None = (
        None
    )
    needs_final: Callable[[Config], bool] = _never  # whether `measure` reads final predictions
    needs_mirrored: bool = False  # whether `measure` reads predictions for the mirrored images too
    # tasks -> why it cannot be measured for them, "" if it can
    refuses: Callable[[Sequence[Task]], str] = _measurable
    # (N, ...) values -> title -> (N, T) numbers that should rise with the task's true loss, by
    # which the signal's quality is measured
    scores: Callable[[np.ndarray], dict[str, np.ndarray]] | None = None


def shuffled_batches(count: int, batch_size: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Shuffle positions 0..count into the batches of one epoch, as many as `steps` counts."""
    order = rng.permutation(count)
    return [
        order[step * batch_size : (step + 1) * batch_size]
        for step in range(steps(count, batch_size))
    ]
