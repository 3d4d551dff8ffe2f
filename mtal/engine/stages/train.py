"""Train a new network on what is labelled."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.torch import save_file
from torch import nn

from mtal.engine.stages.fitted_weights import earlier_weights
from mtal.engine.stages.label_state import LabelState
from mtal.engine.stages.last_modules import last_network, last_pair_blocks
from mtal.engine.stages.needed_signals import needed_signals
from mtal.engine.stages.run_context import CycleContext
from mtal.engine.stages.sample_weights import training_weights
from mtal.models.prediction import TwoStageNetwork
from mtal.models.registry import build_network
from mtal.seeds import AUXILIARY, SIGNAL, TRAINING, WEIGHTS
from mtal.signals.registry import SIGNALS
from mtal.signals.signal import FitContext
from mtal.training.auxiliary import Auxiliary
from mtal.training.balance import balanced
from mtal.training.batches import LabelledBatches, seed_weights
from mtal.training.guesses import FinalHeads, FromLabels, Guesses
from mtal.training.network_inputs import ImageInputs
from mtal.training.pseudo_labels import PSEUDO_LABEL_WEIGHT, missing_labels, predict_pseudo_labels
from mtal.training.schedule import network_schedule
from mtal.training.train import train


@dataclass(frozen=True)
class TrainedNetwork:
    """The frozen network of a cycle, and what else came out of its training."""

    network: TwoStageNetwork
    auxiliaries: Mapping[str, nn.Module]  # signal -> module that was trained along with it
    fit_context: FitContext  # the network with its batches, as signals use them
    waited_s: float  # for which the training stood still for data


def train_network(cycle: CycleContext) -> TrainedNetwork:
    """Train a network and the auxiliary modules of the signals, and freeze them.

    It starts from pretrained weights, or with `finetune` from those of the last cycle.
    """
    context, number, timer = cycle.context, cycle.number, cycle.timer
    config, tasks, device = context.config, context.dataset.tasks, context.device
    batches = training_batches(cycle)
    schedule = network_schedule(config, whole_images(cycle.labels))
    with timer.stage("train", schedule.steps) as report:
        seed_weights((config.seed, number, WEIGHTS))
        if config.finetune and number:
            network = device.move(last_network(context, number))
        else:
            network = device.move(build_network(config, tasks, context.strategy.dropout))
        auxiliaries = build_auxiliaries(cycle, network)
        # layers that draw while they are trained, such as dropout
        seed_weights((config.seed, number, TRAINING))
        seed = [config.seed, number, TRAINING]
        train(network, batches, config, seed, report, list(auxiliaries.values()), schedule)
    for auxiliary in auxiliaries.values():
        auxiliary.eval().requires_grad_(False)
    network.eval().requires_grad_(False)
    fit_context = FitContext(
        network,
        context.pool,
        batches,
        tasks,
        config,
        device,
        (config.seed, number, SIGNAL),
        frozen=context.frozen,
        earlier=earlier_weights(context.run, number, context.signals),
        folder=context.run.paths.folder,
    )
    # other trainings will wait for the same batches, so this is read now
    return TrainedNetwork(network, auxiliaries, fit_context, batches.waiting.seconds)


def whole_images(labels: LabelState) -> int:
    """Count the labelled images, one labelled in part as the share of its labels.

    So a strategy that buys single labels trains for as many steps as one of whole images that has
    bought as many (docs/method.md, section 6.7).
    """
    held = labels.labelled.sum(axis=1)
    whole = np.maximum(1, (labels.labelled | labels.obtainable).sum(axis=1))
    return round(float((held / whole).sum()))


def build_auxiliaries(cycle: CycleContext, network: TwoStageNetwork) -> dict[str, Auxiliary]:
    """Build the modules that are trained along with the network, by the signal that needs them."""
    context = cycle.context
    auxiliaries = {}
    for name in context.signals:
        build_auxiliary = SIGNALS[name].build_auxiliary
        if build_auxiliary is not None:
            seed_weights((context.config.seed, cycle.number, AUXILIARY))
            needed = name in needed_signals(context.config, context.strategy)
            auxiliary = build_auxiliary(network, context.dataset.tasks, needed, context.config)
            auxiliaries[name] = context.device.move(auxiliary)
    return auxiliaries


def training_batches(cycle: CycleContext) -> LabelledBatches:
    """Gather what a cycle learns from: labels with their weights.

    If the strategy says so, pseudo-labels by what the cycle before trained stand for what is
    missing.
    """
    context, labelled = cycle.context, cycle.labels.labelled
    config, tasks = context.config, context.dataset.tasks
    weights = training_weights(context, cycle.number, labelled)
    pseudo_labels: dict[tuple[int, str], np.ndarray] = {}
    missing = missing_labels(labelled)
    if context.strategy.pseudo_labels and cycle.number and missing.any():
        with cycle.timer.stage("guess", int(missing.any(axis=1).sum())) as report:
            pseudo_labels = predict_pseudo_labels(
                guesses(cycle),
                tasks,
                missing,
                config.size,
                config.batch,
                report,
                context.run.paths.folder,
            )
        weights = np.where(missing, PSEUDO_LABEL_WEIGHT, weights)
    return LabelledBatches(
        context.pool,
        balanced(tasks, context.pool, labelled),
        weights,
        config.batch,
        context.dataset.augmentation_for(config),
        context.device,
        pseudo_labels=pseudo_labels,
        stored=context.stored_pool,
    )


def guesses(cycle: CycleContext) -> Guesses:
    """Make guesses by the network of the cycle before: from an image's labels where it can."""
    context, device = cycle.context, cycle.context.device
    network = device.move(last_network(context, cycle.number))
    inputs = context.stored_pool or ImageInputs(context.pool, device)
    blocks = last_pair_blocks(context, cycle.number)
    if blocks is None:
        return FinalHeads(network, inputs, device)
    labelled = cycle.labels.labelled
    return FromLabels(network, device.move(blocks), inputs, context.pool, labelled, device)


def save_weights(module: nn.Module, path: Path) -> None:
    """Save a state dict as safetensors, which needs contiguous memory."""
    tensors = {name: tensor.cpu().contiguous() for name, tensor in module.state_dict().items()}
    save_file(tensors, path)
