"""Time how long training waits for its batches: read ahead in a thread, or when they are needed.

    python -m benchmarks.loading [--rounds 3] [--set channels=64]

Both train on the same epoch of augmented batches, in turn: once with decoded images in memory, once
with every image and label decoded anew (memory_gb=0). Three tasks, so four files per image.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence

import torch

from benchmarks.setting import Setting, describe_machine, setting
from mtal.training.batches import Batch, LabelledBatches, torch_generator
from mtal.training.device import find_device, set_threads
from mtal.training.losses import all_losses, training_loss

IMAGES = 64


def step_of(of: Setting) -> Callable[[Batch], None]:
    """Return a function that does one training step of the default mode."""
    device = find_device(of.config)
    network = of.network(device).train()
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-4, weight_decay=1e-4, fused=True)
    scale = torch.tensor([task.weight for task in of.dataset.tasks], device=device.torch_device)

    def step(batch: Batch) -> None:
        with device.autocast():
            prediction = network(batch.inputs)
        loss = training_loss(
            all_losses(prediction, batch.targets, of.dataset.tasks), batch.weights, scale
        )
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()

    return step


def when_needed(
    batches: LabelledBatches, epochs: int, generator: torch.Generator
) -> Iterator[Batch]:
    """Yield the batches of LabelledBatches.stream without reading ahead."""
    for _ in range(epochs):
        epoch = batches.epoch(generator)
        while True:
            began = time.perf_counter()
            batch = next(epoch, None)
            batches.waiting.seconds += time.perf_counter() - began
            if batch is None:
                break
            yield batch


def timed(
    of: Setting, step: Callable[[Batch], None], ahead: bool, epochs: int
) -> tuple[float, float]:
    """Return the seconds in all, and the seconds of waiting."""
    batches = of.batches(find_device(of.config))
    generator = torch_generator([0])
    if ahead:
        stream = batches.stream(epochs * batches.steps, generator)
    else:
        stream = when_needed(batches, epochs, generator)
    began = time.perf_counter()
    for batch in stream:
        step(batch)
    return time.perf_counter() - began, batches.waiting.seconds


def show(sets: Sequence[str], rounds: int, epochs: int) -> None:
    """Print a line for each of the two."""
    of = setting(sets, images=IMAGES)
    set_threads(of.config)
    step = step_of(of)
    timed(of, step, ahead=True, epochs=1)  # warm up
    seconds = {
        ahead: [timed(of, step, ahead, epochs) for _ in range(rounds)] for ahead in (False, True)
    }
    for ahead, rows in seconds.items():
        total, waited = (sum(column) for column in zip(*rows, strict=True))
        title = "read ahead" if ahead else "when needed"
        milliseconds = 1000 * total / rounds / epochs / IMAGES
        print(
            f"  {title}: {milliseconds:.1f} ms an image, "
            f"{100 * waited / total:.1f} % of it waiting for data"
        )


def main() -> None:
    """Print the shares."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--set", action="append", default=[])
    args = parser.parse_args()
    print(describe_machine(setting(args.set, images=IMAGES).config))
    for memory, name in ((2, "decoded images in memory"), (0, "every file decoded anew")):
        print(f"{name}:")
        show([*args.set, f"memory_gb={memory}"], args.rounds, args.epochs)


if __name__ == "__main__":
    main()
