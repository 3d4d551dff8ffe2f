"""Scoring the pool (committee and embedding in one pass) against a plain forward pass of the same network in the same mode.

    python -m benchmarks.scoring [--rounds 4] [--images 256] [--set channels=64]
"""
import argparse

import numpy as np
import torch

from benchmarks.setting import describe_machine, setting
from benchmarks.timing import interleaved, median_ms, ratio
from mtal.datasets.normalise import to_input
from mtal.signals import SIGNALS
from mtal.signals.describe import describe
from mtal.training.machine import find_machine


def quiet(done: int, total: int, loss: dict[str, float] | None = None) -> None:
    """No progress wanted."""


def main() -> None:
    """Print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--set", action="append", default=[])
    args = parser.parse_args()
    of = setting(["pair_epochs=1", "embedding_epochs=1", *args.set], images=16)
    machine = find_machine(of.config)
    network = of.network(machine).eval().requires_grad_(False)
    bench = of.bench(network, machine)
    fitted = {name: signal.fit(bench, quiet) for name, signal in SIGNALS.items()}
    count, batch = len(of.pool), of.config.batch

    @torch.inference_mode()
    def forward() -> None:
        for start in range(0, count, batch):
            images = to_input(of.pool.images(np.arange(start, min(count, start + batch))), machine.device)
            with machine.autocast():
                network(images)

    times = interleaved({"forward": forward, "scoring": lambda: describe(bench, SIGNALS, fitted, quiet)}, args.rounds)
    print(describe_machine(of.config))
    print(f"{of.dataset.title} {of.config.size_text}, {count} images, {of.config.backbone}, {of.config.channels} channels: "
          f"forward {median_ms(times['forward'], count)} an image, scoring {median_ms(times['scoring'], count)} an image, "
          f"{ratio(times, 'scoring', 'forward')} x the forward pass")


if __name__ == "__main__":
    main()
