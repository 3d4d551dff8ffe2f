"""What a two-stage network gives. B images, C channels of a task, F feature channels; h x w feature size, H x W image size."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn


@dataclass(frozen=True)
class FirstStage:
    """Before the tasks were mixed: all that the committee and the embedding need."""

    initial: list[dict[str, Tensor]]  # per scale, finest first: task -> output (B, C, h, w)
    features: dict[str, Tensor]  # task -> (B, F, h, w) at the finest scale
    shared: Tensor  # (B, C, h, w) what the backbone gives all tasks


@dataclass(frozen=True)
class Prediction:
    """Every task predicted before and after the tasks were mixed."""

    initial: list[dict[str, Tensor]]  # as in FirstStage
    features: dict[str, Tensor]
    shared: Tensor
    final: dict[str, Tensor]  # task -> output (B, C, h, w), of the size of initial[0]


class TwoStageNetwork(nn.Module):
    """The interface of PAD-Net and MTI-Net. Input images (B, 3, H, W), normalised, of any size from 16 pixels on."""

    channels: int  # F
    dropout: nn.Dropout2d  # of whole feature maps, before every head; share 0 unless asked

    def first_stage(self, images: Tensor) -> FirstStage:
        """Backbone and initial heads only."""
        raise NotImplementedError

    def first_heads_on(self, features: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Initial outputs (B, C, h, w) at the finest scale for given F_k (B, F, h, w): the last layer of the first stage."""
        raise NotImplementedError

    def second_stage(self, first: FirstStage) -> Prediction:
        """Mix the tasks and predict again."""
        raise NotImplementedError

    def forward(self, images: Tensor) -> Prediction:
        """Both stages."""
        return self.second_stage(self.first_stage(images))
