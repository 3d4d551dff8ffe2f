"""Modules made faster for prediction: batch norms become part of the convolutions before them.

In evaluation a batch norm multiplies every channel by a number and adds another, so folding changes
results by rounding only. Weights that autocast would round to bfloat16 anew for every batch are
rounded once.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_weights


@torch.no_grad()
def fold(modules: nn.Module, run: Callable[[], object]) -> None:
    """Fold batch norms and round weights, in place, so use it on copies in evaluation mode.

    run: uses the modules once on any input, which shows which batch norm follows which convolution
    and which layers compute in bfloat16.
    """
    # id of an output -> its layer, and the output itself, kept so that no id occurs twice.
    layers: dict[int, tuple[nn.Module, torch.Tensor]] = {}
    pairs: dict[nn.Module, nn.Module] = {}  # batch norm -> convolution

    def note_layer(module: nn.Module, inputs: Any, output: torch.Tensor) -> None:
        layers[id(output)] = module, output

    def note_pair(norm: nn.Module, inputs: tuple[torch.Tensor]) -> None:
        if id(inputs[0]) in layers:
            pairs[norm] = layers[id(inputs[0])][0]

    hooks = []
    for module in modules.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            hooks.append(module.register_forward_hook(note_layer))
        elif isinstance(module, nn.BatchNorm2d):
            hooks.append(module.register_forward_pre_hook(note_pair))
    run()
    for hook in hooks:
        hook.remove()
    for norm, convolution in pairs.items():
        _join(convolution, norm)
    _remove(modules, pairs)
    for module, output in layers.values():
        module.to(output.dtype)


def _join(convolution: Any, norm: Any) -> None:
    convolution.weight, convolution.bias = fuse_conv_bn_weights(
        convolution.weight,
        convolution.bias,
        norm.running_mean,
        norm.running_var,
        norm.eps,
        norm.weight,
        norm.bias,
    )


def _remove(module: nn.Module, norms: dict[nn.Module, nn.Module]) -> None:
    """Remove batch norms, but keep their children, such as the activations of timm's networks."""
    for name, child in module.named_children():
        if child in norms:
            setattr(module, name, nn.Sequential(*child.children()))
        else:
            _remove(child, norms)
