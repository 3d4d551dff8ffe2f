"""One pass over the pool that measures all signals that are needed."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from mtal.config import Config
from mtal.models.fold_batchnorm import fold
from mtal.models.prediction import FirstStage, NetworkInput, Prediction, TwoStageNetwork
from mtal.signals.signal import FitContext, PoolBatch, Signal
from mtal.tasks.task import Task, mirror_all
from mtal.training.batches import Report

MOST_IMAGES, MOST_PIXELS = 32, 2**20  # per step: more are no faster, and take memory


@torch.inference_mode()
def describe(
    context: FitContext,
    signals: Mapping[str, Signal],
    fitted: Mapping[str, nn.Module],
    report: Report,
) -> dict[str, np.ndarray]:
    """Measure the pool: name -> (N, ...) float32, row i = pool image i.

    fitted: name -> module of the signals that have one. Only those parts of the network run that
    a signal needs.
    """
    context, fitted = _folded(context, signals, fitted)
    count, step = len(context.pool.ids), images_per_step(context.config)
    parts: dict[str, list[np.ndarray]] = {name: [] for name in signals}
    for start in range(0, count, step):
        report(start, count)
        indices = np.arange(start, min(count, start + step))
        for name, numbers in _measured(context, indices, signals, fitted).items():
            parts[name].append(numbers.float().cpu().numpy())
    report(count, count)
    return {name: np.concatenate(steps) for name, steps in parts.items()}


def images_per_step(config: Config) -> int:
    """Choose how many images are measured together, never fewer than `batch`."""
    return max(config.batch, min(MOST_IMAGES, MOST_PIXELS // (config.size[0] * config.size[1])))


def pool_batch(
    context: FitContext, indices: np.ndarray, signals: Mapping[str, Signal]
) -> PoolBatch:
    """Predict what the signals need of some pool images.

    Final outputs and the mirrored images are predicted only if a signal needs them.
    """
    final = [signal for signal in signals.values() if signal.needs_final(context.config)]
    mirrored = any(signal.needs_mirrored for signal in signals.values())
    mirrored_final = any(signal.needs_mirrored for signal in final)
    mirror_images = None
    with context.device.autocast():
        prediction = _predict(context.network, context.inputs.of(indices), bool(final))
        if mirrored:
            images = context.inputs.of(indices, mirror_all(len(indices)))
            mirror_images = _predict(context.network, images, mirrored_final)
    return PoolBatch(indices, context.tasks, prediction, mirror_images)


def _predict(
    network: TwoStageNetwork, inputs: NetworkInput, final: bool
) -> FirstStage | Prediction:
    """Predict; the final outputs only if asked for."""
    return network(inputs) if final else network.first_stage(inputs)


def allowed(signals: Mapping[str, Signal], tasks: Sequence[Task]) -> tuple[str, ...]:
    """List the names of the signals that can be measured for these tasks."""
    return tuple(name for name, signal in signals.items() if not signal.refuses(tasks))


def _measured(
    context: FitContext,
    indices: np.ndarray,
    signals: Mapping[str, Signal],
    fitted: Mapping[str, nn.Module],
) -> dict[str, Tensor]:
    batch = pool_batch(context, indices, signals)
    with context.device.autocast():
        return {
            name: signal.measure(fitted.get(name), batch, context)
            for name, signal in signals.items()
        }


def _folded(
    context: FitContext, signals: Mapping[str, Signal], fitted: Mapping[str, nn.Module]
) -> tuple[FitContext, dict[str, nn.Module]]:
    """Copy network and fitted modules, and make the copies faster for prediction."""
    network = copy.deepcopy(context.network)
    copies = {name: copy.deepcopy(module) for name, module in fitted.items()}
    context = replace(context, network=network)
    fold(
        nn.ModuleList([network, *copies.values()]),
        lambda: _measured(context, np.arange(1), signals, copies),
    )
    return context, copies
