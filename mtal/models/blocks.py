"""Building blocks shared by the networks. B images, C channels, H x W pixels."""

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from mtal.models.pyramid import FeaturePyramid


def conv_bn_relu(inputs: int, outputs: int, kernel: int = 3) -> nn.Sequential:
    """Build a convolution that keeps the size, batch norm, ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class Output(nn.Conv2d):
    """The 1x1 convolution that gives an output, always in float32.

    Metres in bfloat16 would come in steps of centimetres.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 1)

    def forward(self, maps: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, outputs, H, W) float32."""
        with torch.autocast(maps.device.type, enabled=False):
            return super().forward(maps.float())


class Depthwise(nn.Conv2d):
    """A depthwise convolution that avoids slow bfloat16 kernels on a CPU.

    Their backward pass takes up to a hundred times longer than that of float32.
    """

    def forward(self, maps: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C, H', W') of the same dtype."""
        if maps.device.type != "cpu":
            return super().forward(maps)
        with torch.autocast("cpu", enabled=False):
            if maps.dtype is torch.bfloat16 and not torch.is_grad_enabled():
                bias = None if self.bias is None else self.bias.to(maps.dtype)
                return self._conv_forward(maps, self.weight.to(maps.dtype), bias)
            if maps.dtype is torch.bfloat16 and self.bias is None:
                geometry = (self.stride, self.padding, self.dilation)
                output: Tensor = _Depthwise.apply(maps, self.weight, *geometry)
                return output
            return super().forward(maps.float()).to(maps.dtype)


class _Depthwise(torch.autograd.Function):
    """Forward in bfloat16; backward in float32 what is slow in bfloat16.

    Slow are the gradient of the weights, and that of the maps if there is a stride.
    """

    @staticmethod
    def forward(ctx: Any, maps: Tensor, weight: Tensor, *geometry: Any) -> Tensor:
        ctx.save_for_backward(maps, weight)
        ctx.geometry = stride, padding, dilation = geometry
        return F.conv2d(maps, weight.to(maps.dtype), None, stride, padding, dilation, len(weight))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, output_gradient: Tensor) -> tuple[Tensor | None, ...]:
        maps, weight = ctx.saved_tensors
        no_bias, not_transposed, output_padding = None, False, (0, 0)

        def gradients(dtype: torch.dtype, of_maps: bool, of_weight: bool) -> Any:
            tensors = [tensor.to(dtype) for tensor in (output_gradient, maps, weight)]
            layer = (no_bias, *ctx.geometry, not_transposed, output_padding, len(weight))
            wanted = (of_maps, of_weight, False)
            return torch.ops.aten.convolution_backward(*tensors, *layer, wanted)

        strided = max(ctx.geometry[0]) > 1
        of_maps, of_weight, _ = gradients(torch.float32, strided, True)
        if not strided:
            of_maps = gradients(maps.dtype, True, False)[0]
        return of_maps.to(maps.dtype), of_weight, None, None, None


def with_fast_depthwise(module: nn.Module) -> nn.Module:
    """Turn the depthwise convolutions of a module into `Depthwise`, in place, and return it.

    Names and weights stay.
    """
    for child in module.children():
        if type(child) is nn.Conv2d and child.groups == child.in_channels > 1:
            child.__class__ = Depthwise  # it has no state of its own, so nothing needs to be copied
        else:
            with_fast_depthwise(child)
    return module


class Bottleneck(nn.Module):
    """ResNet bottleneck 1x1, 3x3, 1x1 with a quarter of the output's width in the middle.

    Where the width changes, the shortcut is a 1x1 convolution with batch norm.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        middle = max(1, outputs // 4)
        widths = (middle,) if inputs == outputs else (middle, outputs)
        self.entrances = nn.ModuleList(
            [nn.Conv2d(inputs, width, 1, bias=False) for width in widths]
        )
        self.body = nn.Sequential(
            nn.BatchNorm2d(middle),
            nn.ReLU(inplace=True),
            conv_bn_relu(middle, middle, 3),
            nn.Conv2d(middle, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.shortcut = nn.Identity() if inputs == outputs else nn.BatchNorm2d(outputs)

    def forward(self, maps: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, outputs, H, W)."""
        entered = [entrance(maps) for entrance in self.entrances]
        return self.after_entrances(entered[0], entered[1] if len(entered) > 1 else maps)

    def after_entrances(self, entered: Tensor, shortcut: Tensor) -> Tensor:
        """Compute the block from the output of its first entrance.

        shortcut: output of its second entrance, or the block's input if it has only one.
        """
        return F.relu(self.body(entered) + self.shortcut(shortcut))


def side_by_side(blocks: Mapping[str, Bottleneck], pyramid: FeaturePyramid) -> dict[str, Tensor]:
    """Run several blocks on the joined maps of a pyramid: name -> (B, outputs, H, W).

    Their entrances are computed as one convolution, so that the maps are read only once, and
    their gradient is written only once.
    """
    weights: list[Tensor] = [
        entrance.get_parameter("weight")
        for block in blocks.values()
        for entrance in block.entrances
    ]
    entered = pyramid.convolved(torch.cat(weights))
    memory = torch.contiguous_format if entered.is_contiguous() else torch.channels_last
    parts = iter(entered.split([len(weight) for weight in weights], dim=1))
    outputs = {}
    for name, block in blocks.items():
        own = [next(parts).contiguous(memory_format=memory) for _ in block.entrances]
        outputs[name] = block.after_entrances(own[0], own[1] if len(own) > 1 else pyramid.joined)
    return outputs
