"""One pass over the pool for all signals that somebody needs."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from mtal.config import Config
from mtal.datasets.normalise import to_input
from mtal.models.fold_batchnorm import fold
from mtal.signals.signal import FitContext, PoolBatch, Signal
from mtal.tasks.task import Task
from mtal.training.batches import Report

MOST_IMAGES, MOST_PIXELS = 32, 2**20  # looked at together: more are no faster, and take memory


@torch.inference_mode()
def describe(
    bench: FitContext,
    signals: Mapping[str, Signal],
    fitted: Mapping[str, nn.Module],
    report: Report,
) -> dict[str, np.ndarray]:
    """name -> (N, ...) float32, row i = pool image i. Only what some signal needs of the network runs."""
    bench, fitted = _folded(bench, signals, fitted)
    count, batch = len(bench.pool.ids), images_together(bench.config)
    found: dict[str, list[np.ndarray]] = {name: [] for name in signals}
    for start in range(0, count, batch):
        report(start, count)
        for name, numbers in _measured(
            bench, np.arange(start, min(count, start + batch)), signals, fitted
        ).items():
            found[name].append(numbers.float().cpu().numpy())
    report(count, count)
    return {name: np.concatenate(parts) for name, parts in found.items()}


def images_together(config: Config) -> int:
    """Images per step: as many as pay, never fewer than `batch`."""
    return max(config.batch, min(MOST_IMAGES, MOST_PIXELS // (config.size[0] * config.size[1])))


def look(bench: FitContext, indices: np.ndarray, signals: Mapping[str, Signal]) -> PoolBatch:
    """What the signals need of some pool images: final outputs and the mirrored images only if one of them asks."""
    final = any(signal.needs_final(bench.config) for signal in signals.values())
    images = to_input(bench.pool.images(indices), bench.machine.device)
    with bench.machine.autocast():
        prediction = bench.network(images) if final else bench.network.first_stage(images)
        mirror = (
            bench.network(images.flip(-1))
            if any(signal.needs_mirrored for signal in signals.values())
            else None
        )
    return PoolBatch(indices, bench.tasks, prediction, mirror)


def allowed(signals: Mapping[str, Signal], tasks: Sequence[Task]) -> tuple[str, ...]:
    """Names of those that can be measured for these tasks."""
    return tuple(name for name, signal in signals.items() if not signal.refuses(tasks))


def _measured(
    bench: FitContext,
    indices: np.ndarray,
    signals: Mapping[str, Signal],
    fitted: Mapping[str, nn.Module],
) -> dict[str, Tensor]:
    seen = look(bench, indices, signals)
    with bench.machine.autocast():
        return {
            name: signal.measure(fitted.get(name), seen, bench) for name, signal in signals.items()
        }


def _folded(
    bench: FitContext, signals: Mapping[str, Signal], fitted: Mapping[str, nn.Module]
) -> tuple[FitContext, dict[str, nn.Module]]:
    """The same with copies of the modules that predict faster."""
    network, copies = (
        copy.deepcopy(bench.network),
        {name: copy.deepcopy(module) for name, module in fitted.items()},
    )
    bench = replace(bench, network=network)
    fold(
        nn.ModuleList([network, *copies.values()]),
        lambda: _measured(bench, np.arange(1), signals, copies),
    )
    return bench, copies
