"""Rank correlation with its interval: how well one column of numbers orders another."""

import numpy as np
from scipy.stats import rankdata

Z = 1.959964  # of a 95 % interval
FEWEST = 4  # images; the interval's variance has n - 3 below the line


def correlation(values: np.ndarray, losses: np.ndarray) -> tuple[float, float, float]:
    """Spearman's rho of two columns (n,), and the ends of its 95 % interval.

    All NaN where a column is constant, or for n < FEWEST. Interval: Fisher's z = artanh(rho) with
    the variance (1 + rho^2 / 2) / (n - 3) (Bonett and Wright, Sample size requirements for
    estimating Pearson, Kendall and Spearman correlations, Psychometrika 65, 2000). In it rho is at
    most `most_certain`, and the interval includes rho itself (our choice).
    """
    if len(values) < FEWEST or np.ptp(values) == 0 or np.ptp(losses) == 0:
        return np.nan, np.nan, np.nan
    rho = float(np.corrcoef(rankdata(values), rankdata(losses))[0, 1].clip(-1, 1))
    rho = round(rho) if abs(rho) > 1 - 1e-12 else rho  # the same order, but for rounding
    z, variance = fisher(rho, len(values))
    half = Z * np.sqrt(variance)
    return rho, min(rho, float(np.tanh(z - half))), max(rho, float(np.tanh(z + half)))


def fisher(rho: float, images: int) -> tuple[float, float]:
    """Return Fisher's z of a rank correlation over some images, and its variance."""
    most = most_certain(images)
    limited = float(np.clip(rho, -most, most))
    return float(np.arctanh(limited)), (1 + limited**2 / 2) / (images - 3)


def most_certain(images: int) -> float:
    """Return the largest rank correlation that so many images can stand for: 1 - 1/n.

    artanh has no number for the same order, which four images have by chance once in 24 times.
    """
    return 1 - 1 / images
