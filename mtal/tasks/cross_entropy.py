"""Cross-entropy of a class map whose output may be smaller than its label. B images, C classes, h x w output, H x W label."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from mtal.tasks.label_checks import mean_where
from mtal.tasks.resize import axis_weights, enlarge


def cross_entropy(output: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """(B,) cross-entropy in nats, mean over the valid pixels of each image, 0 without one; the output is enlarged bilinearly.

    output (B, C, h, w); target (B, 1, H, W) class ids; valid (B, 1, H, W) bool.
    """
    return (image_by_image if output.device.type == "cpu" else all_at_once)(output, target, valid)


def all_at_once(output: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """The definition: enlarge, then PyTorch's cross-entropy."""
    wanted = target.long().masked_fill(~valid, -1)[:, 0]
    large = enlarge(output, target.shape[-2:])
    return mean_where(
        F.cross_entropy(large, wanted, ignore_index=-1, reduction="none")[:, None], valid
    )


def image_by_image(output: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """The same for a CPU, whose cache holds the enlarged map of one image but not of a batch.

    An image's gradient follows at once from what its loss needed, softmax minus target, and is kept at the output's size.
    """
    with torch.autocast("cpu", enabled=False):
        losses: Tensor = _ImageByImage.apply(
            output.float(), target.long().masked_fill(~valid, 0), valid
        )
    return losses


class _ImageByImage(torch.autograd.Function):
    """Forward makes losses and, if it will be wanted, their gradient; backward only scales it."""

    @staticmethod
    def forward(ctx: Any, output: Tensor, target: Tensor, valid: Tensor) -> Tensor:
        down, across = (
            axis_weights(output.shape[2], target.shape[2]),
            axis_weights(output.shape[3], target.shape[3]),
        )
        down_back, across_on = down.T.contiguous(), across.T.contiguous()
        share = valid / valid.sum(dim=(2, 3), keepdim=True).clamp(
            min=1
        )  # of a pixel in its image's mean
        output = output.contiguous()
        losses, gradient = output.new_empty(len(output)), torch.empty_like(output)
        for image in range(len(output)):
            logits = down @ (
                output[image] @ across_on
            )  # (C, H, W); from here in place, so that all stays in the cache
            logits -= logits.amax(dim=0, keepdim=True)
            wanted = logits.gather(0, target[image])
            total = logits.exp_().sum(dim=0, keepdim=True)
            losses[image] = ((total.log() - wanted) * share[image]).sum()
            if ctx.needs_input_grad[0]:
                logits *= share[image] / total
                logits.scatter_add_(0, target[image], -share[image])
                gradient[image] = (down_back @ logits) @ across
        ctx.save_for_backward(gradient)
        return losses

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, None, None]:
        return slope[:, None, None, None] * ctx.saved_tensors[0], None, None
