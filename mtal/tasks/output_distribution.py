"""How sure an output is, in the two ways in which outputs come: chances of classes, or values. docs/method.md, section 6.1.

B images, h x w pixels. A *reading* is what an output (B, C, h, w) says, float32: the logarithms of K chances, (B, K, h, w), or
V values in their unit, (B, V, h, w). `mirrored` is the reading for the mirrored images, mirrored back. (B,) results are higher
where an output is less sure.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

CONFIDENT = 0.9  # chance from which a guessed class counts (PartAL; our choice)
BETTER_SHARE = 0.5  # share of the pixels whose guessed value counts (our choice)
VARIANCE_FLOOR = 1e-6  # of EquAL's Gaussian entropy (docs/method.md, section 6.1)


class OutputDistribution(Protocol):
    """What both kinds answer."""

    has_classes: bool

    def read(self, output: Tensor) -> Tensor:
        """(B, C, h, w) in any precision -> reading."""
        ...

    def entropy(self, reading: Tensor) -> Tensor:
        """(B,) mean over pixels in nats; 0 where there are no classes."""
        ...

    def margin(self, reading: Tensor) -> Tensor:
        """(B,) mean over pixels of 1 - (best chance - second best); 0 where there are no classes."""
        ...

    def uncertainty(self, reading: Tensor, mirrored: Tensor) -> Tensor:
        """(B,) of RBAL and PartAL: entropy of chances, flip variance of values, means over pixels."""
        ...

    def equivariance(self, reading: Tensor, mirrored: Tensor) -> Tensor:
        """(B,) of EquAL, sums over pixels: entropy between the two chances; Gaussian entropy of the two values."""
        ...

    def spread(self, readings: Tensor) -> Tensor:
        """(B,) of BALD from S passes, (S, B, K or V, h, w): mutual information in nats; variance of values. Means over pixels."""
        ...

    def slope(self, reading: Tensor, guess: Tensor) -> Tensor:
        """(B, C, h, w) of BADGE: slope of the loss where another reading is taken for the truth, with respect to the output."""
        ...

    def guess(self, reading: Tensor, mirrored: Tensor) -> Tensor:
        """(B, 1 or 3, h, w) a target made of the reading, ignored where it is not sure enough (PartAL)."""
        ...


@dataclass(frozen=True)
class Categorical:
    """The output holds a logit for every class but the first `silent` ones, whose logit is 0 (1 for yes or no, else 0)."""

    ignore: int
    silent: int = 0
    has_classes = True

    def read(self, output: Tensor) -> Tensor:
        """(B, K, h, w) ln p."""
        return F.log_softmax(
            F.pad(output.float(), (0, 0, 0, 0, self.silent, 0)) if self.silent else output.float(),
            1,
        )

    def entropy(self, reading: Tensor) -> Tensor:
        """-sum p ln p."""
        return -(reading.exp() * reading).sum(1).mean((1, 2))

    def margin(self, reading: Tensor) -> Tensor:
        """Best versus second best."""
        best, place = reading.max(1, keepdim=True)
        second = reading.scatter(1, place, -math.inf).amax(
            1
        )  # four times as fast as the two largest at once
        return 1 - (best[:, 0].exp() - second.exp()).mean((1, 2))

    def uncertainty(self, reading: Tensor, mirrored: Tensor) -> Tensor:
        """The entropy; the mirrored image is not looked at."""
        return self.entropy(reading)

    def equivariance(self, reading: Tensor, mirrored: Tensor) -> Tensor:
        """-1/2 sum (p ln p' + p' ln p)."""
        return -(reading.exp() * mirrored + mirrored.exp() * reading).sum((1, 2, 3)) / 2

    def spread(self, readings: Tensor) -> Tensor:
        """Entropy of the mean chance less the mean entropy (arXiv:1112.5745)."""
        chances = readings.exp()
        own = -(chances * readings).sum(2).mean(0)
        return (torch.special.entr(chances.mean(0)).sum(1) - own).clamp(min=0).mean((1, 2))

    def slope(self, reading: Tensor, guess: Tensor) -> Tensor:
        """p - one_hot(most likely class of the guess), of the cross-entropy (arXiv:1906.03671); equal classes share the 1."""
        likeliest = (guess == guess.amax(1, keepdim=True)).float()  # seven times as fast as argmax
        return (reading.exp() - likeliest / likeliest.sum(1, keepdim=True))[:, self.silent :]

    def guess(self, reading: Tensor, mirrored: Tensor) -> Tensor:
        """The most likely class where its chance is high enough."""
        log, ids = reading.max(1, keepdim=True)
        return torch.where(log.exp() >= CONFIDENT, ids, self.ignore).to(torch.uint8)


@dataclass(frozen=True)
class Continuous:
    """The output gives values. `value`: output -> (B, V, h, w) in their unit, V = C."""

    value: Callable[[Tensor], Tensor]
    has_classes = False

    def read(self, output: Tensor) -> Tensor:
        """(B, V, h, w)."""
        return self.value(output.float())

    def entropy(self, reading: Tensor) -> Tensor:
        """There are no chances."""
        return reading.new_zeros(len(reading))

    def margin(self, reading: Tensor) -> Tensor:
        """There are no chances."""
        return reading.new_zeros(len(reading))

    def uncertainty(self, reading: Tensor, mirrored: Tensor) -> Tensor:
        """Variance of the two values, in the unit squared."""
        return _variance(reading, mirrored).mean((1, 2, 3))

    def equivariance(self, reading: Tensor, mirrored: Tensor) -> Tensor:
        """1/2 ln(2 pi e (var + 1e-6)) per channel."""
        return (2 * math.pi * math.e * (_variance(reading, mirrored) + VARIANCE_FLOOR)).log().sum(
            (1, 2, 3)
        ) / 2

    def spread(self, readings: Tensor) -> Tensor:
        """Variance over the passes, in the unit squared."""
        return readings.var(0, correction=0).mean((1, 2, 3))

    def slope(self, reading: Tensor, guess: Tensor) -> Tensor:
        """Value - guess, of half the squared difference, with respect to the value itself (our choice).

        The slope of the absolute difference, which networks learn from, would be +-1 however sure they are.
        """
        return reading - guess

    def guess(self, reading: Tensor, mirrored: Tensor) -> Tensor:
        """The value at the pixels of each image that change least when it is mirrored; 0 at the others."""
        variance = _variance(reading, mirrored).mean(1, keepdim=True)
        pixels = variance[0].numel()
        limit = variance.flatten(1).kthvalue(math.ceil(BETTER_SHARE * pixels), dim=1).values
        return torch.where(variance <= limit.view(-1, 1, 1, 1), reading, 0)


def _variance(one: Tensor, other: Tensor) -> Tensor:
    """Of two values a and b: ((a - b) / 2)^2."""
    return ((one - other) / 2).square()
