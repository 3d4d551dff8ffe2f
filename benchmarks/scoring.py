"""Scoring the pool in one pass, against a plain forward pass of the same network in the same mode and a pass per strategy.

    python -m benchmarks.scoring [--rounds 4] [--set channels=64]

Two rows: committee and embedding, which our strategy needs; and all signals together, the mirrored pass included. One pass per
strategy: each strategy's signals in a pass of their own, one after the other.
"""
import argparse
from collections.abc import Sequence

import numpy as np
import torch

from benchmarks.setting import describe_machine, setting
from benchmarks.timing import interleaved, median_ms, ratio
from mtal.acquisition import STRATEGIES
from mtal.datasets.normalise import to_input
from mtal.signals import SIGNALS
from mtal.signals.describe import describe
from mtal.training.machine import find_machine

OURS = ("committee", "embedding")


def quiet(done: int, total: int, loss: dict[str, float] | None = None) -> None:
    """No progress wanted."""


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--set", action="append", default=[])
    args = parser.parse_args()
    of = setting(["pair_epochs=1", "embedding_epochs=1", *args.set], images=16)
    machine = find_machine(of.config)
    network = of.network(machine).eval().requires_grad_(False)
    bench = of.bench(network, machine)
    fitted = {name: signal.fit(bench, quiet) for name, signal in SIGNALS.items() if signal.fit}
    fitted |= {name: machine.place(signal.along(network, bench.tasks, False)).eval().requires_grad_(False)
               for name, signal in SIGNALS.items() if signal.along}
    count, batch = len(of.pool), of.config.batch

    @torch.inference_mode()
    def forward() -> None:
        for start in range(0, count, batch):
            images = to_input(of.pool.images(np.arange(start, min(count, start + batch))), machine.device)
            with machine.autocast():
                network(images)

    def scoring(names: Sequence[str]) -> None:
        describe(bench, {name: SIGNALS[name] for name in names}, fitted, quiet)

    def one_by_one() -> None:
        for strategy in STRATEGIES.values():
            if strategy.needs:
                scoring(strategy.needs)

    times = interleaved({"forward": forward, "ours": lambda: scoring(OURS), "all": lambda: scoring(tuple(SIGNALS)),
                         "one by one": one_by_one}, args.rounds)
    print(describe_machine(of.config))
    print(f"{of.dataset.title} {of.config.size_text}, {count} images, {of.config.backbone}, {of.config.channels} channels")
    passes = sum(bool(strategy.needs) for strategy in STRATEGIES.values())
    for kind, title in (("forward", "plain forward pass"), ("ours", "committee and embedding"),
                        ("all", f"all {len(SIGNALS)} signals in one pass"), ("one by one", f"{passes} passes, one per strategy")):
        print(f"{title}: {median_ms(times[kind], count)} an image, {ratio(times, kind, 'forward')} x the forward pass")


if __name__ == "__main__":
    main()
