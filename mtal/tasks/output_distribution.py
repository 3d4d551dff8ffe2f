"""What an output says and how sure it is, for both kinds: class probabilities, and values.

B images, h x w pixels. *Parameters* are those of the distribution that an output (B, C, h, w)
stands for, in float32: ln p of K classes, (B, K, h, w), or V values in their unit, (B, V, h, w).
`mirrored` are the parameters predicted for the mirrored images, mirrored back. Measures of shape
(B,) are higher where an output is less sure. Formulas: docs/method.md, section 6.1.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

CONFIDENT = 0.9  # probability from which a class becomes a pseudo-label (PartAL; our choice)
BETTER_SHARE = 0.5  # share of the pixels whose value becomes a pseudo-label (our choice)
VARIANCE_FLOOR = 1e-6  # of EquAL's Gaussian entropy (docs/method.md, section 6.1)


class OutputDistribution(Protocol):
    """What `Categorical` and `Continuous` have in common."""

    has_classes: bool

    def parameters(self, output: Tensor) -> Tensor:
        """Turn an output (B, C, h, w) of any precision into parameters."""
        ...

    def mean_output(self, outputs: Tensor, counted: Tensor) -> Tensor:
        """(B, C, h, w) output that stands for the mean of several, of probabilities or values.

        outputs: (S, B, C, h, w); counted: (S, B) bool, at least one per image.
        """
        ...

    def entropy(self, parameters: Tensor) -> Tensor:
        """(B,) mean over pixels in nats; 0 without classes."""
        ...

    def margin(self, parameters: Tensor) -> Tensor:
        """(B,) mean over pixels of 1 - (highest probability - second); 0 without classes."""
        ...

    def uncertainty(self, parameters: Tensor, mirrored: Tensor) -> Tensor:
        """(B,) of RBAL and PartAL: entropy, or variance under mirroring; means over pixels."""
        ...

    def equivariance(self, parameters: Tensor, mirrored: Tensor) -> Tensor:
        """(B,) of EquAL: entropy between both predictions, summed over pixels."""
        ...

    def spread(self, passes: Tensor) -> Tensor:
        """(B,) of BALD from S passes, (S, B, K or V, h, w); means over pixels.

        Mutual information in nats for classes, variance for values.
        """
        ...

    def loss_gradient(self, parameters: Tensor, assumed: Tensor) -> Tensor:
        """(B, C, h, w) of BADGE: gradient of the loss with respect to the output.

        `assumed`: the parameters of another prediction, which is taken for the truth.
        """
        ...

    def pseudo_label(self, parameters: Tensor, mirrored: Tensor) -> Tensor:
        """(B, 1 or 3, h, w) target of PartAL, ignored where the prediction is not sure enough."""
        ...


@dataclass(frozen=True)
class Categorical:
    """Probabilities of K classes; the output holds a logit for each but the first `silent` ones.

    The logit of a silent class is 0. Yes-or-no tasks have one silent class, the others none.
    """

    ignore: int
    silent: int = 0
    has_classes = True

    def parameters(self, output: Tensor) -> Tensor:
        """(B, K, h, w) ln p."""
        logits = output.float()
        if self.silent:
            logits = F.pad(logits, (0, 0, 0, 0, self.silent, 0))
        return F.log_softmax(logits, 1)

    def mean_output(self, outputs: Tensor, counted: Tensor) -> Tensor:
        """Of the mean probabilities."""
        log_p = torch.stack([self.parameters(output) for output in outputs])
        left_out = ~counted[:, :, None, None, None]
        mean = log_p.masked_fill(left_out, -math.inf).logsumexp(0)  # up to a constant per image
        return mean[:, 1:] - mean[:, :1] if self.silent else mean

    def entropy(self, parameters: Tensor) -> Tensor:
        """-sum p ln p."""
        return -(parameters.exp() * parameters).sum(1).mean((1, 2))

    def margin(self, parameters: Tensor) -> Tensor:
        """1 - (highest probability - second highest)."""
        best, index = parameters.max(1, keepdim=True)
        # Four times as fast as asking for the two largest at once.
        second = parameters.scatter(1, index, -math.inf).amax(1)
        return 1 - (best[:, 0].exp() - second.exp()).mean((1, 2))

    def uncertainty(self, parameters: Tensor, mirrored: Tensor) -> Tensor:
        """The entropy; the mirrored image is not used."""
        return self.entropy(parameters)

    def equivariance(self, parameters: Tensor, mirrored: Tensor) -> Tensor:
        """-1/2 sum (p ln p' + p' ln p)."""
        return -(parameters.exp() * mirrored + mirrored.exp() * parameters).sum((1, 2, 3)) / 2

    def spread(self, passes: Tensor) -> Tensor:
        """Entropy of the mean probabilities minus the mean entropy (arXiv:1112.5745)."""
        probabilities = passes.exp()
        mean_entropy = -(probabilities * passes).sum(2).mean(0)
        entropy_of_mean = torch.special.entr(probabilities.mean(0)).sum(1)
        return (entropy_of_mean - mean_entropy).clamp(min=0).mean((1, 2))

    def loss_gradient(self, parameters: Tensor, assumed: Tensor) -> Tensor:
        """p - one_hot(most likely class of `assumed`), of the cross-entropy (arXiv:1906.03671).

        Classes that are equally likely share the 1.
        """
        # Comparing with the maximum is seven times as fast as argmax.
        likeliest = (assumed == assumed.amax(1, keepdim=True)).float()
        one_hot = likeliest / likeliest.sum(1, keepdim=True)
        return (parameters.exp() - one_hot)[:, self.silent :]

    def pseudo_label(self, parameters: Tensor, mirrored: Tensor) -> Tensor:
        """The most likely class where its probability is at least `CONFIDENT`."""
        log_p, ids = parameters.max(1, keepdim=True)
        return torch.where(log_p.exp() >= CONFIDENT, ids, self.ignore).to(torch.uint8)


@dataclass(frozen=True)
class Continuous:
    """Values in a unit. `value`: output -> (B, V, h, w), V = C."""

    value: Callable[[Tensor], Tensor]
    has_classes = False

    def parameters(self, output: Tensor) -> Tensor:
        """(B, V, h, w) values."""
        return self.value(output.float())

    def mean_output(self, outputs: Tensor, counted: Tensor) -> Tensor:
        """Of the mean values."""
        values = torch.stack([self.parameters(output) for output in outputs])
        kept = counted[:, :, None, None, None]
        return (values * kept).sum(0) / kept.sum(0)

    def entropy(self, parameters: Tensor) -> Tensor:
        """0, since there are no probabilities."""
        return parameters.new_zeros(len(parameters))

    def margin(self, parameters: Tensor) -> Tensor:
        """0, since there are no probabilities."""
        return parameters.new_zeros(len(parameters))

    def uncertainty(self, parameters: Tensor, mirrored: Tensor) -> Tensor:
        """Variance of the two values, in the unit squared."""
        return _variance(parameters, mirrored).mean((1, 2, 3))

    def equivariance(self, parameters: Tensor, mirrored: Tensor) -> Tensor:
        """1/2 ln(2 pi e (var + 1e-6)) per channel."""
        variance = _variance(parameters, mirrored) + VARIANCE_FLOOR
        return (2 * math.pi * math.e * variance).log().sum((1, 2, 3)) / 2

    def spread(self, passes: Tensor) -> Tensor:
        """Variance over the passes, in the unit squared."""
        return passes.var(0, correction=0).mean((1, 2, 3))

    def loss_gradient(self, parameters: Tensor, assumed: Tensor) -> Tensor:
        """Value - assumed value: of half the squared difference, by the value (our choice).

        The gradient of the absolute difference, which networks learn from, would be +-1 however
        sure the network is.
        """
        return parameters - assumed

    def pseudo_label(self, parameters: Tensor, mirrored: Tensor) -> Tensor:
        """The value at the pixels of each image that change least under mirroring, else 0."""
        variance = _variance(parameters, mirrored).mean(1, keepdim=True)
        pixels = variance[0].numel()
        limit = variance.flatten(1).kthvalue(math.ceil(BETTER_SHARE * pixels), dim=1).values
        return torch.where(variance <= limit.view(-1, 1, 1, 1), parameters, 0)


def _variance(value: Tensor, mirrored: Tensor) -> Tensor:
    """Compute ((a - b) / 2)^2, the variance of two values."""
    return ((value - mirrored) / 2).square()
