"""What the reference code's HRNet has that timm's has not (docs/method.md, section 7.1)."""

from typing import Any

from torch import Tensor, nn

from mtal.models.pyramid import FeaturePyramid
from mtal.tasks.resize import resize

BATCH_NORM_MOMENTUM = 0.01  # timm's is .1


class BilinearUpsample(nn.Module):
    """Enlarge maps by a whole factor, bilinearly; timm's HRNet takes the nearest pixel."""

    def __init__(self, factor: int) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, maps: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C, factor * H, factor * W)."""
        height, width = maps.shape[-2:]
        return resize(maps, (self.factor * height, self.factor * width))


class FuseLayer(nn.Module):
    """A 1x1 convolution, batch norm and ReLU on the joined maps, which keep their channels.

    It has no ImageNet weights.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(channels, channels, 1), nn.BatchNorm2d(channels), nn.ReLU(inplace=True)
        )

    def forward(self, pyramid: FeaturePyramid) -> FeaturePyramid:
        """Turn several maps into one of the same joined size."""
        return FeaturePyramid((self.layers(pyramid.joined),), pyramid.size)


def with_reference_layers(network: nn.Module) -> nn.Module:
    """Give timm's HRNet the up-samplings and the batch norms' momentum of the reference code.

    In place; names and weights stay. Returns the network.
    """
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = BATCH_NORM_MOMENTUM
        for name, child in module.named_children():
            if isinstance(child, nn.Upsample):
                factor: Any = child.scale_factor
                setattr(module, name, BilinearUpsample(int(factor)))
    return network
