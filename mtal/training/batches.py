"""What all trainings share: batches of labelled images, Adam on a schedule, progress, stops."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice, repeat
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from mtal.datasets.augment import Augmentation, warp_targets
from mtal.datasets.resized import Resized
from mtal.models.prediction import NetworkInput
from mtal.tasks.task import Task
from mtal.training.device import Device
from mtal.training.network_inputs import ImageInputs, NetworkInputs
from mtal.training.schedule import Schedule, ScheduledOptimiser, steps


class Report(Protocol):
    """Report how far a stage is; may raise to stop the work between two steps."""

    def __call__(self, done: int, total: int, loss: dict[str, float] | None = None) -> None: ...


@dataclass
class Waiting:
    """How long a training has waited for its data."""

    seconds: float = 0.0


@dataclass(frozen=True)
class Batch:
    """B images of the pool with their targets, on the device."""

    indices: np.ndarray  # (B,) positions in the pool
    inputs: NetworkInput  # what the network takes of them
    targets: dict[str, Tensor]  # task -> target
    weights: Tensor  # (B, T), 0 where there is no label


@dataclass(frozen=True)
class LabelledBatches:
    """Batches of the labelled images, in a new order every epoch. N images, T tasks."""

    data: Resized
    tasks: Sequence[Task]
    weights: np.ndarray  # (N, T), 0 where there is no label
    batch_size: int
    augmentation: Augmentation | None  # None: images stay as they are
    device: Device
    waiting: Waiting = field(default_factory=Waiting)
    # (position, task) without a label -> target (1 or 3, H, W) to learn from instead, with the
    # weight that `weights` has there
    pseudo_labels: Mapping[tuple[int, str], np.ndarray] = field(default_factory=dict)
    stored: NetworkInputs | None = None  # what a frozen backbone made of the images

    @cached_property
    def inputs(self) -> NetworkInputs:
        """What the network takes of the images."""
        return self.stored or ImageInputs(self.data, self.device)

    @property
    def images(self) -> np.ndarray:
        """Positions of the images with at least one label."""
        return np.flatnonzero(self.weights.any(axis=1))

    @property
    def steps(self) -> int:
        """Steps per epoch."""
        return steps(len(self.images), self.batch_size)

    def epoch(self, generator: torch.Generator) -> Iterator[Batch]:
        """Go once through the labelled images in a new order."""
        order = self.images[torch.randperm(len(self.images), generator=generator).numpy()]
        size = self.batch_size
        for step in range(self.steps):
            yield self._batch(order[step * size : (step + 1) * size], generator)

    def stream(self, count: int, generator: torch.Generator) -> Iterator[Batch]:
        """Give so many batches, epoch after epoch, read ahead; the last epoch may be cut short."""
        batches = (batch for _ in repeat(None) for batch in self.epoch(generator))
        return read_ahead(islice(batches, count), self.waiting)

    def unchanged(self, indices: np.ndarray) -> Iterator[Batch]:
        """Give some images once, in this order and not augmented. indices: positions."""
        plain, size = replace(self, augmentation=None), self.batch_size
        for start in range(0, len(indices), size):
            yield plain._batch(indices[start : start + size], torch.Generator())

    @cached_property
    def labelled(self) -> np.ndarray:
        """(N, T) bool: pairs to learn from that have a label, not a pseudo-label."""
        columns = {task.name: column for column, task in enumerate(self.tasks)}
        labelled = self.weights > 0
        for index, name in self.pseudo_labels:
            labelled[index, columns[name]] = False
        return labelled

    def _batch(self, indices: np.ndarray, generator: torch.Generator) -> Batch:
        targets, warp = self._targets(indices), None
        if self.augmentation:
            warp = self.augmentation.draw(len(indices), generator)
            targets = {
                task.name: warp_targets(targets[task.name], task, warp) for task in self.tasks
            }
        device = self.device.torch_device
        valid = torch.stack([task.has_label(targets[task.name]) for task in self.tasks], dim=1)
        weights = torch.from_numpy(self.weights[indices]).float().to(device) * valid.to(device)
        on_device = {name: target.to(device) for name, target in targets.items()}
        return Batch(indices, self.inputs.of(indices, warp), on_device, weights)

    def _targets(self, indices: np.ndarray) -> dict[str, Tensor]:
        """Read the labels, and put pseudo-labels where labels are missing."""
        targets = self.data.targets_for(indices, self.tasks, self.labelled)
        for row, index in enumerate(indices):
            for task in self.tasks:
                pseudo_label = self.pseudo_labels.get((int(index), task.name))
                if pseudo_label is not None:
                    target = targets[task.name]
                    target[row] = torch.from_numpy(pseudo_label).to(target.dtype)
        return targets


def read_ahead(batches: Iterator[Batch], waiting: Waiting) -> Iterator[Batch]:
    """Give the same batches, each read and augmented in a thread during the step before it.

    The time for which the next one was not ready is added to `waiting`.
    """
    with ThreadPoolExecutor(1, "batches") as thread:
        coming = thread.submit(next, batches, None)
        while True:
            began = time.perf_counter()
            batch = coming.result()
            waiting.seconds += time.perf_counter() - began
            if batch is None:
                return
            coming = thread.submit(next, batches, None)
            yield batch


def optimise(
    module: nn.Module,
    batches: LabelledBatches,
    step_loss: Callable[[Batch], tuple[Tensor, dict[str, float]]],
    *,
    schedule: Schedule,
    lr: float,
    weight_decay: float,
    generator: torch.Generator,
    report: Report,
    others: Sequence[ScheduledOptimiser] = (),
) -> None:
    """Train a module by Adam (docs/method.md, section 8.3), in place.

    module: its parameters that require a gradient are trained.
    batches: labelled images, with their weights.
    step_loss: batch -> loss to minimise, and its parts by name for the report.
    schedule: number of steps, and how lr falls over them.
    lr, weight_decay: of Adam; lr is that of the first step.
    generator: draws the order of images and their augmentation.
    report: called after every step.
    others: optimisers of other modules that the same loss trains.
    """
    adam = torch.optim.Adam(
        [parameter for parameter in module.parameters() if parameter.requires_grad],
        lr=lr,
        weight_decay=weight_decay,
        fused=True,
    )
    optimisers = [ScheduledOptimiser(adam, lambda step: lr * schedule.factor(step)), *others]
    report(0, schedule.steps)
    for done, batch in enumerate(batches.stream(schedule.steps, generator)):
        for optimiser in optimisers:
            optimiser.begin(done)
        loss, parts = step_loss(batch)
        loss.backward()
        for optimiser in optimisers:
            optimiser.end()
        report(done + 1, schedule.steps, parts)


def seed_weights(seed: Sequence[int]) -> None:
    """Seed torch's own generator, from which new layers draw their weights."""
    torch.manual_seed(torch_generator(seed).initial_seed() % 2**31)


def torch_generator(seed: Sequence[int]) -> torch.Generator:
    """Make the generator of one random stream of mtal/seeds.py."""
    state = np.random.SeedSequence(seed).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(state >> np.uint64(1)))
