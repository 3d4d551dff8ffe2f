"""Building blocks shared by the networks. B images, C channels, H x W pixels."""
import torch
import torch.nn.functional as F
from torch import Tensor, nn


def conv_bn_relu(inputs: int, outputs: int, kernel: int = 3) -> nn.Sequential:
    """Convolution that keeps the size, batch norm, ReLU."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False), nn.BatchNorm2d(outputs),
                         nn.ReLU(inplace=True))


class Output(nn.Conv2d):
    """The 1x1 convolution that gives an output, always in float32: metres in bfloat16 come in steps of centimetres."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 1)

    def forward(self, maps: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, outputs, H, W) float32."""
        with torch.autocast(maps.device.type, enabled=False):
            return super().forward(maps.float())


class Depthwise(nn.Conv2d):
    """A depthwise convolution that stays in float32 on a CPU: in bfloat16 its backward pass is up to a hundred times slower."""

    def forward(self, maps: Tensor) -> Tensor:
        """(B, C, H, W) -> the same dtype."""
        if maps.device.type != "cpu":
            return super().forward(maps)
        with torch.autocast("cpu", enabled=False):
            return super().forward(maps.float()).to(maps.dtype)


def with_fast_depthwise(module: nn.Module) -> nn.Module:
    """The same module, in place, its depthwise convolutions made `Depthwise`; names and weights stay."""
    for child in module.children():
        if type(child) is nn.Conv2d and child.groups == child.in_channels > 1:
            child.__class__ = Depthwise                     # it has no state of its own, so nothing needs to be copied
        else:
            with_fast_depthwise(child)
    return module


class Bottleneck(nn.Module):
    """ResNet bottleneck 1x1, 3x3, 1x1 with a quarter of the width in the middle; a 1x1 shortcut where the width changes."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        middle = max(1, outputs // 4)
        self.body = nn.Sequential(conv_bn_relu(inputs, middle, 1), conv_bn_relu(middle, middle, 3),
                                  nn.Conv2d(middle, outputs, 1, bias=False), nn.BatchNorm2d(outputs))
        self.shortcut = nn.Identity() if inputs == outputs else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, maps: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, outputs, H, W)."""
        return F.relu(self.body(maps) + self.shortcut(maps))


def bottlenecks(inputs: int, outputs: int) -> nn.Sequential:
    """The two bottlenecks that PAD-Net puts before every prediction."""
    return nn.Sequential(Bottleneck(inputs, outputs), Bottleneck(outputs, outputs))
