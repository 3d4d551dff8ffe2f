"""The loss of each task, predicted by a small module beside the network (LL4AL).

arXiv:1905.03677; supplement, section 3; docs/method.md, section 6.5. The modules are trained
together with the network, by the order of losses within pairs of images. Our choices: a module
reads the backbone's map and the task's own, and the ranking losses of the tasks are summed.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from mtal.config import Config
from mtal.models.prediction import Prediction, TwoStageNetwork
from mtal.signals.signal import FitContext, PoolBatch, Signal
from mtal.tasks.task import Task
from mtal.training.auxiliary import Auxiliary
from mtal.training.schedule import Schedule, ScheduledOptimiser

HIDDEN = 128
MARGIN = 1.0
DETACHED_FROM = 0.6  # share of the training after which features are detached
# Of SGD in the paper, whose rate falls to a tenth after 160 of 200 epochs. The rate is that of 128
# images; with fewer it is smaller in proportion (our choice: 0.1 with 8 images blew up).
RATE_PER_IMAGE, MOMENTUM, WEIGHT_DECAY, DECAYED_FROM = 0.1 / 128, 0.9, 5e-4, 0.8


class LossModule(nn.Module):
    """Predicts one number per image from the averages of several maps.

    Each average passes through a layer of its own. widths: channels of the maps.
    """

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
        predicted: Tensor = self.exit(torch.cat(inside, dim=1))
        return predicted[:, 0]


class LossModules(Auxiliary):
    """A module per task.

    changes_network: whether the gradient of their loss flows back into the features, as in the
    paper. rate: of SGD, which trains them as in the paper; None: the network's optimiser does.
    """

    title = "the loss modules of LL4AL"

    def __init__(
        self,
        network: TwoStageNetwork,
        tasks: Sequence[Task],
        changes_network: bool,
        rate: float | None = None,
    ) -> None:
        super().__init__()
        self.changes_network, self.rate = changes_network, rate
        widths = (network.backbone.channels, network.channels)
        self.of_task = nn.ModuleDict({task.name: LossModule(widths) for task in tasks})

    def forward(self, shared: Tensor, features: Mapping[str, Tensor]) -> Tensor:
        """Predict (B, T) losses, in no unit.

        shared: (B, C), features: task -> (B, F); means over the image, float32.
        """
        with torch.autocast(shared.device.type, enabled=False):
            return torch.stack(
                [module((shared, features[name])) for name, module in self.of_task.items()], dim=1
            )

    def loss(
        self, prediction: Prediction, losses: Tensor, weights: Tensor, progress: float
    ) -> Tensor:
        """Compute the sum over tasks of the ranking loss."""
        shared = prediction.shared.mean
        features = {name: average(maps) for name, maps in prediction.features.items()}
        if not self.changes_network or progress >= DETACHED_FROM:
            shared = shared.detach()
            features = {name: mean.detach() for name, mean in features.items()}
        return ranking_loss(self(shared, features), losses, weights > 0)

    def own_optimiser(self, schedule: Schedule) -> ScheduledOptimiser | None:
        """As in `Auxiliary`: the paper's SGD, whose rate falls once."""
        rate = self.rate
        if rate is None:
            return None
        sgd = torch.optim.SGD(
            self.parameters(), lr=rate, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY
        )
        decayed_from = DECAYED_FROM * schedule.steps
        return ScheduledOptimiser(sgd, lambda step: rate if step < decayed_from else rate / 10)


def average(maps: Tensor) -> Tensor:
    """(B, C, h, w) -> (B, C) float32."""
    return maps.mean((2, 3), dtype=torch.float32)


def ranking_loss(predicted: Tensor, losses: Tensor, labelled: Tensor) -> Tensor:
    """Sum over tasks of the mean over pairs (i, j = B-1-i) of max(0, margin - sign (p_i - p_j)).

    The sign is +1 if l_i > l_j, else -1. predicted: p, losses: l, labelled: bool, all (B, T).
    Pairs in which one image has no label for the task are left out, and so is the image in the
    middle.
    """
    half = len(losses) // 2
    difference, truth = (
        (values - values.flip(0))[:half] for values in (predicted, losses.detach())
    )
    both = (labelled & labelled.flip(0))[:half]
    hinge = (MARGIN - torch.where(truth > 0, difference, -difference)).clamp(min=0)
    return (torch.where(both, hinge, 0).sum(0) / both.sum(0).clamp(min=1)).sum()


def build(
    network: TwoStageNetwork, tasks: Sequence[Task], changes_network: bool, config: Config
) -> LossModules:
    """Build the modules of a config. changes_network: as far as the config allows it."""
    changes_network = changes_network and not config.loss_module_detached
    rate = RATE_PER_IMAGE * config.batch if config.loss_module_optimiser == "own" else None
    return LossModules(network, tasks, changes_network, rate)


def measure(module: nn.Module | None, batch: PoolBatch, context: FitContext) -> Tensor:
    """(B, T)."""
    assert module is not None
    features = {name: average(maps) for name, maps in batch.prediction.features.items()}
    predicted: Tensor = module(batch.shared, features)
    return predicted


PREDICTED_LOSS = Signal(
    "predicted_loss",
    "Predicted loss",
    measure,
    build_auxiliary=build,
    scores=lambda values: {"predicted loss": values},
)
