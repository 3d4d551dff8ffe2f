"""PAD-Net (Xu et al., CVPR 2018) as the reference code of Vandenhende et al. lays it out (docs/method.md, section 7.2).

B images, F feature channels, C channels of a task; h x w is the backbone's size.
"""

from collections.abc import Mapping, Sequence
from typing import cast

import torch
from torch import Tensor, nn

from mtal.models.backbones import Encoder
from mtal.models.blocks import Bottleneck, Output, side_by_side
from mtal.models.prediction import FirstStage, Prediction, TwoStageNetwork
from mtal.tasks.task import Task


class Distillation(nn.Module):
    """Tasks tell each other: F_k' = F_k + sum over l != k of sigmoid(A_kl * F_l) . (B_kl * F_l), A and B 3x3 convolutions.

    The gate is computed from the source task, as in the reference code. All messages of a source are one convolution.
    """

    def __init__(self, tasks: Sequence[str], channels: int) -> None:
        super().__init__()
        self.tasks, self.channels = tuple(tasks), channels
        others = len(self.tasks) - 1
        self.gates = nn.ModuleDict(
            {
                task: nn.Conv2d(channels, channels * others, 3, padding=1, bias=False)
                for task in tasks
            }
            if others
            else {}
        )
        self.messages = nn.ModuleDict(
            {
                task: nn.Conv2d(channels, channels * others, 3, padding=1, bias=False)
                for task in tasks
            }
            if others
            else {}
        )

    def forward(self, features: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """task -> (B, F, h, w), before and after."""
        mixed = dict(features)
        for source, gate in self.gates.items():
            sent = torch.sigmoid(gate(features[source])) * self.messages[source](features[source])
            receivers = [task for task in self.tasks if task != source]
            for receiver, message in zip(receivers, sent.chunk(len(receivers), dim=1), strict=True):
                mixed[receiver] = mixed[receiver] + message
        return mixed


class PADNet(TwoStageNetwork):
    """Shared backbone, a first head per task, distillation between the tasks, a last head per task."""

    def __init__(
        self,
        backbone: Encoder,
        first_blocks: nn.ModuleDict,
        second_blocks: nn.ModuleDict,
        first_heads: nn.ModuleDict,
        distillation: Distillation,
        last_heads: nn.ModuleDict,
    ) -> None:
        super().__init__()
        self.backbone, self.first_blocks, self.second_blocks = backbone, first_blocks, second_blocks
        self.first_heads, self.distillation, self.last_heads = first_heads, distillation, last_heads
        self.channels, self.dropout = distillation.channels, nn.Dropout2d(0.0)

    def first_stage(self, images: Tensor) -> FirstStage:
        """Initial outputs at the backbone's size, and F_k."""
        shared = self.backbone(images)
        entered = side_by_side(cast("Mapping[str, Bottleneck]", self.first_blocks), shared)
        features = {
            name: self.dropout(block(entered[name])) for name, block in self.second_blocks.items()
        }
        return FirstStage([self.first_heads_on(features)], features, shared)

    def first_heads_on(self, features: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """A 1x1 convolution of each."""
        return {name: head(features[name]) for name, head in self.first_heads.items()}

    def second_stage(self, first: FirstStage) -> Prediction:
        """Final outputs at the same size."""
        mixed = self.distillation(first.features)
        return Prediction(
            first.initial,
            first.features,
            first.shared,
            {name: head(mixed[name]) for name, head in self.last_heads.items()},
        )


def build(backbone: Encoder, tasks: Sequence[Task], channels: int) -> PADNet:
    """PAD-Net with two bottlenecks before every prediction (256 channels in the reference code)."""
    names = [task.name for task in tasks]
    return PADNet(
        backbone=backbone,
        first_blocks=nn.ModuleDict(
            {name: Bottleneck(backbone.channels, channels) for name in names}
        ),
        second_blocks=nn.ModuleDict({name: Bottleneck(channels, channels) for name in names}),
        first_heads=nn.ModuleDict({task.name: Output(channels, task.channels) for task in tasks}),
        distillation=Distillation(names, channels),
        last_heads=nn.ModuleDict(
            {
                task.name: nn.Sequential(
                    Bottleneck(channels, channels),
                    Bottleneck(channels, channels),
                    Output(channels, task.channels),
                )
                for task in tasks
            }
        ),
    )
