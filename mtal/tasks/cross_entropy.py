"""Cross-entropy of a class map whose output may be smaller than its label.

B images, C classes, h x w output, H x W label.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from mtal.tasks.label_checks import mean_where
from mtal.tasks.resize import axis_weights, enlarge


def cross_entropy(output: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """(B,) mean over the valid pixels of each image in nats; 0 without one.

    output: (B, C, h, w), enlarged bilinearly; target: (B, 1, H, W) class ids;
    valid: (B, 1, H, W) bool.
    """
    if output.device.type == "cpu":
        return image_by_image(output, target, valid)
    return all_at_once(output, target, valid)


def all_at_once(output: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """Compute `cross_entropy` by its definition: enlarge, then PyTorch's cross-entropy."""
    class_ids = target.long().masked_fill(~valid, -1)[:, 0]
    large = enlarge(output, target.shape[-2:])
    losses = F.cross_entropy(large, class_ids, ignore_index=-1, reduction="none")
    return mean_where(losses[:, None], valid)


def image_by_image(output: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """Compute `cross_entropy` on a CPU, whose cache holds the enlarged map of one image only.

    The gradient of an image, softmax - target, is computed right after its loss from the same
    numbers, and is kept at the output's size.
    """
    with torch.autocast("cpu", enabled=False):
        class_ids = target.long().masked_fill(~valid, 0)
        losses: Tensor = _ImageByImage.apply(output.float(), class_ids, valid)
    return losses


class _ImageByImage(torch.autograd.Function):
    """Forward computes losses and, if needed later, their gradient; backward only scales it."""

    @staticmethod
    def forward(ctx: Any, output: Tensor, target: Tensor, valid: Tensor) -> Tensor:
        down = axis_weights(output.shape[2], target.shape[2])
        across = axis_weights(output.shape[3], target.shape[3])
        down_back, across_on = down.T.contiguous(), across.T.contiguous()
        # Share of a pixel in the mean of its image.
        share = valid / valid.sum(dim=(2, 3), keepdim=True).clamp(min=1)
        output = output.contiguous()
        losses, gradient = output.new_empty(len(output)), torch.empty_like(output)
        for image in range(len(output)):
            # (C, H, W); changed in place from here on, so that all stays in the cache.
            logits = down @ (output[image] @ across_on)
            logits -= logits.amax(dim=0, keepdim=True)
            true_logits = logits.gather(0, target[image])
            total = logits.exp_().sum(dim=0, keepdim=True)
            losses[image] = ((total.log() - true_logits) * share[image]).sum()
            if ctx.needs_input_grad[0]:
                logits *= share[image] / total
                logits.scatter_add_(0, target[image], -share[image])
                gradient[image] = (down_back @ logits) @ across
        ctx.save_for_backward(gradient)
        return losses

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, loss_gradient: Tensor) -> tuple[Tensor, None, None]:
        return loss_gradient[:, None, None, None] * ctx.saved_tensors[0], None, None
