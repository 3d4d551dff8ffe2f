"""Frozen network: a pretrained network of timm that gives one feature per image, never trained.

docs/method.md, section 3. Its weights come from a file, an installed package, or the hub.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import timm
import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from mtal.config import Config, ConfigError
from mtal.config.lookup import did_you_mean
from mtal.models.pretrained import copy_weights, lite0_file, read_weights, timm_keys

PACKAGED = "efficientnet_lite0"  # whose weights are installed with this project
PRETRAINING_ONLY = "mask_token"  # in DINOv2's own files, used by no network
SETTING = "feature_weights"  # named by messages about a file
FINEST = 4  # stride of the first map that joins the feature
TOKENS_SIDE = 224  # shorter side of an image for transformers (our choice)
Size = tuple[int, int]


class FrozenNetwork(nn.Module):
    """Means over the image of a network's maps, joined: the last map of each stride from 4 on.

    A vision transformer has one stride, so the mean of its last block's tokens is left. Images are
    resized to a size that the network can take.
    """

    def __init__(self, network: nn.Module, sides: "Sides") -> None:
        super().__init__()
        self.network, self.sides = network.eval().requires_grad_(False), sides
        cfg: Any = network.pretrained_cfg
        self._mean, self._std = (torch.tensor(cfg[name]).view(1, 3, 1, 1) for name in MOMENTS)
        info: Any = network.feature_info
        last = {entry["reduction"]: index for index, entry in enumerate(info)}
        self._maps = [index for stride, index in last.items() if stride >= FINEST]

    @torch.inference_mode()
    def forward(self, images: Tensor) -> Tensor:
        """Images (B, 3, H, W) uint8 -> (B, D) float32."""
        device = next(self.network.parameters()).device
        pixels = images.to(device, torch.float32) / 255
        size = self.sides.size((images.shape[-2], images.shape[-1]))
        if size != images.shape[-2:]:
            pixels = interpolate(pixels, size, mode="bilinear", antialias=True)
        pixels = (pixels - self._mean.to(device)) / self._std.to(device)
        run: Any = self.network.forward_intermediates
        maps = run(pixels, indices=self._maps, norm=True, intermediates_only=True)
        return torch.cat([part.float().mean((2, 3)) for part in maps], dim=1)


MOMENTS = ("mean", "std")  # of the pixels 0..1, in timm's description of a network


class Sides:
    """Which image sizes a network takes.

    multiple: of both sides; at_least: of the shorter side, 0 without; fixed: the only size.
    """

    def __init__(self, multiple: int, shorter: int = 0, fixed: Size | None = None) -> None:
        self.multiple, self.shorter, self.fixed = multiple, shorter, fixed

    def size(self, size: Size) -> Size:
        """Choose the size for images of (H, W): scaled, and each side up to the next multiple."""
        if self.fixed is not None:
            return self.fixed
        scale = self.shorter / min(size) if self.shorter else 1
        height, width = (
            max(1, -(-round(side * scale) // self.multiple)) * self.multiple for side in size
        )
        return height, width


def build_frozen_network(config: Config) -> FrozenNetwork:
    """Build the network of `feature_network` with its weights.

    ConfigError if timm has no such network, it gives no maps, or its weights cannot be had.
    """
    name = config.feature_network
    check_name(name)
    if config.feature_weights:
        path = Path(config.feature_weights)
        return _loaded(name, read_weights(path, SETTING), str(path))
    if name == PACKAGED:
        return _loaded(name, read_weights(lite0_file(), SETTING), name)
    try:
        state = timm.create_model(name, pretrained=True, num_classes=0).state_dict()
    except Exception as error:  # timm and the hub raise a dozen kinds when there is no network
        raise ConfigError(
            f"feature_network: the weights of {name} could not be downloaded "
            f"({type(error).__name__}). Connect to the network once, or set feature_weights=FILE "
            f"(a .safetensors or .pth state dict of {name}), or take feature_network={PACKAGED}, "
            f"whose weights are installed"
        ) from error
    return _loaded(name, state, name)


def weights_file(config: Config) -> Path | None:
    """Locate the file of the frozen network's weights; None if they come from the hub."""
    if config.feature_weights:
        return Path(config.feature_weights)
    return lite0_file() if config.feature_network == PACKAGED else None


def check_name(name: str) -> None:
    """ConfigError if timm has no network of this name."""
    if not timm.is_model(name.partition(".")[0]):
        raise ConfigError(
            f"feature_network: timm has no model called {name!r}"
            f"{did_you_mean(name, timm.list_models())}; {PACKAGED} is installed"
        )


def _loaded(name: str, state: Mapping[str, Tensor], source: str) -> FrozenNetwork:
    """Build without the classifier, and copy the weights that are not of the classifier."""
    network, sides = _without_weights(name)
    cfg: Any = network.pretrained_cfg
    classifier = cfg["classifier"]
    names = (classifier,) if isinstance(classifier, str) else tuple(classifier or ())
    head = (*(f"{part}." for part in names), PRETRAINING_ONLY)
    copy_weights(timm_keys(state, source), network, source, head, SETTING)
    return FrozenNetwork(network, sides)


def _without_weights(name: str) -> tuple[nn.Module, Sides]:
    """Build a network of timm without a classifier, and find out which sizes it takes.

    ConfigError if it gives no maps.
    """
    network: Any = timm.create_model(name, pretrained=False, num_classes=0)
    if not (hasattr(network, "forward_intermediates") and hasattr(network, "feature_info")):
        raise ConfigError(
            f"feature_network: {name} gives no maps to average; take {PACKAGED}, a ResNet, a "
            f"ConvNeXt or a vision transformer"
        )
    cfg = network.pretrained_cfg
    strides = [entry["reduction"] for entry in network.feature_info]
    if not cfg.get("fixed_input_size"):
        return network, Sides(max(strides))
    try:  # transformers whose position embedding can be resized say so by this argument alone
        network = timm.create_model(name, pretrained=False, num_classes=0, dynamic_img_size=True)
    except TypeError:
        return network, Sides(max(strides), fixed=tuple(cfg["input_size"][-2:]))
    return network, Sides(max(strides), TOKENS_SIDE)
