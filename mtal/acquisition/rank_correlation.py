"""Rank correlation with its interval: how well one column of numbers orders another."""

import numpy as np
from scipy.stats import rankdata

Z = 1.959964  # of a 95 % interval
FEWEST = 4  # images; the interval's variance has n - 3 below the line


def correlation(values: np.ndarray, losses: np.ndarray) -> tuple[float, float, float]:
    """Spearman's rho of two columns (n,), and the ends of its 95 % interval.

    All NaN where a column is constant, or for n < FEWEST. Interval: Fisher's z = artanh(rho) with
    the variance (1 + rho^2 / 2) / (n - 3) (Bonett and Wright, Sample size requirements for
    estimating Pearson, Kendall and Spearman correlations, Psychometrika 65, 2000).
    """
    if len(values) < FEWEST or np.ptp(values) == 0 or np.ptp(losses) == 0:
        return np.nan, np.nan, np.nan
    rho = float(np.corrcoef(rankdata(values), rankdata(losses))[0, 1].clip(-1, 1))
    if abs(rho) > 1 - 1e-12:  # the same order, or the reverse: artanh has no number for it
        return round(rho), round(rho), round(rho)
    z, half = np.arctanh(rho), Z * np.sqrt((1 + rho**2 / 2) / (len(values) - 3))
    return rho, float(np.tanh(z - half)), float(np.tanh(z + half))
