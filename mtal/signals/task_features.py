"""Task features: the feature map of every task, averaged over the image (docs/method.md, 3)."""

import torch
from torch import Tensor, nn

from mtal.signals.signal import FitContext, PoolBatch, Signal


def measure(module: nn.Module | None, batch: PoolBatch, context: FitContext) -> Tensor:
    """(B, K*C) float32, task after task."""
    features = batch.prediction.features
    means = [features[task.name].mean((2, 3), dtype=torch.float32) for task in context.tasks]
    return torch.cat(means, dim=1)


TASK_FEATURES = Signal("task_features", "Task features", measure)
