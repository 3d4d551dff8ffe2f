"""Time scoring the pool in one pass, against a plain forward pass and a pass per strategy.

    python -m benchmarks.scoring [--rounds 4] [--images 256] [--set channels=64]

Rows: the signals of our strategy; all signals, mirrored images included; every strategy in a pass
of its own (strategies with the same signals are timed once, and each is counted).
"""

import argparse
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch

from benchmarks.setting import describe_machine, setting
from benchmarks.timing import interleaved, median_ms, ratio
from mtal.acquisition.registry import STRATEGIES
from mtal.datasets.dataset import Subset
from mtal.datasets.normalise import to_input
from mtal.datasets.resized import Resized
from mtal.signals.describe import describe
from mtal.signals.registry import SIGNALS
from mtal.signals.signal import FitContext
from mtal.training.device import find_device


def quiet(done: int, total: int, loss: dict[str, float] | None = None) -> None:
    """Ignore progress reports."""


@torch.inference_mode()
def forward(context: FitContext) -> None:
    """Pass every image through the network, in the run's batches."""
    count, batch = len(context.pool), context.config.batch
    for start in range(0, count, batch):
        images = to_input(
            context.pool.images(np.arange(start, min(count, start + batch))),
            context.device.torch_device,
        )
        with context.device.autocast():
            context.network(images)


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--images", type=int, default=256)
    parser.add_argument("--set", action="append", default=[])
    args = parser.parse_args()
    of = setting(["pair_epochs=1", "embedding_epochs=1", *args.set], images=16)
    device = find_device(of.config)
    network = of.network(device).eval().requires_grad_(False)
    some = Subset(of.dataset.pool, tuple(range(min(args.images, len(of.pool)))))
    context = replace(
        of.context(network, device), pool=Resized(some, of.config.size, of.config.memory_gb)
    )
    fitted = {name: signal.fit(context, quiet) for name, signal in SIGNALS.items() if signal.fit}
    fitted |= {
        name: device.move(signal.build_auxiliary(network, context.tasks, False, context.config))
        .eval()
        .requires_grad_(False)
        for name, signal in SIGNALS.items()
        if signal.build_auxiliary
    }

    def scoring(names: tuple[str, ...]) -> Callable[[], object]:
        return lambda: describe(context, {name: SIGNALS[name] for name in names}, fitted, quiet)

    alike = Counter(strategy.signals() for strategy in STRATEGIES.values() if strategy.needs)
    times = interleaved(
        {"forward": lambda: forward(context), "all": scoring(tuple(SIGNALS))}
        | {" ".join(names): scoring(names) for names in alike},
        args.rounds,
    )
    times["strategies"] = [
        sum(alike[names] * times[" ".join(names)][number] for names in alike)
        for number in range(args.rounds)
    ]
    count = len(context.pool)
    print(describe_machine(of.config))
    config, per_image = of.config, median_ms(times["forward"], count)
    print(
        f"{of.dataset.title} {config.size_text}, {count} images, {config.backbone}, "
        f"{config.channels} channels: plain forward pass {per_image} an image"
    )
    rows = {
        "ours: committee embedding": " ".join(STRATEGIES["ours"].signals()),
        f"all {len(SIGNALS)} signals": "all",
        f"{alike.total()} strategies, a pass each": "strategies",
    }
    for title, kind in rows.items():
        per_image, factor = median_ms(times[kind], count), ratio(times, kind, "forward")
        print(f"{title}: {per_image} an image, {factor} x the forward pass")


if __name__ == "__main__":
    main()
