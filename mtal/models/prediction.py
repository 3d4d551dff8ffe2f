"""What a two-stage network returns, and its interface.

B images, C channels of a task, F feature channels; h x w size of the feature maps, H x W of the
images.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn


@dataclass(frozen=True)
class FirstStage:
    """Before the tasks exchange information: all that the committee and the embedding need."""

    initial: list[dict[str, Tensor]]  # per scale, finest first: task -> output (B, C, h, w)
    features: dict[str, Tensor]  # task -> F_k (B, F, h, w) at the finest scale
    shared: Tensor  # (B, C, h, w) map of the backbone, shared by all tasks


@dataclass(frozen=True)
class Prediction:
    """Every task predicted before and after the tasks exchange information."""

    initial: list[dict[str, Tensor]]  # as in FirstStage
    features: dict[str, Tensor]
    shared: Tensor
    final: dict[str, Tensor]  # task -> output (B, C, h, w), of the size of initial[0]


class TwoStageNetwork(nn.Module):
    """The interface of PAD-Net.

    Input: images (B, 3, H, W), normalised, of any size from 16 pixels on.
    """

    channels: int  # F
    dropout: nn.Dropout2d  # of whole feature maps, before every head; share 0 unless set

    def first_stage(self, images: Tensor) -> FirstStage:
        """Run backbone and initial heads only."""
        raise NotImplementedError

    def first_heads_on(self, features: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Run the last layer of the first stage: task -> initial output (B, C, h, w).

        features: task -> F_k (B, F, h, w) at the finest scale.
        """
        raise NotImplementedError

    def second_stage(self, first: FirstStage) -> Prediction:
        """Let the tasks exchange information and predict again."""
        raise NotImplementedError

    def forward(self, images: Tensor) -> Prediction:
        """Run both stages."""
        return self.second_stage(self.first_stage(images))
