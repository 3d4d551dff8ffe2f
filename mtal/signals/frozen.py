"""The frozen feature: means of a pretrained network's maps, the same in every cycle.

docs/method.md, section 3. It is there before any training, so nothing is predicted for it.
"""

import torch
from torch import Tensor, nn

from mtal.signals.signal import FitContext, PoolBatch, Signal


def measure(module: nn.Module | None, batch: PoolBatch, context: FitContext) -> Tensor:
    """(B, D) float32. ValueError if the context has no frozen feature."""
    if context.frozen is None:
        raise ValueError("the frozen feature is not at hand")
    return torch.from_numpy(context.frozen[batch.indices])


FROZEN = Signal("frozen", "Frozen feature", measure, predicts=False)
