"""PAD-Net (Xu et al., CVPR 2018), laid out as in the reference code (docs/method.md, section 7.2).

B images, F feature channels, C channels of a task; h x w is the backbone's size.
"""

from collections.abc import Mapping, Sequence
from typing import cast

import torch
from torch import Tensor, nn

from mtal.models.backbones import Encoder
from mtal.models.blocks import Bottleneck, Output, side_by_side
from mtal.models.prediction import FirstStage, Prediction, TwoStageNetwork
from mtal.models.pyramid import FeaturePyramid
from mtal.tasks.task import Task


class Distillation(nn.Module):
    """Add to each F_k what the other tasks say: sum over l of sigmoid(A_kl * F_l) . (B_kl * F_l).

    A and B are 3x3 convolutions. The gate is computed from the source task l, as in the reference
    code. All messages of a source are computed by one convolution.
    """

    def __init__(self, tasks: Sequence[str], channels: int) -> None:
        super().__init__()
        self.tasks, self.channels = tuple(tasks), channels
        others = len(self.tasks) - 1
        sources = self.tasks if others else ()

        def to_all_others() -> nn.Conv2d:
            return nn.Conv2d(channels, channels * others, 3, padding=1, bias=False)

        self.gates = nn.ModuleDict({task: to_all_others() for task in sources})
        self.messages = nn.ModuleDict({task: to_all_others() for task in sources})

    def forward(self, features: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """task -> F_k (B, F, h, w)  ->  task -> F_k' (B, F, h, w)."""
        mixed = dict(features)
        for source, gate in self.gates.items():
            sent = torch.sigmoid(gate(features[source])) * self.messages[source](features[source])
            receivers = [task for task in self.tasks if task != source]
            for receiver, message in zip(receivers, sent.chunk(len(receivers), dim=1), strict=True):
                mixed[receiver] = mixed[receiver] + message
        return mixed


class PADNet(TwoStageNetwork):
    """Shared backbone, a first head per task, distillation between tasks, a last head per task."""

    def __init__(
        self,
        backbone: Encoder,
        first_blocks: nn.ModuleDict,
        second_blocks: nn.ModuleDict,
        first_heads: nn.ModuleDict,
        distillation: Distillation,
        last_heads: nn.ModuleDict,
    ) -> None:
        """Join the parts; a module dictionary has an entry per task.

        backbone: images -> shared features.
        first_blocks, second_blocks: shared features -> F_k of a task, one after the other.
        first_heads: F_k -> the initial output.
        distillation: F of all tasks -> mixed features of each.
        last_heads: mixed features -> the final output.
        """
        super().__init__()
        self.backbone, self.first_blocks, self.second_blocks = backbone, first_blocks, second_blocks
        self.first_heads, self.distillation, self.last_heads = first_heads, distillation, last_heads
        self.channels, self.dropout = distillation.channels, nn.Dropout2d(0.0)

    def first_stage_from(self, pyramid: FeaturePyramid) -> FirstStage:
        """Predict initial outputs at the backbone's size, and F_k."""
        shared = self.backbone.fuse(pyramid)
        entered = side_by_side(cast("Mapping[str, Bottleneck]", self.first_blocks), shared)
        features = {
            name: self.dropout(block(entered[name])) for name, block in self.second_blocks.items()
        }
        return FirstStage([self.first_heads_on(features)], features, shared)

    def first_heads_on(self, features: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Run the 1x1 convolution of each task."""
        return {name: head(features[name]) for name, head in self.first_heads.items()}

    def second_stage(self, first: FirstStage) -> Prediction:
        """Predict final outputs at the same size."""
        mixed = self.distillation(first.features)
        final = {name: head(mixed[name]) for name, head in self.last_heads.items()}
        return Prediction(first.initial, first.features, first.shared, final)


def build(backbone: Encoder, tasks: Sequence[Task], channels: int) -> PADNet:
    """Build PAD-Net with two bottlenecks before every prediction.

    channels: F, 256 in the reference code.
    """
    names = [task.name for task in tasks]

    def last_head(task: Task) -> nn.Module:
        bottlenecks = (Bottleneck(channels, channels), Bottleneck(channels, channels))
        return nn.Sequential(*bottlenecks, Output(channels, task.channels))

    return PADNet(
        backbone=backbone,
        first_blocks=nn.ModuleDict(
            {name: Bottleneck(backbone.channels, channels) for name in names}
        ),
        second_blocks=nn.ModuleDict({name: Bottleneck(channels, channels) for name in names}),
        first_heads=nn.ModuleDict({task.name: Output(channels, task.channels) for task in tasks}),
        distillation=Distillation(names, channels),
        last_heads=nn.ModuleDict({task.name: last_head(task) for task in tasks}),
    )
