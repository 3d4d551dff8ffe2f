"""Pairwise distillation (MMD) blocks: the initial prediction of a task, refined by one other task.

One block per unordered pair of tasks, C(K, 2) in all; each refines both of its tasks (supplement,
section 1). Our choices, where the supplement is silent, are in docs/method.md, section 7.3: inputs
are detached and brought to comparable size, the gate comes from the target task, the width.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import torch
from torch import Tensor, nn

from mtal.models.blocks import Output, conv_bn_relu
from mtal.tasks.task import Task


class PairBlock(nn.Module):
    """Refine two tasks by each other: F_a' = F_a + sigmoid(conv(F_a)) . conv(F_b), then decode.

    F_a and F_b are convolutions of the encoded initial predictions; b is refined in the same way.
    """

    def __init__(self, a: Task, b: Task, channels: int) -> None:
        super().__init__()
        self.enter = nn.ModuleList(
            [nn.Conv2d(task.channels, channels, 3, padding=1) for task in (a, b)]
        )
        self.gate = nn.ModuleList([nn.Conv2d(channels, channels, 3, padding=1) for _ in (a, b)])
        self.message = nn.ModuleList(
            [nn.Conv2d(channels, channels, 3, padding=1, bias=False) for _ in (a, b)]
        )
        self.decode = nn.ModuleList([_decoder(channels, task.channels) for task in (a, b)])

    def forward(self, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        """Encoded predictions (B, C_a, h, w), (B, C_b, h, w) -> refined outputs, same shapes."""
        features = [enter(maps) for enter, maps in zip(self.enter, (a, b), strict=True)]

        def refine(own: int, other: int) -> Tensor:
            gate = torch.sigmoid(self.gate[own](features[own]))
            mixed = features[own] + gate * self.message[other](features[other])
            refined: Tensor = self.decode[own](mixed)
            return refined

        return refine(0, 1), refine(1, 0)


def _decoder(channels: int, outputs: int) -> nn.Sequential:
    convolutions = (conv_bn_relu(channels, channels), conv_bn_relu(channels, channels))
    return nn.Sequential(*convolutions, Output(channels, outputs))


class PairBlocks(nn.Module):
    """A block for every pair of tasks."""

    def __init__(self, tasks: Sequence[Task], channels: int) -> None:
        super().__init__()
        self.tasks = tuple(tasks)
        self.pairs = list(combinations(range(len(self.tasks)), 2))
        self.blocks = nn.ModuleList(
            [PairBlock(self.tasks[a], self.tasks[b], channels) for a, b in self.pairs]
        )

    def forward(self, initial: Mapping[str, Tensor]) -> dict[str, dict[str, Tensor]]:
        """task -> output (B, C, h, w)  ->  task k -> {partner l: R_{k,l} of the same shape}.

        No gradient reaches the input.
        """
        encoded = [task.encode(initial[task.name].detach()) for task in self.tasks]
        refined: dict[str, dict[str, Tensor]] = {task.name: {} for task in self.tasks}
        for (a, b), block in zip(self.pairs, self.blocks, strict=True):
            first, second = block(encoded[a], encoded[b])
            refined[self.tasks[a].name][self.tasks[b].name] = first
            refined[self.tasks[b].name][self.tasks[a].name] = second
        return refined
