"""What a two-stage network returns, and its interface.

B images, C channels of a task, F feature channels; h x w size of the feature maps, H x W of the
images.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from mtal.models.backbones import Encoder
from mtal.models.pyramid import FeaturePyramid

NetworkInput = Tensor | FeaturePyramid  # images, or what the trunk of the backbone made of them


@dataclass(frozen=True)
class FirstStage:
    """Before the tasks exchange information: all that the committee and the embedding need."""

    initial: list[dict[str, Tensor]]  # per scale, finest first: task -> output (B, C, h, w)
    features: dict[str, Tensor]  # task -> F_k (B, F, h, w) at the finest scale
    shared: FeaturePyramid  # of the backbone, shared by all tasks; its joined map is h x w


@dataclass(frozen=True)
class Prediction:
    """Every task predicted before and after the tasks exchange information."""

    initial: list[dict[str, Tensor]]  # as in FirstStage
    features: dict[str, Tensor]
    shared: FeaturePyramid
    final: dict[str, Tensor]  # task -> output (B, C, h, w), of the size of initial[0]


class TwoStageNetwork(nn.Module):
    """The interface of PAD-Net.

    Input: images (B, 3, H, W), normalised, of any size from 16 pixels on; or what the trunk of the
    backbone made of them, which need not be computed again while the trunk stays as it is.
    """

    backbone: Encoder
    channels: int  # F
    dropout: nn.Dropout2d  # of whole feature maps, before every head; share 0 unless set

    def first_stage(self, inputs: NetworkInput) -> FirstStage:
        """Run backbone and initial heads only."""
        if isinstance(inputs, FeaturePyramid):
            return self.first_stage_from(inputs)
        return self.first_stage_from(self.backbone.pyramid(inputs))

    def first_stage_from(self, pyramid: FeaturePyramid) -> FirstStage:
        """Run what comes after the trunk of the backbone, up to the initial heads."""
        raise NotImplementedError

    def first_heads_on(self, features: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Run the last layer of the first stage: task -> initial output (B, C, h, w).

        features: task -> F_k (B, F, h, w) at the finest scale.
        """
        raise NotImplementedError

    def second_stage(self, first: FirstStage) -> Prediction:
        """Let the tasks exchange information and predict again."""
        raise NotImplementedError

    def forward(self, inputs: NetworkInput) -> Prediction:
        """Run both stages."""
        return self.second_stage(self.first_stage(inputs))
