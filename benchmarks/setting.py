"""The setting of the speed figures: NYU at 120x160 where MTAL_NYUD names a folder, else the drawn data set, three tasks."""

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
    """Everything but a network."""

    config: Config
    dataset: Dataset
    pool: Resized
    labelled: np.ndarray

    def batches(self, device: Device) -> LabelledBatches:
        """Training batches of everything labelled, with augmentation."""
        return LabelledBatches(
            self.pool,
            self.dataset.tasks,
            self.labelled.astype(float),
            self.config.batch,
            True,
            device,
        )

    def context(self, network: TwoStageNetwork, device: Device) -> FitContext:
        """What signals are fitted and measured with."""
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
        """Built from pretrained weights; placed (channels last) on a machine, or left contiguous if None."""
        torch.manual_seed(seed)
        network = build_network(self.config, self.dataset.tasks)
        return network if device is None else device.move(network)


def setting(sets: Sequence[str], images: int | None = None) -> Setting:
    """Preset `cpu` with `sets` on top; half of the pool labelled, decoded before anything is timed."""
    place = DATASETS["nyud"].locate(Config(dataset="nyud"))
    where = ("dataset=nyud",) if place else ("dataset=drawn", "data=640+160")
    config = compose("cpu", sets=(*where, *sets))
    dataset = DATASETS[config.dataset].load(config)
    labelled = np.zeros((len(dataset.pool.ids), len(dataset.tasks)), bool)
    labelled[: images or len(labelled) // 2] = True
    pool = Resized(Gated(dataset.pool, dataset.tasks, labelled), config.size, config.memory_gb)
    pool.preload(tasks=dataset.tasks, labelled=labelled)
    return Setting(config, dataset, pool, labelled)


def describe_machine(config: Config) -> str:
    """Line that every figure carries."""
    device = find_device(config)
    return f"torch {torch.__version__}, {device.name}, {device.precision}, {torch.backends.cpu.get_cpu_capability()}"
