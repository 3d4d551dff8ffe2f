"""The loss over all heads, weighted per image and task. B images, T tasks, S heads.

One array of weights holds three things: 0 where there is no label, sample weights, and the weight
of pseudo-labels (docs/method.md, section 5).
"""

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
    """(B, T) unweighted losses of one head, in float32. head: task -> output."""
    return torch.stack([task.loss(head[task.name], targets[task.name]) for task in tasks], dim=1)


def all_losses(
    prediction: Prediction, targets: Mapping[str, Tensor], tasks: Sequence[Task]
) -> Tensor:
    """(S, B, T) unweighted losses: every initial head, the finest scale first, then the final."""
    return torch.stack(
        [head_losses(head, targets, tasks) for head in (*prediction.initial, prediction.final)]
    )


def refined_losses(
    refined: Mapping[str, Mapping[str, Tensor]],
    targets: Mapping[str, Tensor],
    tasks: Sequence[Task],
) -> Tensor:
    """(M, B, T) unweighted losses of M refined predictions per task.

    refined: task -> partner -> output.
    """
    members = zip(*(refined[task.name].values() for task in tasks), strict=True)
    names = [task.name for task in tasks]
    return torch.stack(
        [head_losses(dict(zip(names, outputs, strict=True)), targets, tasks) for outputs in members]
    )


def training_loss(losses: Tensor, weights: Tensor, scale: Tensor) -> Tensor:
    """Sum over heads and tasks of lambda_k * mean of w_{k,i} * L_k(i) (docs/method.md, section 5).

    losses: (S, B, T); weights: (B, T), 0 where there is no label; scale: (T,) lambda. The mean is
    taken over the images that have a label of the task.
    """
    count = (weights > 0).sum(dim=0).clamp(min=1)
    per_task = (weights * losses.sum(dim=0)).sum(dim=0) / count
    return (scale * per_task).sum()


def reported_losses(losses: Tensor, weights: Tensor, tasks: Sequence[Task]) -> dict[str, float]:
    """Task -> mean unweighted loss over heads and the images that teach it, for the curve.

    losses: (S, B, T), detached; weights: (B, T), 0 where there is no label. Tasks of which no
    image has a label are left out: their losses of 0 say nothing.
    """
    teaches = (weights > 0).float()
    sums = (losses.mean(dim=0) * teaches).sum(dim=0)
    both = torch.stack([sums, teaches.sum(dim=0)]).tolist()  # at once: a GPU is waited for
    per_task = zip(tasks, *both, strict=True)
    return {task.name: total / count for task, total, count in per_task if count}


def check_finite(
    losses: Tensor, tasks: Sequence[Task], heads: Sequence[str], images: Sequence[str], where: str
) -> None:
    """Raise NonFiniteLossError that names head, task and image of what is not finite.

    losses: (S, B, T); heads: S names; images: B names; where: in which stage, for the message.
    """
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
