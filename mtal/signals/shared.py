"""The shared feature: what the backbone gives all tasks, averaged over the image. Core-Set and its like compare images by it."""
import torch
from torch import Tensor, nn

from mtal.signals.signal import Bench, Seen, Signal


def measure(module: nn.Module | None, seen: Seen, bench: Bench) -> Tensor:
    """(B, C) float32."""
    return seen.prediction.shared.mean((2, 3), dtype=torch.float32)


SHARED = Signal("shared", "Shared feature", measure)
