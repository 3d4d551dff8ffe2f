"""Schedule: how many steps a training takes, and how its learning rate falls.

See docs/method.md, section 8.3.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from mtal.config import Config

POWER = 0.9  # of the poly schedule


@dataclass(frozen=True)
class Schedule:
    """A number of training steps, and the poly decay of the learning rate over them."""

    steps: int
    interval: int = 1  # steps between two learning rates: those of an epoch, or one

    def factor(self, step: int) -> float:
        """Share of the first learning rate that a step has; step: from 0."""
        decayed = step // self.interval * self.interval
        return float((1 - decayed / self.steps) ** POWER)


@dataclass(frozen=True)
class ScheduledOptimiser:
    """An optimiser and its learning rate in every step."""

    optimiser: torch.optim.Optimizer
    rate: Callable[[int], float]  # step, from 0 -> learning rate

    def begin(self, step: int) -> None:
        """Set the rate of a step, and forget the gradients of the last one."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate(step)
        self.optimiser.zero_grad(set_to_none=True)

    def end(self) -> None:
        """Change the parameters."""
        self.optimiser.step()


def steps(images: int, batch_size: int, epochs: int = 1) -> int:
    """Count training steps, at least one per epoch.

    An incomplete last batch is left out unless it is the only one, as in the reference code.
    """
    return epochs * max(1, images // batch_size)


def by_epochs(images: int, batch_size: int, epochs: int) -> Schedule:
    """Go through the images so many times, with a new learning rate in every epoch."""
    return Schedule(steps(images, batch_size, epochs), steps(images, batch_size))


def network_schedule(config: Config, images: int) -> Schedule:
    """Schedule of the network's training in one cycle: `steps` of the config, else its epochs.

    images: that are labelled, one labelled in part counted as the share of its labels.
    """
    if config.steps:
        return Schedule(config.steps)
    return by_epochs(images, config.batch, config.epochs)
