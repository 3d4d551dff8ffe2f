"""The true loss of pool images, known in a simulation: it measures signals and never chooses (docs/method.md, section 9).

Here labels are read behind no gate, for these losses and to be shown beside predictions (`mtal.engine.rendering.draw`). Signals and
strategies have no way to them.
"""

from collections.abc import Sequence

import numpy as np
import torch

from mtal.config import Config
from mtal.datasets.normalise import to_input
from mtal.datasets.resized import Resized
from mtal.models.prediction import TwoStageNetwork
from mtal.tasks.task import Task
from mtal.training.batches import Report
from mtal.training.device import Device
from mtal.training.losses import head_losses

KEPT = 0.25  # share of the image cache for these labels, read once a cycle


@torch.inference_mode()
def true_losses(
    network: TwoStageNetwork,
    pool: Resized,
    labels: Resized,
    there: np.ndarray,
    tasks: Sequence[Task],
    config: Config,
    device: Device,
    report: Report,
    images: np.ndarray | None = None,
) -> np.ndarray:
    """(N, T) unweighted loss of the final head, as on the validation split; NaN where there is no usable label.

    `pool` gives the images, `labels` (of `TolerantSplit`) the labels. there: (N, T) bool, the labels that exist, or those that are
    asked for. images: positions to look at, all if None; the others are NaN.
    """
    images = np.arange(len(pool)) if images is None else images
    count = len(images)
    losses = np.full(there.shape, np.nan)
    for start in range(0, count, config.batch):
        report(start, count)
        indices = images[start : start + config.batch]
        with device.autocast():
            prediction = network(to_input(pool.images(indices), device.torch_device))
        targets = {
            name: target.to(device.torch_device)
            for name, target in labels.targets_for(indices, tasks, there).items()
        }
        found = head_losses(prediction.final, targets, tasks)
        known = torch.stack(
            [task.has_label(targets[task.name]) for task in tasks], dim=1
        ) & torch.isfinite(found)
        losses[indices] = torch.where(known, found, torch.nan).cpu().numpy()
    report(count, count)
    return losses
