"""The true loss of pool images, known in a simulation (docs/method.md, section 9).

It measures signals and never chooses. No gate guards the labels here, which are read for these
losses and to be shown beside predictions (`mtal.engine.rendering.draw`); signals and strategies
cannot reach them.
"""

import numpy as np
import torch

from mtal.datasets.resized import Resized
from mtal.signals.signal import FitContext
from mtal.training.batches import Report
from mtal.training.losses import head_losses

ORACLE_MEMORY = 0.25  # share of the image cache for these labels, read once a cycle


@torch.inference_mode()
def true_losses(
    context: FitContext,
    labels: Resized,
    wanted: np.ndarray,
    report: Report,
    images: np.ndarray | None = None,
) -> np.ndarray:
    """Compute the unweighted loss of the final head, as on the validation split.

    context: its network predicts its pool images. labels: of a `TolerantSplit`. wanted: (N, T)
    bool, the labels to read, which must exist. images: positions to look at, all if None.
    Returns (N, T), NaN for other images and where a label is broken or not wanted.
    """
    tasks, device = context.tasks, context.device
    images = np.arange(len(context.pool)) if images is None else images
    count, step = len(images), context.config.batch
    losses = np.full(wanted.shape, np.nan)
    for start in range(0, count, step):
        report(start, count)
        indices = images[start : start + step]
        with device.autocast():
            prediction = context.network(context.inputs.of(indices))
        targets = {
            name: target.to(device.torch_device)
            for name, target in labels.targets_for(indices, tasks, wanted).items()
        }
        batch_losses = head_losses(prediction.final, targets, tasks)
        usable = torch.stack([task.has_label(targets[task.name]) for task in tasks], dim=1)
        usable &= torch.isfinite(batch_losses)
        losses[indices] = torch.where(usable, batch_losses, torch.nan).cpu().numpy()
    report(count, count)
    return losses
