"""Building blocks shared by the networks. B images, C channels, H x W pixels."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


def conv_bn_relu(inputs: int, outputs: int, kernel: int = 3) -> nn.Sequential:
    """Convolution that keeps the size, batch norm, ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class Output(nn.Conv2d):
    """The 1x1 convolution that gives an output, always in float32: metres in bfloat16 come in steps of centimetres."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 1)

    def forward(self, maps: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, outputs, H, W) float32."""
        with torch.autocast(maps.device.type, enabled=False):
            return super().forward(maps.float())


class Depthwise(nn.Conv2d):
    """A depthwise convolution without bfloat16's slow backward kernels for a CPU, which take up to a hundred times longer."""

    def forward(self, maps: Tensor) -> Tensor:
        """(B, C, H, W) -> the same dtype."""
        if maps.device.type != "cpu":
            return super().forward(maps)
        with torch.autocast("cpu", enabled=False):
            if maps.dtype is torch.bfloat16 and not torch.is_grad_enabled():
                bias = None if self.bias is None else self.bias.to(maps.dtype)
                return self._conv_forward(maps, self.weight.to(maps.dtype), bias)
            if maps.dtype is torch.bfloat16 and self.bias is None:
                found: Tensor = _Depthwise.apply(
                    maps, self.weight, self.stride, self.padding, self.dilation
                )
                return found
            return super().forward(maps.float()).to(maps.dtype)


class _Depthwise(torch.autograd.Function):
    """Forward in bfloat16; backward in float32 what is slow in bfloat16: the weights' gradient, and the maps' under a stride."""

    @staticmethod
    def forward(ctx: Any, maps: Tensor, weight: Tensor, *geometry: Any) -> Tensor:
        ctx.save_for_backward(maps, weight)
        ctx.geometry = stride, padding, dilation = geometry
        return F.conv2d(maps, weight.to(maps.dtype), None, stride, padding, dilation, len(weight))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, ...]:
        maps, weight = ctx.saved_tensors

        strided = max(ctx.geometry[0]) > 1

        def gradients(dtype: torch.dtype, of_maps: bool, of_weight: bool) -> Any:
            tensors = [tensor.to(dtype) for tensor in (slope, maps, weight)]
            return torch.ops.aten.convolution_backward(
                *tensors,
                None,
                *ctx.geometry,
                False,
                (0, 0),
                len(weight),
                (of_maps, of_weight, False),
            )

        to_maps, to_weight, _ = gradients(torch.float32, strided, True)
        if not strided:
            to_maps = gradients(maps.dtype, True, False)[0]
        return to_maps.to(maps.dtype), to_weight, None, None, None


def with_fast_depthwise(module: nn.Module) -> nn.Module:
    """The same module, in place, its depthwise convolutions made `Depthwise`; names and weights stay."""
    for child in module.children():
        if type(child) is nn.Conv2d and child.groups == child.in_channels > 1:
            child.__class__ = Depthwise  # it has no state of its own, so nothing needs to be copied
        else:
            with_fast_depthwise(child)
    return module


class Bottleneck(nn.Module):
    """ResNet bottleneck 1x1, 3x3, 1x1 with a quarter of the width in the middle; a 1x1 shortcut where the width changes."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        middle = max(1, outputs // 4)
        self.entrances = nn.ModuleList(
            [
                nn.Conv2d(inputs, width, 1, bias=False)
                for width in ((middle,) if inputs == outputs else (middle, outputs))
            ]
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
        return self.inside(maps, [entrance(maps) for entrance in self.entrances])

    def inside(self, maps: Tensor, entered: Sequence[Tensor]) -> Tensor:
        """The same, behind the entrances."""
        return F.relu(
            self.body(entered[0]) + self.shortcut(entered[1] if len(entered) > 1 else maps)
        )


def side_by_side(blocks: Mapping[str, Bottleneck], maps: Tensor) -> dict[str, Tensor]:
    """Several blocks on the same maps, their entrances as one convolution: the maps are read once, as is what flows back."""
    weights: list[Tensor] = [
        entrance.get_parameter("weight")
        for block in blocks.values()
        for entrance in block.entrances
    ]
    entered = F.conv2d(maps, torch.cat(weights))
    memory = torch.contiguous_format if entered.is_contiguous() else torch.channels_last
    parts = iter(entered.split([len(weight) for weight in weights], dim=1))
    return {
        name: block.inside(
            maps, [next(parts).contiguous(memory_format=memory) for _ in block.entrances]
        )
        for name, block in blocks.items()
    }
