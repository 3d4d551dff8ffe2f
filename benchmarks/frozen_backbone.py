"""Time a training step and a pass over the pool with a frozen backbone, against a fine-tuned one.

    python -m benchmarks.frozen_backbone [--rounds 8] [--images 64] [--size 60x80] [--cpu-time]

Rooms, three tasks, PAD-Net as in the preset `demo`, batch 8. The frozen network trains on the
stored maps of its backbone and mirrors images only; the fine-tuned network is augmented as the data
set says. The pass measures the committee, with untrained blocks. Both take turns in one process.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace

import torch

from benchmarks.setting import Setting, describe_machine, setting
from benchmarks.timing import interleaved, median_ms, ratio
from mtal.datasets.dataset import Subset
from mtal.datasets.resized import Resized
from mtal.models.pairwise_distillation import PairBlocks
from mtal.signals.describe import describe
from mtal.signals.registry import SIGNALS
from mtal.signals.signal import FitContext
from mtal.training.batches import torch_generator
from mtal.training.device import Device, find_device
from mtal.training.frozen_trunk import frozen_trunk
from mtal.training.losses import all_losses, training_loss

DEMO = ("dataset=rooms", "data=''", "channels=48", "pair_channels=24", "batch=8")
FROZEN, TUNED = "frozen, stored maps", "fine-tuned"


def quiet(done: int, total: int, loss: dict[str, float] | None = None) -> None:
    """Ignore progress reports."""


def context_of(of: Setting, device: Device) -> FitContext:
    """Return an untrained network with its batches; maps are stored if its backbone is frozen."""
    context = of.context(of.network(device), device)
    if not of.config.backbone_frozen:
        return context
    began = time.perf_counter()
    stored = frozen_trunk(of.config, device).in_memory(of.pool, mirrored=True)
    seconds, count = time.perf_counter() - began, 2 * len(of.pool)
    size_kb = stored.plain.nbytes / len(of.pool) / 1e3
    print(f"maps: {size_kb:.0f} KB an image, {seconds / count * 1e3:.1f} ms an image")
    augmentation = of.dataset.augmentation_for(of.config)
    batches = replace(context.batches, stored=stored, augmentation=augmentation)
    return replace(context, batches=batches)


def stepper(context: FitContext) -> Callable[[], None]:
    """Return a function that does one training step, its batch made in that time as well."""
    network, tasks = context.network.train(), context.tasks
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimiser = torch.optim.Adam(trained, lr=1e-4, weight_decay=1e-4, fused=True)
    scale = torch.tensor([task.weight for task in tasks])
    batches = context.batches.stream(10**6, torch_generator([0]))

    def step() -> None:
        network.train()
        batch = next(batches)
        with context.device.autocast():
            prediction = network(batch.inputs)
        loss = training_loss(all_losses(prediction, batch.targets, tasks), batch.weights, scale)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()

    return step


def scorer(context: FitContext) -> Callable[[], object]:
    """Return a function that measures the committee on the whole pool."""
    channels = context.config.pair_channels
    blocks = context.device.move(PairBlocks(context.tasks, channels, residual=True)).eval()
    signals = {"committee": SIGNALS["committee"]}

    def score() -> object:
        context.network.eval()
        return describe(context, signals, {"committee": blocks}, quiet)

    return score


def with_few_images(of: Setting, images: int) -> Setting:
    """Limit the pool to its first images, so that a pass takes seconds."""
    some = Resized(Subset(of.dataset.pool, tuple(range(images))), of.config.size, 1)
    some.preload(tasks=of.dataset.tasks, labelled=of.labelled[:images])
    return replace(of, pool=some, labelled=of.labelled[:images])


def main() -> None:
    """Print times and ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--images", type=int, default=64)
    parser.add_argument("--size", action="append")
    parser.add_argument("--cpu-time", action="store_true", help="on a busy machine")
    parser.add_argument("--set", action="append", default=[])
    args = parser.parse_args()
    clock = time.process_time if args.cpu_time else time.perf_counter
    for size in args.size or ["60x80", "120x160"]:
        contexts = {}
        for kind, frozen in ((FROZEN, "true"), (TUNED, "false")):
            sets = (*DEMO, f"size={size}", f"backbone_frozen={frozen}", *args.set)
            of = with_few_images(setting(sets, images=args.images), args.images)
            device = find_device(of.config)
            contexts[kind] = context_of(of, device)
        print(f"{describe_machine(of.config)}; {of.dataset.title} {size}")
        for what, work, per in (("training step", stepper, 1), ("pool pass", scorer, args.images)):
            works = {kind: work(context) for kind, context in contexts.items()}
            times = interleaved(works, args.rounds, 2, clock)
            unit = "an image" if per > 1 else "a step"
            texts = [f"{kind} {median_ms(times[kind], per)} {unit}" for kind in works]
            print(f"{what}: {', '.join(texts)}; {ratio(times, TUNED, FROZEN)}x")


if __name__ == "__main__":
    main()
