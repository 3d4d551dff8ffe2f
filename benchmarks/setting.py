"""Setting of the benchmarks: three tasks at 120x160.

On NYU if MTAL_NYUD names its folder, else on the synthetic data set.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from mtal.config import Config, compose
from mtal.datasets.dataset import Dataset, Gated
from mtal.datasets.registry import DATASETS
from mtal.datasets.resized import Resized
from mtal.models.prediction import TwoStageNetwork
from mtal.models.registry import build_network
from mtal.signals.signal import FitContext
from mtal.training.batches import LabelledBatches
from mtal.training.device import Device, find_device


@dataclass(frozen=True)
class Setting:
    """Config, data set and labelled pool of a benchmark."""

    config: Config
    dataset: Dataset
    pool: Resized
    labelled: np.ndarray

    def batches(self, device: Device) -> LabelledBatches:
        """Return augmented training batches of all labelled images."""
        return LabelledBatches(
            self.pool,
            self.dataset.tasks,
            self.labelled.astype(float),
            self.config.batch,
            self.dataset.augmentation,
            device,
        )

    def context(self, network: TwoStageNetwork, device: Device) -> FitContext:
        """Return the context that signals are fitted and measured with."""
        return FitContext(
            network,
            self.pool,
            self.batches(device),
            self.dataset.tasks,
            self.config,
            device,
            (0, 0, 0),
        )

    def network(self, device: Device | None, seed: int = 0) -> TwoStageNetwork:
        """Build a pretrained network, on a device in channels last, or contiguous if None."""
        torch.manual_seed(seed)
        network = build_network(self.config, self.dataset.tasks)
        return network if device is None else device.move(network)


def setting(sets: Sequence[str], images: int | None = None) -> Setting:
    """Load the preset `cpu` with the settings `sets`.

    The first `images` of the pool are labelled, or half of it; all are decoded before the timing.
    """
    folder = DATASETS["nyud"].locate(Config(dataset="nyud"))
    data = ("dataset=nyud",) if folder else ("dataset=drawn", "data=640+160")
    config = compose("cpu", sets=(*data, *sets))
    dataset = DATASETS[config.dataset].load(config)
    labelled = np.zeros((len(dataset.pool.ids), len(dataset.tasks)), bool)
    labelled[: images or len(labelled) // 2] = True
    pool = Resized(Gated(dataset.pool, dataset.tasks, labelled), config.size, config.memory_gb)
    pool.preload(tasks=dataset.tasks, labelled=labelled)
    return Setting(config, dataset, pool, labelled)


def describe_machine(config: Config) -> str:
    """Return the line that names versions and device, for every result."""
    device = find_device(config)
    capability = torch.backends.cpu.get_cpu_capability()
    return f"torch {torch.__version__}, {device.name}, {device.precision}, {capability}"
