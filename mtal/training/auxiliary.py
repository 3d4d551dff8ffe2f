"""Companion: a module trained along with the network, with a loss of its own; training does not know what it is for."""

from torch import Tensor, nn

from mtal.models.prediction import Prediction


class Auxiliary(nn.Module):
    """B images, T tasks. What flows back into the network through the companion's loss is the companion's own decision."""

    title = "a companion"  # for people

    def loss(
        self, prediction: Prediction, losses: Tensor, weights: Tensor, progress: float
    ) -> Tensor:
        """Scalar, float32, to be added to the network's loss.

        losses (B, T): unweighted losses of the final head, detached. weights (B, T): 0 = no label. progress: share of the
        training that is done, 0..1.
        """
        raise NotImplementedError
