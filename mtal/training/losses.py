"""One loss over all heads, and one weight array for three ideas: missing labels (0), sample weights, and plain ones."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from mtal.locations import COMMAND
from mtal.models.prediction import Prediction
from mtal.tasks.task import Task


class NonFiniteLossError(FloatingPointError):
    """Training went wrong; the message names the parts that are not finite."""


def head_losses(
    head: Mapping[str, Tensor], targets: Mapping[str, Tensor], tasks: Sequence[Task]
) -> Tensor:
    """(B, T) unweighted losses of one head, in float32."""
    return torch.stack([task.loss(head[task.name], targets[task.name]) for task in tasks], dim=1)


def all_losses(
    prediction: Prediction, targets: Mapping[str, Tensor], tasks: Sequence[Task]
) -> Tensor:
    """(S, B, T) unweighted losses: every initial head, the finest scale first, then the final one."""
    return torch.stack(
        [head_losses(head, targets, tasks) for head in (*prediction.initial, prediction.final)]
    )


def joined(losses: Tensor, weights: Tensor, scale: Tensor) -> Tensor:
    """Sum over heads and tasks of lambda_k * mean over labelled images of w_{k,i} * L_k(i) (docs/method.md, section 5).

    losses (S, B, T); weights (B, T), 0 = no label; scale (T,) lambda. Images without a label for a task do not dilute its mean.
    """
    count = (weights > 0).sum(dim=0).clamp(min=1)
    per_task = (weights * losses.sum(dim=0)).sum(dim=0) / count
    return (scale * per_task).sum()


def check_finite(
    losses: Tensor, tasks: Sequence[Task], heads: Sequence[str], images: Sequence[str], where: str
) -> None:
    """NonFiniteLossError that names head, task and image of every part that is not finite. losses (S, B, T)."""
    if torch.isfinite(losses).all():
        return
    bad = torch.nonzero(~torch.isfinite(losses))[:6].tolist()
    parts = "; ".join(
        f"{tasks[task].name} ({heads[head]}) on {images[image]}: {losses[head, image, task].item()}"
        for head, image, task in bad
    )
    raise NonFiniteLossError(
        f"the loss is not finite {where}: {parts}. Try a lower lr, precision=float32, "
        f"or `{COMMAND} check` for broken labels"
    )
