"""One training of a two-stage network on what is labelled."""

from collections.abc import Sequence
from itertools import count

import torch
from torch import nn

from mtal.config import Config
from mtal.models.prediction import TwoStageNetwork
from mtal.training.auxiliary import Auxiliary
from mtal.training.batches import Batch, LabelledBatches, Report, optimise, torch_generator
from mtal.training.losses import NonFiniteLossError, all_losses, check_finite, joined


def train(
    network: TwoStageNetwork,
    feed: LabelledBatches,
    config: Config,
    seed: list[int],
    report: Report,
    companions: Sequence[Auxiliary] = (),
) -> None:
    """Every head, initial and final, against the same labels with the same task weights (docs/method.md, sections 7.2 and 8.2). In place.

    feed.weights carry missing labels and sample weights. Companions are trained along, by the same optimiser.
    NonFiniteLossError names the parts that broke.
    """
    tasks, ids = feed.tasks, feed.data.ids
    scale = torch.tensor([task.weight for task in tasks], device=feed.machine.device)
    trained = nn.ModuleList([network, *companions])
    trained.train()
    step, total = count(), config.epochs * feed.steps

    def step_loss(batch: Batch) -> tuple[torch.Tensor, dict[str, float]]:
        with feed.machine.autocast():
            prediction = network(batch.images)
        losses = all_losses(prediction, batch.targets, tasks)
        heads = [f"initial {level}" for level in range(len(prediction.initial))] + ["final"]
        check_finite(
            losses,
            tasks,
            heads,
            [ids[index] for index in batch.indices],
            "while training the network",
        )
        parts = losses[-1].detach().mean(dim=0).tolist()
        loss, progress = joined(losses, batch.weights, scale), next(step) / total
        for companion in companions:
            own = companion.loss(prediction, losses[-1].detach(), batch.weights, progress)
            if not torch.isfinite(own):
                raise NonFiniteLossError(
                    f"the loss of {companion.title} is not finite while training the network. Try a lower "
                    f"lr or precision=float32"
                )
            loss = loss + own
        return loss, {task.name: part for task, part in zip(tasks, parts, strict=True)}

    optimise(
        trained,
        feed,
        step_loss,
        epochs=config.epochs,
        lr=config.lr,
        weight_decay=config.weight_decay,
        generator=torch_generator(seed),
        report=report,
    )
