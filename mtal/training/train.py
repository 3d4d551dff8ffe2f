"""One training of a two-stage network on what is labelled."""

from collections.abc import Sequence
from itertools import count

import torch
from torch import nn

from mtal.config import Config
from mtal.models.prediction import TwoStageNetwork
from mtal.training.auxiliary import Auxiliary
from mtal.training.batches import Batch, LabelledBatches, Report, optimise, torch_generator
from mtal.training.losses import (
    NonFiniteLossError,
    all_losses,
    check_finite,
    reported_losses,
    training_loss,
)
from mtal.training.schedule import Schedule, network_schedule


def train(
    network: TwoStageNetwork,
    batches: LabelledBatches,
    config: Config,
    seed: list[int],
    report: Report,
    auxiliaries: Sequence[Auxiliary] = (),
    schedule: Schedule | None = None,
) -> None:
    """Train a network in place: all heads, initial and final, with the same labels and weights.

    See docs/method.md, sections 7.2 and 8.2. NonFiniteLossError names the parts that are not
    finite.

    network: as built, with its initial weights.
    batches: labelled images, with their weights.
    config: for learning rate and weight decay.
    seed: of the order of images and their augmentation.
    report: called after every step.
    auxiliaries: modules that are trained as well, by their own optimisers or that of the network.
    schedule: number of steps; None: that of the config for all images of the batches.
    """
    schedule = schedule or network_schedule(config, len(batches.images))
    tasks, ids = batches.tasks, batches.data.ids
    scale = torch.tensor([task.weight for task in tasks], device=batches.device.torch_device)
    own = {module: module.own_optimiser(schedule) for module in auxiliaries}
    trained = nn.ModuleList([network, *(module for module in auxiliaries if own[module] is None)])
    for module in (network, *auxiliaries):
        module.train()
    step = count()

    def step_loss(batch: Batch) -> tuple[torch.Tensor, dict[str, float]]:
        with batches.device.autocast():
            prediction = network(batch.inputs)
        losses = all_losses(prediction, batch.targets, tasks)
        heads = [f"initial {level}" for level in range(len(prediction.initial))] + ["final"]
        images = [ids[index] for index in batch.indices]
        check_finite(losses, tasks, heads, images, "while training the network")
        final = losses[-1].detach()
        loss, progress = training_loss(losses, batch.weights, scale), next(step) / schedule.steps
        for auxiliary in auxiliaries:
            auxiliary_loss = auxiliary.loss(prediction, final, batch.weights, progress)
            if not torch.isfinite(auxiliary_loss):
                raise NonFiniteLossError(
                    f"the loss of {auxiliary.title} is not finite while training the network. "
                    f"Try a lower lr or precision=float32"
                )
            loss = loss + auxiliary_loss
        return loss, reported_losses(final[None], batch.weights, tasks)

    optimise(
        trained,
        batches,
        step_loss,
        schedule=schedule,
        lr=config.lr,
        weight_decay=config.weight_decay,
        generator=torch_generator(seed),
        report=report,
        others=[optimiser for optimiser in own.values() if optimiser],
    )
