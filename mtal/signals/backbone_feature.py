"""The backbone's feature: its map, which all tasks share, averaged over the image.

Core-Set, TypiClust and ProbCover compare images by it.
"""

from torch import Tensor, nn

from mtal.signals.signal import FitContext, PoolBatch, Signal


def measure(module: nn.Module | None, batch: PoolBatch, context: FitContext) -> Tensor:
    """(B, C) float32."""
    return batch.shared


SHARED = Signal("shared", "Shared feature", measure)
