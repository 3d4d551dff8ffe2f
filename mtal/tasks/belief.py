"""How sure an output is, in the two ways in which outputs come: chances of classes, or values. METHOD 6.

B images, C channels, h x w pixels. Every method takes outputs (B, C, h, w) in any precision and computes in float32.
`mirrored` is the output for the mirrored images, mirrored back. (B,) results are higher where an output is less sure.
"""
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

CONFIDENT = 0.9                                             # chance from which a guessed class counts (PartAL; our choice)
BETTER_SHARE = 0.5                                          # share of the pixels whose guessed value counts (our choice)
VARIANCE_FLOOR = 1e-6                                       # of EquAL's Gaussian entropy (METHOD 6)


class Belief(Protocol):
    """What both kinds answer."""

    has_classes: bool

    def entropy(self, output: Tensor) -> Tensor:
        """(B,) mean over pixels in nats; 0 where there are no classes."""
        ...

    def margin(self, output: Tensor) -> Tensor:
        """(B,) mean over pixels of 1 - (best chance - second best); 0 where there are no classes."""
        ...

    def uncertainty(self, output: Tensor, mirrored: Tensor) -> Tensor:
        """(B,) of RBAL and PartAL: entropy of chances, flip variance of values, means over pixels."""
        ...

    def equivariance(self, output: Tensor, mirrored: Tensor) -> Tensor:
        """(B,) of EquAL, sums over pixels: entropy between the two chances; Gaussian entropy of the two values."""
        ...

    def spread(self, outputs: Tensor) -> Tensor:
        """(B,) of BALD from S passes, (S, B, C, h, w): mutual information in nats; variance of values. Means over pixels."""
        ...

    def slope(self, output: Tensor, mirrored: Tensor) -> Tensor:
        """(B, C, h, w) of BADGE: slope of the loss against the output's own guess, with respect to the output."""
        ...

    def guess(self, output: Tensor, mirrored: Tensor) -> Tensor:
        """(B, 1 or 3, h, w) a target made of the output, ignored where it is not sure enough (PartAL)."""
        ...


@dataclass(frozen=True)
class Chances:
    """The output gives a chance to every class. `logits`: output -> (B, K, h, w) whose softmax they are."""
    ignore: int
    logits: Callable[[Tensor], Tensor] = Tensor.float
    has_classes = True

    def _log(self, output: Tensor) -> Tensor:
        return F.log_softmax(self.logits(output.float()), 1)

    def entropy(self, output: Tensor) -> Tensor:
        """-sum p ln p."""
        log = self._log(output)
        return -(log.exp() * log).sum(1).mean((1, 2))

    def margin(self, output: Tensor) -> Tensor:
        """Best versus second best."""
        best = self._log(output).exp().topk(2, dim=1).values
        return 1 - (best[:, 0] - best[:, 1]).mean((1, 2))

    def uncertainty(self, output: Tensor, mirrored: Tensor) -> Tensor:
        """The entropy; the mirrored image is not looked at."""
        return self.entropy(output)

    def equivariance(self, output: Tensor, mirrored: Tensor) -> Tensor:
        """-1/2 sum (p ln p' + p' ln p)."""
        log, other = self._log(output), self._log(mirrored)
        return -(log.exp() * other + other.exp() * log).sum((1, 2, 3)) / 2

    def spread(self, outputs: Tensor) -> Tensor:
        """Entropy of the mean chance less the mean entropy (arXiv:1112.5745)."""
        log = torch.stack([self._log(output) for output in outputs])
        mean = log.exp().mean(0)
        own = -(log.exp() * log).sum(2).mean(0)
        return (torch.special.entr(mean).sum(1) - own).clamp(min=0).mean((1, 2))

    def slope(self, output: Tensor, mirrored: Tensor) -> Tensor:
        """p - one_hot(most likely class), of the cross-entropy (arXiv:1906.03671)."""
        output = output.float()
        with torch.enable_grad(), torch.inference_mode(False):
            leaf = output.clone().requires_grad_()
            logits = self.logits(leaf)
            loss = F.cross_entropy(logits, logits.detach().argmax(1), reduction="sum")
            return torch.autograd.grad(loss, leaf)[0]

    def guess(self, output: Tensor, mirrored: Tensor) -> Tensor:
        """The most likely class where its chance is high enough."""
        chance, ids = self._log(output).exp().max(1)
        return torch.where(chance >= CONFIDENT, ids, self.ignore).to(torch.uint8)[:, None]


@dataclass(frozen=True)
class Values:
    """The output gives values. `read`: output -> (B, V, h, w) in their unit."""
    read: Callable[[Tensor], Tensor]
    has_classes = False

    def entropy(self, output: Tensor) -> Tensor:
        """There are no chances."""
        return torch.zeros(len(output), device=output.device)

    def margin(self, output: Tensor) -> Tensor:
        """There are no chances."""
        return torch.zeros(len(output), device=output.device)

    def uncertainty(self, output: Tensor, mirrored: Tensor) -> Tensor:
        """Variance of the two values."""
        return self._variance(output, mirrored).mean((1, 2, 3))

    def equivariance(self, output: Tensor, mirrored: Tensor) -> Tensor:
        """1/2 ln(2 pi e (var + 1e-6)) per channel."""
        entropy = 0.5 * torch.log(2 * math.pi * math.e * (self._variance(output, mirrored) + VARIANCE_FLOOR))
        return entropy.sum((1, 2, 3))

    def spread(self, outputs: Tensor) -> Tensor:
        """Variance over the passes, in the unit squared."""
        values = torch.stack([self.read(output.float()) for output in outputs])
        return values.var(0, unbiased=False).mean((1, 2, 3))

    def slope(self, output: Tensor, mirrored: Tensor) -> Tensor:
        """Value less the mean of both (our choice: no output has a slope against itself)."""
        return (self.read(output.float()) - self.read(mirrored.float())) / 2

    def guess(self, output: Tensor, mirrored: Tensor) -> Tensor:
        """The value at the pixels of each image that change least when it is mirrored."""
        variance = self._variance(output, mirrored).mean(1, keepdim=True)
        limit = variance.flatten(1).quantile(BETTER_SHARE, dim=1)[:, None, None, None]
        return torch.where(variance <= limit, self.read(output.float()), 0)

    def _variance(self, output: Tensor, mirrored: Tensor) -> Tensor:
        """(B, V, h, w) of two values a and b: ((a - b) / 2)^2."""
        return ((self.read(output.float()) - self.read(mirrored.float())) / 2).square()
