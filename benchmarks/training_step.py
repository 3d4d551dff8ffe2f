"""Time the training step of PAD-Net: the default mode against plain float32 with PyTorch's parts.

The default mode: channels last, bfloat16 autocast (depthwise convolutions in float32), resizing as
matrix products, the tasks' first convolutions as one, cross-entropy image by image, fused Adam,
freed memory kept for the next step. The plain network is contiguous.

    python -m benchmarks.training_step [--rounds 8] [--set channels=64]

All take the same augmented batches through forward, losses, backward and Adam; decoding is done
before. They step in turn, each in a process of its own, since keeping freed memory is a setting of
the process; `plain, memory kept` shows the effect of that alone.
"""

import argparse
import contextlib
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from unittest.mock import patch

import torch

from benchmarks.setting import describe_machine, setting
from benchmarks.timing import interleaved, median_ms, ratio
from mtal.models import backbones, padnet
from mtal.tasks import classes, cross_entropy, resize
from mtal.training.batches import torch_generator
from mtal.training.device import Device, find_device, keep_freed_memory, set_threads
from mtal.training.losses import all_losses, training_loss

KINDS = ("plain", "plain, memory kept", "default")
IMAGES = 64


def stepper(kind: str, sets: Sequence[str]) -> Callable[[], None]:
    """Return a function that does one training step."""
    of = setting(sets, images=IMAGES)
    if kind == "default":
        device = find_device(of.config)
    else:
        device = Device(torch.device("cpu"), bfloat16=False)
        set_threads(of.config)
    if kind == "plain, memory kept":
        keep_freed_memory()
    plain = kind != "default"
    network = of.network(None if plain else device).train()
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-4, weight_decay=1e-4, fused=not plain)
    tasks = of.dataset.tasks
    scale = torch.tensor([task.weight for task in tasks])
    labelled, generator = of.batches(device), torch_generator([0])
    batches = iter([batch for _ in range(20) for batch in labelled.epoch(generator)][:64])

    def step() -> None:
        batch = next(batches)
        with plain_parts() if plain else contextlib.nullcontext():
            with device.autocast():
                prediction = network(batch.inputs.contiguous() if plain else batch.inputs)
            loss = training_loss(all_losses(prediction, batch.targets, tasks), batch.weights, scale)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()

    return step


@contextlib.contextmanager
def plain_parts() -> Iterator[None]:
    """Replace our faster parts by those of PyTorch."""
    with (
        patch.object(resize, "resize", interpolate),
        patch.object(backbones, "resize", interpolate),
        patch.object(
            padnet,
            "side_by_side",
            lambda blocks, maps: {name: block(maps) for name, block in blocks.items()},
        ),
        patch.object(classes, "cross_entropy", cross_entropy.all_at_once),
    ):
        yield


def interpolate(maps: torch.Tensor, size: Sequence[int]) -> torch.Tensor:
    """Resize maps bilinearly by PyTorch's kernel."""
    return torch.nn.functional.interpolate(maps, tuple(size), mode="bilinear", align_corners=False)


def serve(kind: str, sets: Sequence[str], requests: Connection) -> None:
    """Do a step for every request, in a process of its own."""
    step = stepper(kind, sets)
    with contextlib.suppress(EOFError):  # the other end was closed
        while requests.recv():
            step()
            requests.send(True)


def remote(kind: str, sets: Sequence[str]) -> Callable[[], object]:
    """Return a function that does the step in a process of its own."""
    ours, theirs = get_context("spawn").Pipe()
    get_context("spawn").Process(target=serve, args=(kind, sets, theirs), daemon=True).start()
    theirs.close()

    def step() -> object:
        ours.send(True)
        return ours.recv()

    return step


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--set", action="append", default=[])
    args = parser.parse_args()
    of = setting(args.set, images=IMAGES)
    times = interleaved({kind: remote(kind, args.set) for kind in KINDS}, args.rounds, warm_up=2)
    print(describe_machine(of.config))
    config = of.config
    print(
        f"{of.dataset.title} {config.size_text}, batch {config.batch}, {config.backbone}, "
        f"{config.channels} channels"
    )
    for kind in KINDS:
        per_image, factor = median_ms(times[kind], config.batch), ratio(times, kind, "default")
        print(f"{kind}: {per_image} an image, {factor} x the default's time")


if __name__ == "__main__":
    main()
