"""What the initial heads disagree about when features are dropped: BALD (arXiv:1112.5745) by MC-dropout (arXiv:1703.02910).

Our choices: whole feature maps F_k are dropped, before the initial head only, so that nothing but the last layer runs again;
eight passes, whose masks are the same for all images of a cycle, as eight networks would be; every fourth pixel both ways (on
NYU images came in the order of all pixels to a rank correlation of .92 to .99; other masks changed it more, .76 to .94).
"""

import torch
from torch import Tensor, nn

from mtal import seeds
from mtal.models.prediction import TwoStageNetwork
from mtal.signals.signal import FitContext, PoolBatch, Signal
from mtal.training.batches import torch_generator

PASSES = 8  # S
SHARE = 0.2  # dropped where the network was trained without dropout
STEP = 4  # of the grid of pixels


def measure(module: nn.Module | None, seen: PoolBatch, bench: FitContext) -> Tensor:
    """(B, T) mutual information in nats, or variance in the task's unit squared."""
    drawn = masks(bench.network, len(bench.tasks), (*bench.seed, seeds.BALD))
    dropped = {}
    for task, keep in zip(bench.tasks, drawn.to(seen.prediction.shared.device), strict=True):
        features = seen.prediction.features[task.name][..., ::STEP, ::STEP]
        dropped[task.name] = (
            features[None] * keep[:, None, :, None, None].to(features.dtype)
        ).flatten(0, 1)
    outputs = bench.network.first_heads_on(dropped)
    return torch.stack(
        [
            task.belief.spread(task.belief.read(outputs[task.name]).unflatten(0, (PASSES, -1)))
            for task in bench.tasks
        ],
        dim=1,
    )


def masks(network: TwoStageNetwork, tasks: int, seed: tuple[int, ...]) -> Tensor:
    """(T, S, F) what every feature map is multiplied by: 0, or 1 / (1 - share)."""
    share = network.dropout.p or SHARE
    drawn = torch.rand(tasks, PASSES, network.channels, generator=torch_generator(seed))
    return (drawn >= share) / (1 - share)


BALD = Signal("bald", "Disagreement under dropout", measure, scores=lambda found: {"BALD": found})
