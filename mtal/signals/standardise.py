"""Standardised channels: mean 0 and spread 1 over the pool (docs/method.md, section 3).

A channel that hardly changes would be blown up to nothing but noise, so a spread counts as at least
a share of the median channel's, and far values are cut off (our choices).
"""

import numpy as np

FLOOR = 0.1  # of the median channel's spread
FARTHEST = 10.0  # spreads from the mean


def floored(spread: np.ndarray) -> np.ndarray:
    """Spreads (D,) that can be divided by: none below FLOOR x their median, none 0."""
    least = FLOOR * float(np.median(spread))
    return np.maximum(spread, least if least > 0 else 1e-6)


def standardised(values: np.ndarray) -> np.ndarray:
    """Standardise the columns of (N, D): float32, within +-FARTHEST."""
    exact = values.astype(np.float64)
    scaled = (exact - exact.mean(axis=0)) / floored(exact.std(axis=0))
    return scaled.clip(-FARTHEST, FARTHEST).astype(np.float32)
