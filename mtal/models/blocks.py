"""Building blocks shared by the networks. B images, C channels, H x W pixels."""
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def resize(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """Bilinear, pixel centres kept (align_corners False); nothing to do if the size fits."""
    return maps if tuple(maps.shape[-2:]) == tuple(size) else F.interpolate(maps, size, mode="bilinear", align_corners=False)


def enlarge(output: Tensor, size: tuple[int, int]) -> Tensor:
    """An output brought to the labels' size, always in float32: the same as `resize`, on a CPU as two matrix products.

    Bilinear enlargement is linear along each axis; as products it takes two thirds of the time of the kernel, forward and back.
    """
    if tuple(output.shape[-2:]) == tuple(size):
        return output.float()
    if output.device.type != "cpu":
        return resize(output.float(), size)
    with torch.autocast("cpu", enabled=False):
        along = output.float().contiguous() @ _axis_weights(output.shape[-1], size[1])
        return _axis_weights(output.shape[-2], size[0]).T @ along


@lru_cache(maxsize=64)
def _axis_weights(old: int, new: int) -> Tensor:
    """(old, new): what each old pixel gives to each new one along one axis."""
    with torch.inference_mode(False):
        return F.interpolate(torch.eye(old)[None], size=new, mode="linear", align_corners=False)[0]


def conv_bn_relu(inputs: int, outputs: int, kernel: int = 3) -> nn.Sequential:
    """Convolution that keeps the size, batch norm, ReLU."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False), nn.BatchNorm2d(outputs),
                         nn.ReLU(inplace=True))


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
