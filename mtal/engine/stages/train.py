"""Train a network on what is labelled."""

from pathlib import Path

import numpy as np
from safetensors.torch import load_file, save_file
from torch import nn

from mtal.acquisition.weights import sample_weights
from mtal.engine.stage_timer import StageTimer
from mtal.engine.stages.prepare import RunContext
from mtal.models.prediction import TwoStageNetwork
from mtal.models.registry import build_network
from mtal.runs.store.pool_table import normalised_column
from mtal.seeds import AUXILIARY, TRAINING, WEIGHTS
from mtal.signals.registry import SIGNALS
from mtal.training.auxiliary import Auxiliary
from mtal.training.batches import LabelledBatches, seed_weights
from mtal.training.pseudo_labels import PSEUDO_LABEL_WEIGHT, missing_labels, predict_pseudo_labels
from mtal.training.train import train


def training_weights(study: RunContext, number: int, labelled: np.ndarray) -> np.ndarray:
    """(N, T): 0 where there is no label; sample weights where they are on, else 1."""
    on = study.config.sample_weights == "on" or (
        study.config.sample_weights == "auto" and study.strategy.weights_samples
    )
    batches = []
    for earlier in range(number if on else 0):
        pairs = study.run.bought(earlier)
        columns = [normalised_column(task.name) for task in study.dataset.tasks]
        if len(pairs):  # else the pool was exhausted by then
            batches.append((pairs, study.run.pool(earlier)[columns].to_numpy(np.float64)))
    return sample_weights(labelled, batches)


def training_batches(
    study: RunContext, number: int, labelled: np.ndarray, watch: StageTimer
) -> LabelledBatches:
    """What a cycle learns from: labels with their weights, and, if the strategy says so, guesses of the network before."""
    config, weights = study.config, training_weights(study, number, labelled)
    made: dict[tuple[int, str], np.ndarray] = {}
    wanted = missing_labels(labelled)
    if study.strategy.pseudo_labels and number and wanted.any():
        with watch.stage("guess", int(wanted.any(axis=1).sum())) as report:
            network = study.device.move(last_network(study, number))
            made = predict_pseudo_labels(
                network,
                study.pool,
                study.dataset.tasks,
                wanted,
                config.batch,
                study.device,
                report,
                study.run.paths.folder,
            )
        weights = np.where(wanted, PSEUDO_LABEL_WEIGHT, weights)
    return LabelledBatches(
        study.pool,
        study.dataset.tasks,
        weights,
        config.batch,
        config.augment,
        study.device,
        pseudo_labels=made,
    )


def last_network(study: RunContext, number: int) -> TwoStageNetwork:
    """As it was at the end of the cycle before."""
    network = build_network(study.config, study.dataset.tasks, study.strategy.dropout)
    network.load_state_dict(load_file(study.run.cycle(number - 1).network))
    return network


def trained_network(
    study: RunContext, number: int, batches: LabelledBatches, watch: StageTimer
) -> tuple[TwoStageNetwork, dict[str, Auxiliary]]:
    """A new network from pretrained weights (or, if asked, the last cycle's), trained on what is labelled; signal -> what was
    trained along with it."""
    config, tasks = study.config, study.dataset.tasks
    with watch.stage("train", config.epochs * batches.steps) as report:
        seed_weights((config.seed, number, WEIGHTS))
        network = (
            last_network(study, number)
            if config.finetune and number
            else build_network(config, tasks, study.strategy.dropout)
        )
        network = study.device.move(network)
        auxiliaries = {}
        for name in study.signals:
            if (build_auxiliary := SIGNALS[name].build_auxiliary) is not None:
                seed_weights((config.seed, number, AUXILIARY))
                auxiliaries[name] = study.device.move(
                    build_auxiliary(network, tasks, name in study.strategy.needs)
                )
        seed_weights(
            (config.seed, number, TRAINING)
        )  # layers that draw while they are trained, such as dropout
        train(
            network,
            batches,
            config,
            [config.seed, number, TRAINING],
            report,
            list(auxiliaries.values()),
        )
    for auxiliary in auxiliaries.values():
        auxiliary.eval().requires_grad_(False)
    return network.eval().requires_grad_(False), auxiliaries


def save_weights(module: nn.Module, path: Path) -> None:
    """A state dict as safetensors, which wants plain memory order."""
    save_file(
        {name: tensor.cpu().contiguous() for name, tensor in module.state_dict().items()}, path
    )
