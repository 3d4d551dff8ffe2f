"""The shared feature: what the backbone gives all tasks, averaged over the image. Core-Set and its like compare images by it."""

from torch import Tensor, nn

from mtal.signals.signal import FitContext, PoolBatch, Signal


def measure(module: nn.Module | None, seen: PoolBatch, bench: FitContext) -> Tensor:
    """(B, C) float32."""
    return seen.shared


SHARED = Signal("shared", "Shared feature", measure)
