"""The loss that a small module beside the network predicts for each task (LL4AL, arXiv:1905.03677; supplement, section 3).

Trained along with the network, by the order of losses within pairs of images. Our choices: the maps that a module looks at (the
shared one and the task's own), the plain sum of the tasks' pair losses.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from mtal.models.prediction import Prediction, TwoStageNetwork
from mtal.signals.signal import FitContext, PoolBatch, Signal
from mtal.tasks.task import Task
from mtal.training.auxiliary import Auxiliary

HIDDEN = 128
MARGIN = 1.0
DETACHED_FROM = 0.6  # share of the training after which features are detached


class LossModule(nn.Module):
    """Averages of several maps, each through a layer of its own; joined to one number."""

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__()
        self.entrances = nn.ModuleList([nn.Linear(width, HIDDEN) for width in widths])
        self.exit = nn.Linear(HIDDEN * len(widths), 1)

    def forward(self, averages: Sequence[Tensor]) -> Tensor:
        """(B, width) each -> (B,)."""
        inside = [
            entrance(average).relu()
            for entrance, average in zip(self.entrances, averages, strict=True)
        ]
        joined: Tensor = self.exit(torch.cat(inside, dim=1))
        return joined[:, 0]


class LossModules(Auxiliary):
    """One module per task. `changes_network`: whether what it learns flows back into the features, as in the paper."""

    title = "the loss modules of LL4AL"

    def __init__(
        self, network: TwoStageNetwork, tasks: Sequence[Task], changes_network: bool
    ) -> None:
        super().__init__()
        self.changes_network = changes_network
        widths = (shared_width(network), network.channels)
        self.of_task = nn.ModuleDict({task.name: LossModule(widths) for task in tasks})

    def forward(self, shared: Tensor, features: Mapping[str, Tensor]) -> Tensor:
        """Means over the image, float32, of the shared map (B, C) and of each F_k (B, F) -> (B, T) in no unit."""
        with torch.autocast(shared.device.type, enabled=False):
            return torch.stack(
                [module((shared, features[name])) for name, module in self.of_task.items()], dim=1
            )

    def loss(
        self, prediction: Prediction, losses: Tensor, weights: Tensor, progress: float
    ) -> Tensor:
        """Sum over tasks of the ranking loss."""
        shared, features = (
            average(prediction.shared),
            {name: average(maps) for name, maps in prediction.features.items()},
        )
        if not self.changes_network or progress >= DETACHED_FROM:
            shared, features = (
                shared.detach(),
                {name: mean.detach() for name, mean in features.items()},
            )
        return ranking_loss(self(shared, features), losses, weights > 0)


def average(maps: Tensor) -> Tensor:
    """(B, C, h, w) -> (B, C) float32."""
    return maps.mean((2, 3), dtype=torch.float32)


def ranking_loss(predicted: Tensor, losses: Tensor, known: Tensor) -> Tensor:
    """Sum over tasks of the mean over pairs (i, B-1-i) of max(0, margin - sign (p_i - p_j)), sign +1 if l_i > l_j, else -1.

    All (B, T). Pairs of which one image is not `known` for the task are left out, and so is the image in the middle.
    """
    half = len(losses) // 2
    apart, truth = ((values - values.flip(0))[:half] for values in (predicted, losses.detach()))
    both = (known & known.flip(0))[:half]
    wrong = (MARGIN - torch.where(truth > 0, apart, -apart)).clamp(min=0)
    return (torch.where(both, wrong, 0).sum(0) / both.sum(0).clamp(min=1)).sum()


@torch.no_grad()
def shared_width(network: TwoStageNetwork) -> int:
    """Channels of the shared map, found by looking at a black image."""
    training = network.training
    device = next(network.parameters()).device
    width = network.eval().first_stage(torch.zeros(1, 3, 64, 64, device=device)).shared.shape[1]
    network.train(training)
    return width


def measure(module: nn.Module | None, seen: PoolBatch, bench: FitContext) -> Tensor:
    """(B, T)."""
    assert module is not None
    predicted: Tensor = module(
        seen.shared, {name: average(maps) for name, maps in seen.prediction.features.items()}
    )
    return predicted


PREDICTED_LOSS = Signal(
    "predicted_loss",
    "Predicted loss",
    measure,
    along=LossModules,
    scores=lambda found: {"predicted loss": found},
)
