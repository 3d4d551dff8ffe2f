"""Backbones: an image to one feature map. Networks come from timm.

ImageNet weights come from a file, an installed package, or the hub (docs/method.md, section 7.1).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import timm
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mtal.config import Config, ConfigError, find
from mtal.models.blocks import conv_bn_relu, with_fast_depthwise
from mtal.models.hrnet import FuseLayer, with_reference_layers
from mtal.models.pretrained import copy_weights, lite0_file, read_weights, timm_keys
from mtal.models.pyramid import FeaturePyramid


class Encoder(nn.Module):
    """Images (B, 3, H, W) to the maps that all tasks share.

    The trunk is the part that has ImageNet weights, and that a frozen backbone keeps as it is.
    """

    channels: int  # of the joined map
    stride: int
    frozen = False

    @property
    def trunk(self) -> nn.Module:
        """The part that makes the pyramid."""
        raise NotImplementedError

    def pyramid(self, images: Tensor) -> FeaturePyramid:
        """Run the trunk. Its joined map has ceil(H / stride) x ceil(W / stride) pixels."""
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            return self._pyramid(images)

    def _pyramid(self, images: Tensor) -> FeaturePyramid:
        raise NotImplementedError

    def fuse(self, pyramid: FeaturePyramid) -> FeaturePyramid:
        """Run what comes after the trunk and is trained in any case: here nothing."""
        return pyramid

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, channels, ceil(H / stride), ceil(W / stride)), the joined map."""
        return self.fuse(self.pyramid(images)).joined

    def freeze(self) -> None:
        """Keep the trunk as it is: no gradient, and batch norms always in evaluation mode."""
        self.frozen = True
        self.trunk.eval().requires_grad_(False)

    def train(self, mode: bool = True) -> "Encoder":
        """Set the mode of what is trained."""
        super().train(mode)
        if self.frozen:
            self.trunk.eval()
        return self


class MultiScale(Encoder):
    """A timm feature network whose maps are resized to the finest kept one and concatenated.

    This is how HRNet joins its maps. network: of timm, features_only; keep: indices of its maps,
    finest first; multiple: the input is padded to a multiple of it and the maps are cropped again,
    for networks that cannot take odd sizes.
    """

    def __init__(self, network: nn.Module, keep: tuple[int, ...], multiple: int = 1) -> None:
        super().__init__()
        info: Any = network.feature_info
        self.network, self.keep, self.multiple = with_fast_depthwise(network), keep, multiple
        self.channels = sum(info.channels()[index] for index in keep)
        self.stride = info.reduction()[keep[0]]

    @property
    def trunk(self) -> nn.Module:
        """The network of timm."""
        return self.network

    def _pyramid(self, images: Tensor) -> FeaturePyramid:
        height, width = images.shape[-2:]
        if self.multiple > 1:
            images = F.pad(images, (0, -width % self.multiple, 0, -height % self.multiple))
        maps = self.network(images)
        size = -(-height // self.stride), -(-width // self.stride)
        return FeaturePyramid(tuple(maps[index] for index in self.keep), size)


class HRNet(MultiScale):
    """HRNet-W18-small-v2 as in the reference code: four maps at 1/4, 270 channels, fused.

    It needs multiples of 32.
    """

    def __init__(self) -> None:
        network = timm.create_model(
            "hrnet_w18_small_v2", features_only=True, pretrained=False, feature_location=""
        )
        super().__init__(with_reference_layers(network), keep=(1, 2, 3, 4), multiple=32)
        self.fuse_layer = FuseLayer(self.channels)

    def fuse(self, pyramid: FeaturePyramid) -> FeaturePyramid:
        """Mix the channels of the joined map."""
        fused: FeaturePyramid = self.fuse_layer(pyramid)
        return fused


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

    @property
    def trunk(self) -> nn.Module:
        """All of it."""
        return self.body

    def _pyramid(self, images: Tensor) -> FeaturePyramid:
        maps = self.body(images)
        return FeaturePyramid((maps,), tuple(maps.shape[-2:]))


@dataclass(frozen=True)
class Backbone:
    """How to build a backbone, and where its ImageNet weights are."""

    name: str
    title: str
    build: Callable[[], Encoder]
    timm_name: str = ""  # "" = there are no ImageNet weights
    head: tuple[str, ...] = ()  # beginnings of timm's keys that only the classifier has
    packaged: Callable[[], Path] | None = None  # weights that an installed package carries


def build_backbone(config: Config) -> Encoder:
    """Build the backbone of a config with its weights loaded.

    ConfigError if there is no such backbone, or its weights cannot be had or do not fit, or if it
    would be frozen at random weights.
    """
    kind = find_backbone(config)
    if config.weights or config.pretrained:
        encoder = _with_weights(kind, config)
    elif config.backbone_frozen:
        encoder = _same_at_random(kind)
    else:
        encoder = kind.build()
    if config.backbone_frozen:
        encoder.freeze()
    return encoder


def _with_weights(kind: Backbone, config: Config) -> Encoder:
    encoder = kind.build()
    if config.weights:
        state, source = read_weights(Path(config.weights)), config.weights
    else:
        state, source = _imagenet_weights(kind), kind.title
    copy_weights(timm_keys(state, source), encoder.trunk, source, kind.head)
    return encoder


def find_backbone(config: Config) -> Backbone:
    """Find the backbone of a config.

    ConfigError if there is none, or if it would be frozen at random weights although it has others.
    """
    kind = find(BACKBONES, config.backbone, "backbone")
    if config.backbone_frozen and kind.timm_name and not (config.weights or config.pretrained):
        raise ConfigError(
            "backbone_frozen: a backbone with random weights would never learn; set "
            "pretrained=true, or weights=FILE, or backbone_frozen=false"
        )
    return kind


def _same_at_random(kind: Backbone) -> Encoder:
    """Build a backbone without weights, the same for every seed: all runs share its maps."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return kind.build()


def _imagenet_weights(kind: Backbone) -> Mapping[str, Tensor]:
    if kind.packaged is not None:
        return read_weights(kind.packaged())
    if not kind.timm_name:
        raise ConfigError(
            f"backbone: there are no ImageNet weights for {kind.name!r}; set pretrained=false"
        )
    try:
        return timm.create_model(kind.timm_name, pretrained=True).state_dict()
    except Exception as error:  # timm and the hub raise a dozen kinds when there is no network
        raise ConfigError(
            f"the ImageNet weights of {kind.title} could not be downloaded "
            f"({type(error).__name__}). Connect to the network once, or set weights=FILE (a "
            f".safetensors or .pth state dict of {kind.timm_name}), or take "
            f"backbone=efficientnet_lite0, whose weights are installed, or pretrained=false"
        ) from error


def _efficientnet_lite0() -> Encoder:
    network = timm.create_model("efficientnet_lite0", features_only=True, pretrained=False)
    return MultiScale(network, keep=(1, 2, 3, 4))


def _dilated(name: str) -> Encoder:
    """ResNet with stride 8: the last two stages trade their stride for dilation, weights stay."""
    network = timm.create_model(name, features_only=True, pretrained=False, output_stride=8)
    return MultiScale(network, keep=(4,))


BACKBONES: dict[str, Backbone] = {
    backbone.name: backbone
    for backbone in (
        Backbone(
            "efficientnet_lite0",
            "EfficientNet-Lite0",
            _efficientnet_lite0,
            timm_name="efficientnet_lite0",
            head=("conv_head.", "bn2.", "classifier."),
            packaged=lite0_file,
        ),
        Backbone(
            "resnet18",
            "ResNet-18, dilated",
            partial(_dilated, "resnet18"),
            timm_name="resnet18.tv_in1k",
            head=("fc.",),
        ),
        Backbone(
            "resnet50",
            "ResNet-50, dilated",
            partial(_dilated, "resnet50"),
            timm_name="resnet50.tv_in1k",
            head=("fc.",),
        ),
        Backbone(
            "hrnet18",
            "HRNet-W18 small v2",
            HRNet,
            timm_name="hrnet_w18_small_v2.ms_in1k",
            head=("incre_modules.", "downsamp_modules.", "final_layer.", "classifier."),
        ),
        Backbone("tiny", "Tiny, random (for tests)", Tiny),
    )
}
