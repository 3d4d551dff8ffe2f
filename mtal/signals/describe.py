"""One pass over the pool for all signals that somebody needs."""
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import nn

from mtal.datasets.normalise import to_input
from mtal.signals.signal import Bench, Seen, Signal
from mtal.tasks.task import Task
from mtal.training.loop import Report


@torch.inference_mode()
def describe(bench: Bench, signals: Mapping[str, Signal], fitted: Mapping[str, nn.Module], report: Report,
             ) -> dict[str, np.ndarray]:
    """name -> (N, ...) float32, row i = pool image i. Only what some signal needs of the network runs."""
    count, batch = len(bench.pool.ids), bench.config.batch
    found: dict[str, list[np.ndarray]] = {name: [] for name in signals}
    for start in range(0, count, batch):
        report(start, count)
        seen = look(bench, np.arange(start, min(count, start + batch)), signals)
        with bench.machine.autocast():
            measured = {name: signal.measure(fitted.get(name), seen, bench) for name, signal in signals.items()}
        for name, numbers in measured.items():
            found[name].append(numbers.float().cpu().numpy())
    report(count, count)
    return {name: np.concatenate(parts) for name, parts in found.items()}


def look(bench: Bench, indices: np.ndarray, signals: Mapping[str, Signal]) -> Seen:
    """What the signals need of some pool images: final outputs and the mirrored images only if one of them asks."""
    final = any(signal.needs_final(bench.config) for signal in signals.values())
    images = to_input(bench.pool.images(indices), bench.machine.device)
    with bench.machine.autocast():
        prediction = bench.network(images) if final else bench.network.first_stage(images)
        mirror = bench.network(images.flip(-1)) if any(signal.needs_mirrored for signal in signals.values()) else None
    return Seen(indices, bench.tasks, prediction, mirror)


def allowed(signals: Mapping[str, Signal], tasks: Sequence[Task]) -> tuple[str, ...]:
    """Names of those that can be measured for these tasks."""
    return tuple(name for name, signal in signals.items() if not signal.refuses(tasks))
