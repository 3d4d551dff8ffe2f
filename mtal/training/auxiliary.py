"""Auxiliary modules: trained along with the network, each with a loss of its own."""

from torch import Tensor, nn

from mtal.models.prediction import Prediction
from mtal.training.schedule import Schedule, ScheduledOptimiser


class Auxiliary(nn.Module):
    """The interface of such a module. B images, T tasks.

    It decides itself whether its loss changes the network, by detaching what it reads or not.
    """

    title = "an auxiliary module"  # on screen

    def loss(
        self, prediction: Prediction, losses: Tensor, weights: Tensor, progress: float
    ) -> Tensor:
        """Compute the scalar, in float32, that is added to the network's loss.

        losses: (B, T) unweighted losses of the final head, detached; weights: (B, T), 0 where
        there is no label; progress: share of the training that is done, 0..1.
        """
        raise NotImplementedError

    def own_optimiser(self, schedule: Schedule) -> ScheduledOptimiser | None:
        """Make the optimiser that trains it; None: that of the network does.

        schedule: of the network's training.
        """
        return None
