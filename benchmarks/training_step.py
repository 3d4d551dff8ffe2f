"""PAD-Net training step: the default mode against the same network in plain float32, contiguous, with PyTorch's own resizing.

The default mode: channels last, bfloat16 autocast (depthwise convolutions in float32), resizing as matrix products, fused Adam.

    python -m benchmarks.training_step [--rounds 8] [--set channels=64]

Both take the same augmented batches through forward, losses, backward and Adam; decoding is done before.
"""
import argparse
from collections.abc import Callable
from unittest.mock import patch

import torch

from benchmarks.setting import Setting, describe_machine, setting
from benchmarks.timing import interleaved, median_ms, ratio
from mtal.models import backbones
from mtal.tasks import classes, cross_entropy, resize
from mtal.training.loop import torch_generator
from mtal.training.losses import all_losses, joined
from mtal.training.machine import Machine, find_machine


def stepper(of: Setting, machine: Machine, plain: bool) -> Callable[[], None]:
    """A function that does one training step."""
    network = of.network(None if plain else machine).train()
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-4, weight_decay=1e-4, fused=not plain)
    tasks = of.dataset.tasks
    scale = torch.tensor([task.weight for task in tasks])
    feed = of.feed(machine)
    batches = iter([batch for _ in range(20) for batch in feed.epoch(torch_generator([0]))][:64])

    def step() -> None:
        batch = next(batches)
        images = batch.images.contiguous() if plain else batch.images
        with machine.autocast():
            prediction = network(images)
        loss = joined(all_losses(prediction, batch.targets, tasks), batch.weights, scale)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()

    def plain_step() -> None:
        with (patch.object(resize, "resize", interpolate), patch.object(backbones, "resize", interpolate),
              patch.object(classes, "cross_entropy", cross_entropy.all_at_once)):
            step()

    return plain_step if plain else step


def interpolate(maps: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """What anybody would write first."""
    return torch.nn.functional.interpolate(maps, size, mode="bilinear", align_corners=False)


def main() -> None:
    """Print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--set", action="append", default=[])
    args = parser.parse_args()
    of = setting(args.set, images=64)
    fast = find_machine(of.config)
    times = interleaved({"plain": stepper(of, Machine(fast.device, bfloat16=False), plain=True),
                         "default": stepper(of, fast, plain=False)}, args.rounds, warm_up=2)
    print(describe_machine(of.config))
    print(f"{of.dataset.title} {of.config.size_text}, batch {of.config.batch}, {of.config.backbone}, "
          f"{of.config.channels} channels: plain float32 {median_ms(times['plain'], of.config.batch)} an image, default "
          f"{median_ms(times['default'], of.config.batch)} an image, {ratio(times, 'plain', 'default')} x faster")


if __name__ == "__main__":
    main()
