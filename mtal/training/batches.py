"""What every training here shares: batches of labelled images, Adam with poly decay, progress, a stop between steps."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from mtal.datasets.augment import augment
from mtal.datasets.normalise import to_input
from mtal.datasets.resized import Resized
from mtal.tasks.task import Task
from mtal.training.device import Machine

POWER = 0.9  # of the poly schedule (docs/method.md, section 8.3)


class Report(Protocol):
    """Say how far a stage is; may raise to stop the work between two steps."""

    def __call__(self, done: int, total: int, loss: dict[str, float] | None = None) -> None: ...


@dataclass
class Waiting:
    """How long somebody stood still for data, in seconds."""

    seconds: float = 0.0


@dataclass(frozen=True)
class Batch:
    """B images of the pool with their targets, on the machine."""

    indices: np.ndarray  # (B,) positions in the pool
    images: Tensor  # (B, 3, H, W) normalised
    targets: dict[str, Tensor]
    weights: Tensor  # (B, T), 0 where there is no label


@dataclass(frozen=True)
class LabelledBatches:
    """Endless supply of training batches from what is labelled."""

    data: Resized
    tasks: Sequence[Task]
    weights: np.ndarray  # (N, T), 0 = no label
    batch: int
    augment: bool
    machine: Machine
    waiting: Waiting = field(default_factory=Waiting)
    # (position, task) without a label -> (C, H, W) target to learn from instead, where its weight is above 0
    guesses: Mapping[tuple[int, str], np.ndarray] = field(default_factory=dict)

    @property
    def images(self) -> np.ndarray:
        """Positions with at least one label."""
        return np.flatnonzero(self.weights.any(axis=1))

    @property
    def steps(self) -> int:
        """Steps per epoch."""
        return steps(len(self.images), self.batch)

    def epoch(self, generator: torch.Generator) -> Iterator[Batch]:
        """Once through the labelled images in a new order."""
        order = self.images[torch.randperm(len(self.images), generator=generator).numpy()]
        for step in range(self.steps):
            yield self._batch(order[step * self.batch : (step + 1) * self.batch], generator)

    def epochs(self, count: int, generator: torch.Generator) -> Iterator[Batch]:
        """Some epochs one after the other, read ahead."""
        return ahead((batch for _ in range(count) for batch in self.epoch(generator)), self.waiting)

    def _batch(self, indices: np.ndarray, generator: torch.Generator) -> Batch:
        images = self.data.images(indices)
        targets = self._targets(indices)
        if self.augment:
            images, targets = augment(images, targets, self.tasks, generator)
        device = self.machine.device
        weights = torch.from_numpy(self.weights[indices]).float().to(device)
        valid = torch.stack([task.has_label(targets[task.name]) for task in self.tasks], dim=1).to(
            device
        )
        return Batch(
            indices,
            to_input(images, device),
            {name: target.to(device) for name, target in targets.items()},
            weights * valid,
        )

    @cached_property
    def labelled(self) -> np.ndarray:
        """(N, T) bool: what has a label to learn from, and no mere guess."""
        column = {task.name: place for place, task in enumerate(self.tasks)}
        labelled = self.weights > 0
        for index, name in self.guesses:
            labelled[index, column[name]] = False
        return labelled

    def _targets(self, indices: np.ndarray) -> dict[str, Tensor]:
        """Labels, and guesses in place of some that are lacking."""
        targets = self.data.targets_for(indices, self.tasks, self.labelled)
        for row, index in enumerate(indices):
            for task in self.tasks:
                if (guess := self.guesses.get((int(index), task.name))) is not None:
                    targets[task.name][row] = torch.from_numpy(guess).to(targets[task.name].dtype)
        return targets


def ahead(batches: Iterator[Batch], waiting: Waiting) -> Iterator[Batch]:
    """The same batches in the same order, each read and augmented in a thread while the one before is learned from.

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


def steps(images: int, batch: int, epochs: int = 1) -> int:
    """Training steps; an epoch's incomplete last batch is left out unless it is the only one (as in the reference code)."""
    return epochs * max(1, images // batch)


def optimise(
    module: nn.Module,
    feed: LabelledBatches,
    step_loss: Callable[[Batch], tuple[Tensor, dict[str, float]]],
    *,
    epochs: int,
    lr: float,
    weight_decay: float,
    generator: torch.Generator,
    report: Report,
) -> None:
    """Adam over the module's parameters for some epochs; `step_loss` gives the loss to minimise and its parts by name."""
    optimiser = torch.optim.Adam(
        [p for p in module.parameters() if p.requires_grad],
        lr=lr,
        weight_decay=weight_decay,
        fused=True,
    )
    total = epochs * feed.steps
    report(0, total)
    for done, batch in enumerate(feed.epochs(epochs, generator)):
        for group in optimiser.param_groups:
            group["lr"] = lr * (1 - done // feed.steps / epochs) ** POWER
        loss, parts = step_loss(batch)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        report(done + 1, total, parts)


def seed_weights(seed: Sequence[int]) -> None:
    """What a new network or block starts from: its layers draw from torch's own generator."""
    torch.manual_seed(torch_generator(seed).initial_seed() % 2**31)


def torch_generator(seed: Sequence[int]) -> torch.Generator:
    """A generator of its own for every use, such as [seed, cycle, stage], so that no draw depends on another stage."""
    return torch.Generator().manual_seed(
        int(np.random.SeedSequence(seed).generate_state(1, np.uint64)[0] >> np.uint64(1))
    )
