"""One pass over the pool for all signals that somebody needs."""
from collections.abc import Mapping

import numpy as np
import torch
from torch import nn

from mtal.datasets.normalise import to_input
from mtal.signals.signal import Bench, Signal
from mtal.training.loop import Report


@torch.inference_mode()
def describe(bench: Bench, signals: Mapping[str, Signal], fitted: Mapping[str, nn.Module], report: Report,
             ) -> dict[str, np.ndarray]:
    """name -> (N, ...) float32, row i = pool image i. Only the first stage of the network runs unless a signal needs more."""
    whole = any(signal.needs_final(bench.config) for signal in signals.values())
    count, batch = len(bench.pool.ids), bench.config.batch
    found: dict[str, list[np.ndarray]] = {name: [] for name in signals}
    for start in range(0, count, batch):
        report(start, count)
        images = to_input(bench.pool.images(np.arange(start, min(count, start + batch))), bench.machine.device)
        with bench.machine.autocast():
            prediction = bench.network(images) if whole else bench.network.first_stage(images)
            measured = {name: signal.measure(fitted[name], prediction, bench) for name, signal in signals.items()}
        for name, numbers in measured.items():
            found[name].append(numbers.float().cpu().numpy())
    report(count, count)
    return {name: np.concatenate(parts) for name, parts in found.items()}
