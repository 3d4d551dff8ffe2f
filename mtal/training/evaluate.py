"""How good a network is on the validation split.

Metrics are computed at the labels' own size, losses at the network's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mtal.config import Config
from mtal.datasets.resized import Resized
from mtal.models.prediction import TwoStageNetwork
from mtal.tasks.resize import enlarge
from mtal.tasks.task import Task
from mtal.training.batches import Report
from mtal.training.device import Device
from mtal.training.losses import all_losses, check_finite
from mtal.training.network_inputs import ImageInputs, NetworkInputs


@dataclass(frozen=True)
class Evaluation:
    """Results on the validation split. V images, T tasks."""

    metrics: dict[str, float]  # task -> metric over the whole split
    task_losses: dict[str, float]  # task -> mean loss of the final head, unweighted
    loss: float  # multi-task loss: sum of lambda_k * task loss, final heads
    loss_with_initial: float  # the variant that adds the initial heads
    image_losses: np.ndarray  # (V, T) final head; NaN without a label
    image_values: np.ndarray  # (V, T) metric of the single image; NaN without a label


@torch.inference_mode()
def evaluate(
    network: TwoStageNetwork,
    data: Resized,
    tasks: Sequence[Task],
    config: Config,
    device: Device,
    report: Report,
    stored: NetworkInputs | None = None,
) -> Evaluation:
    """Evaluate a network on every validation image.

    An image without a label of a task does not count for that task. NonFiniteLossError names the
    losses that are not finite.

    network: in any mode; it is left in that of evaluation.
    data: the validation split at the network's size.
    tasks: those that the network predicts.
    config: for its batch size.
    device: where the network is.
    report: called after every batch.
    stored: what a frozen backbone made of the images.
    """
    network.eval()
    inputs = stored or ImageInputs(data, device)
    count = len(data.ids)
    losses = np.full((2, count, len(tasks)), np.nan)  # sum of the initial heads, final head
    values = np.full((count, len(tasks)), np.nan)
    sums: dict[str, Tensor] = {}
    for start in range(0, count, config.batch):
        report(start, count)
        indices = np.arange(start, min(count, start + config.batch))
        with device.autocast():
            prediction = network(inputs.of(indices))
        targets = {task.name: data.targets(indices, task).to(device.torch_device) for task in tasks}
        parts = all_losses(prediction, targets, tasks)
        labelled = torch.stack([task.has_label(targets[task.name]) for task in tasks], dim=1)
        heads = [f"initial {level}" for level in range(len(parts) - 1)] + ["final"]
        images = [data.ids[index] for index in indices]
        check_finite(torch.where(labelled, parts, 0), tasks, heads, images, "while evaluating")
        for head, part in enumerate((parts[:-1].sum(dim=0), parts[-1])):
            losses[head, indices] = torch.where(labelled, part, torch.nan).cpu().numpy()
        for column, task in enumerate(tasks):
            counts = _counts(enlarge(prediction.final[task.name], data.size), data, indices, task)
            sums[task.name] = sums.get(task.name, 0) + counts.sum(dim=0)
            image_value = task.metric.image_value or task.metric.value
            for row in np.flatnonzero(labelled[:, column].cpu().numpy()):
                values[indices[row], column] = image_value(counts[row])
    report(count, count)
    return _summary(losses, values, sums, tasks)


def _counts(output: Tensor, data: Resized, indices: np.ndarray, task: Task) -> Tensor:
    """(B, ...) counts of the metric for a batch, each at the size of its own label."""
    labels = data.native_targets(indices, task)  # B tensors (c, h, w)

    def counts(outputs: Tensor, targets: Tensor) -> Tensor:
        return task.metric.counts(_enlarged(outputs, targets, task), targets.to(output.device))

    if len({label.shape for label in labels}) == 1:
        return counts(output, torch.stack(labels))
    rows = [counts(output[row : row + 1], label[None]) for row, label in enumerate(labels)]
    return torch.cat(rows)


def _enlarged(output: Tensor, target: Tensor, task: Task) -> Tensor:
    size = tuple(target.shape[-2:])
    if size == tuple(output.shape[-2:]):
        return output
    align_corners = None if task.enlarge == "nearest" else False
    return F.interpolate(output, size, mode=task.enlarge, align_corners=align_corners)


def _summary(
    losses: np.ndarray, values: np.ndarray, sums: dict[str, Tensor], tasks: Sequence[Task]
) -> Evaluation:
    initial, final = (_column_means(part) for part in losses)
    weights = np.array([task.weight for task in tasks])
    return Evaluation(
        metrics={task.name: task.metric.value(sums[task.name]) for task in tasks},
        task_losses={task.name: float(mean) for task, mean in zip(tasks, final, strict=True)},
        loss=float((weights * final).sum()),
        loss_with_initial=float((weights * (initial + final)).sum()),
        image_losses=losses[1],
        image_values=values,
    )


def _column_means(part: np.ndarray) -> np.ndarray:
    """(T,) means over the images that have a label; NaN where none has."""
    labelled = np.isfinite(part)
    images = np.where(labelled.any(axis=0), labelled.sum(axis=0), np.nan)
    return np.where(labelled, part, 0).sum(axis=0) / images
