"""A small data set, network and device for the tests of training and signals."""

import numpy as np
import torch

from mtal.datasets.dataset import Gated
from mtal.datasets.registry import DATASETS
from mtal.datasets.resized import Resized
from mtal.models.registry import build_network
from mtal.signals.signal import FitContext
from mtal.training.batches import LabelledBatches
from mtal.training.device import find_device
from tests.real_runs import tiny_config


def small_context(*sets: str, labelled: int = 8, augment: bool = False) -> FitContext:
    """24 drawn images of 33x47, the first `labelled` of them labelled; an untrained network."""
    config = tiny_config(*sets)
    dataset = DATASETS[config.dataset].load(config)
    is_labelled = np.zeros((len(dataset.pool.ids), len(dataset.tasks)), bool)
    is_labelled[:labelled] = True
    device = find_device(config)
    torch.manual_seed(0)
    network = device.move(build_network(config, dataset.tasks)).eval().requires_grad_(False)
    pool = Resized(Gated(dataset.pool, dataset.tasks, is_labelled), config.size, 1)
    augmentation = dataset.augmentation if augment else None
    batches = LabelledBatches(
        pool, dataset.tasks, is_labelled.astype(float), config.batch, augmentation, device
    )
    frozen = np.random.default_rng(0).normal(size=(len(pool), 6)).astype(np.float32)
    return FitContext(
        network, pool, batches, dataset.tasks, config, device, (0, 0, 3), frozen=frozen
    )


def quiet(done: int, total: int, loss: dict[str, float] | None = None) -> None:
    """Report to nobody."""
