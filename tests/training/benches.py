"""A small data set, network and machine for the tests of training and signals."""

import numpy as np
import torch

from mtal.datasets.dataset import Gated
from mtal.datasets.registry import DATASETS
from mtal.datasets.resized import Resized
from mtal.models.registry import build_network
from mtal.signals.signal import FitContext
from mtal.training.batches import LabelledBatches
from mtal.training.device import find_machine
from tests.real_runs import tiny_config


def small_bench(*sets: str, labelled: int = 8, augment: bool = False) -> FitContext:
    """24 drawn images of 33x47, the first `labelled` of them bought; an untrained frozen network."""
    config = tiny_config(*sets)
    dataset = DATASETS[config.dataset].load(config)
    known = np.zeros((len(dataset.pool.ids), len(dataset.tasks)), bool)
    known[:labelled] = True
    machine = find_machine(config)
    torch.manual_seed(0)
    network = machine.place(build_network(config, dataset.tasks)).eval().requires_grad_(False)
    pool = Resized(Gated(dataset.pool, dataset.tasks, known), config.size, 1)
    feed = LabelledBatches(pool, dataset.tasks, known.astype(float), config.batch, augment, machine)
    return FitContext(network, pool, feed, dataset.tasks, config, machine, (0, 0, 3))


def quiet(done: int, total: int, loss: dict[str, float] | None = None) -> None:
    """A report that nobody reads."""
