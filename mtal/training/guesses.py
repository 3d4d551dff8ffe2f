"""Guesses: outputs from which pseudo-labels are made (docs/method.md, section 6.8).

By the final heads, or by the pairwise blocks from the labels that an image has. B images, C
channels, h x w pixels of a head.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from mtal.datasets.augment import warp_targets
from mtal.datasets.resized import Resized
from mtal.models.pairwise_distillation import PairBlocks
from mtal.models.prediction import TwoStageNetwork
from mtal.tasks.task import Task, Warp
from mtal.training.device import Device
from mtal.training.network_inputs import NetworkInputs


class Guesses(Protocol):
    """Predicts the tasks of some images."""

    def of(self, indices: np.ndarray, warp: Warp | None = None) -> dict[str, Tensor]:
        """task -> output (B, C, h, w) for images by position, moved by a warp if there is one."""
        ...


@dataclass(frozen=True)
class FinalHeads:
    """Guesses of a network's final heads, from the image alone."""

    network: TwoStageNetwork
    inputs: NetworkInputs
    device: Device

    def of(self, indices: np.ndarray, warp: Warp | None = None) -> dict[str, Tensor]:
        """As in `Guesses`."""
        with self.device.autocast():
            return dict(self.network.eval()(self.inputs.of(indices, warp)).final)


@dataclass(frozen=True)
class FromLabels:
    """Guesses of pairwise blocks from the labels that an image has, one guess from each.

    They are averaged, as probabilities or values (our choice). Images without a label are guessed
    from the initial predictions of all other tasks.
    """

    network: TwoStageNetwork
    blocks: PairBlocks
    inputs: NetworkInputs
    data: Resized
    labelled: np.ndarray  # (N, T) bool over the blocks' tasks, the labels to read
    device: Device

    def of(self, indices: np.ndarray, warp: Warp | None = None) -> dict[str, Tensor]:
        """As in `Guesses`."""
        tasks = self.blocks.tasks
        targets = self.data.targets_for(indices, tasks, self.labelled)
        if warp is not None:
            targets = {task.name: warp_targets(targets[task.name], task, warp) for task in tasks}
        targets = {name: target.to(self.device.torch_device) for name, target in targets.items()}
        with self.device.autocast():
            first = self.network.eval().first_stage(self.inputs.of(indices, warp))
            refined = self.blocks.eval().refine_from(first.initial[0], targets)
        return {task.name: self._mean(task, refined[task.name], indices) for task in tasks}

    def _mean(self, task: Task, refined: Mapping[str, Tensor], indices: np.ndarray) -> Tensor:
        """Average the refined outputs by partner whose label is there."""
        columns = {other.name: column for column, other in enumerate(self.blocks.tasks)}
        counted = self.labelled[indices][:, [columns[partner] for partner in refined]].T  # (M, B)
        counted = torch.from_numpy(counted | ~counted.any(axis=0)).to(self.device.torch_device)
        return task.output_distribution.mean_output(torch.stack([*refined.values()]), counted)
