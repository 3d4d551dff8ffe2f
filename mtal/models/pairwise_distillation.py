"""Pairwise distillation (MMD) blocks: the initial prediction of a task, refined by one other task.

One block per unordered pair of tasks, C(K, 2) in all; each refines both of its tasks (supplement,
section 1). Our choices, where the supplement is silent, are in docs/method.md, section 7.3: inputs
are detached and brought to comparable size, the gate comes from the target task, the width, and
that a residual block adds a correction to the initial prediction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mtal.config import Config
from mtal.models.blocks import Output, conv_bn_relu
from mtal.tasks.task import Task

LEVEL = 1.01  # a loss of up to so many times another one counts as equal


@dataclass(frozen=True)
class HeldOutLosses:
    """Mean losses on labelled images from which the blocks have not learnt, unweighted."""

    images: int
    initial: dict[str, float]  # task -> loss of the initial prediction
    refined: dict[str, float]  # task -> that of the refined ones, mean over the partners

    @property
    def worse(self) -> list[str]:
        """Tasks whose refined predictions do worse than the initial one, beyond `LEVEL`."""
        return [
            task for task, loss in self.initial.items() if not self.refined[task] <= LEVEL * loss
        ]


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
    """A block for every pair of tasks.

    residual: what a block decodes is a correction of the initial prediction. It is zero before
    training, so an untrained block agrees with the initial prediction. Otherwise the block decodes
    the whole prediction.
    """

    def __init__(self, tasks: Sequence[Task], channels: int, *, residual: bool) -> None:
        super().__init__()
        self.tasks, self.residual = tuple(tasks), residual
        self.held_out: HeldOutLosses | None = None  # set after training
        self.pairs = list(combinations(range(len(self.tasks)), 2))
        self.blocks = nn.ModuleList(
            [PairBlock(self.tasks[a], self.tasks[b], channels) for a, b in self.pairs]
        )

        if residual:
            self._start_at_zero()

    def _start_at_zero(self) -> None:
        for output in self.modules():
            if isinstance(output, Output):
                nn.init.zeros_(output.weight)
                nn.init.zeros_(output.get_parameter("bias"))

    def forward(self, initial: Mapping[str, Tensor]) -> dict[str, dict[str, Tensor]]:
        """task -> output (B, C, h, w)  ->  task k -> {partner l: R_{k,l} of the same shape}.

        No gradient reaches the input.
        """
        return self.refine_from(initial, {})

    def refine_from(
        self, initial: Mapping[str, Tensor], targets: Mapping[str, Tensor]
    ) -> dict[str, dict[str, Tensor]]:
        """Refine as `forward`, but enter labels in place of predictions wherever there are any.

        initial: task -> output (B, C, h, w); targets: task -> target (B, 1 or 3, H, W), for some
        of the tasks. Pixels that count nowhere keep the prediction, and so does an image without a
        label. Of an image with a label of task l only, R_{k,l} is what that label says about k.
        """
        outputs = [initial[task.name].detach() for task in self.tasks]
        encoded = [
            _encode(task, output, targets.get(task.name))
            for task, output in zip(self.tasks, outputs, strict=True)
        ]
        refined: dict[str, dict[str, Tensor]] = {task.name: {} for task in self.tasks}
        for pair, block in zip(self.pairs, self.blocks, strict=True):
            decoded = block(*(encoded[index] for index in pair))
            for own, other, prediction in zip(pair, reversed(pair), decoded, strict=True):
                task = self.tasks[own]
                if self.residual:
                    prediction = task.correct(outputs[own].float(), prediction)
                refined[task.name][self.tasks[other].name] = prediction
        return refined


def _encode(task: Task, output: Tensor, target: Tensor | None) -> Tensor:
    """(B, C, h, w) input of a block: the label where there is one, else the prediction."""
    encoded = task.encode(output)
    if target is None:
        return encoded
    target = F.interpolate(target, output.shape[-2:], mode="nearest-exact")
    return torch.where(task.valid(target), task.encode_target(target), encoded)


def build_pair_blocks(config: Config, tasks: Sequence[Task]) -> PairBlocks:
    """Build the untrained blocks of a config."""
    return PairBlocks(tasks, config.pair_channels, residual=config.pair_blocks == "residual")
