"""Modules made ready for prediction alone: batch norms become part of the convolutions before them, weights are rounded once.

Up to rounding the same comes out: in evaluation a batch norm multiplies every channel by a number and adds another. And what
autocast would round to bfloat16 for every batch anew is rounded here for all.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_weights


@torch.no_grad()
def fold(modules: nn.Module, run: Callable[[], object]) -> None:
    """In place, so of copies, in evaluation. `run` uses the modules once on anything: it shows which batch norm follows which
    convolution, and what computes in bfloat16."""
    made: dict[
        int, tuple[nn.Module, torch.Tensor]
    ] = {}  # output's id -> who made it; the output lives on, or ids would repeat
    pairs: dict[nn.Module, nn.Module] = {}  # batch norm -> convolution

    def makes(module: nn.Module, given: Any, output: torch.Tensor) -> None:
        made[id(output)] = module, output

    def follows(norm: nn.Module, given: tuple[torch.Tensor]) -> None:
        if id(given[0]) in made:
            pairs[norm] = made[id(given[0])][0]

    hooks = [
        module.register_forward_hook(makes)
        for module in modules.modules()
        if isinstance(module, nn.Conv2d | nn.Linear)
    ]
    hooks += [
        module.register_forward_pre_hook(follows)
        for module in modules.modules()
        if isinstance(module, nn.BatchNorm2d)
    ]
    run()
    for hook in hooks:
        hook.remove()
    for norm, convolution in pairs.items():
        _join(convolution, norm)
    _leave_out(modules, pairs)
    for module, output in made.values():
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


def _leave_out(module: nn.Module, norms: dict[nn.Module, nn.Module]) -> None:
    """What a batch norm does besides, such as an activation in timm's networks, stays."""
    for name, child in module.named_children():
        if child in norms:
            setattr(module, name, nn.Sequential(*child.children()))
        else:
            _leave_out(child, norms)
