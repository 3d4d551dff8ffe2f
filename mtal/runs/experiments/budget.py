"""How many images and labels a cycle acquires: one rule for the engine, the form and estimates.

A simulation acquires from the labels that exist; a run in which people label acquires what is not
labelled yet. Budgets are counted in labels, so that strategies which pick single tasks compare with
those that pick whole images (docs/method.md, section 4).
"""

from dataclasses import dataclass

import numpy as np

from mtal.config import Config


@dataclass(frozen=True)
class PoolSize:
    """What a run finds in its pool before the first cycle."""

    images: int  # N
    start: int | None  # images labelled before the first cycle; None: the config's share of N
    labels_per_image: float  # to acquire, on average, of images that have any


def pool_size(config: Config, labels: np.ndarray) -> PoolSize:
    """Count what a run will find, from the labels that exist. labels: (N, T) bool.

    A simulation leaves out images without any label.
    """
    if config.start == "random":
        simulated = labels[labels.any(axis=1)]
        return PoolSize(len(simulated), None, mean_labels(simulated))
    return PoolSize(len(labels), int(labels.any(axis=1).sum()), mean_labels(~labels))


def mean_labels(acquirable: np.ndarray) -> float:
    """Average the labels of the images that have any to acquire. acquirable: (N, T) bool."""
    return float(acquirable.sum() / max(1, np.count_nonzero(acquirable.any(axis=1))))


def images_per_cycle(config: Config, pool: int) -> int:
    """Count the images that a cycle acquires of a pool of so many."""
    return max(1, round(pool * config.step_percent / 100))


def labels_per_cycle(config: Config, pool: int, labels_per_image: float) -> int:
    """Count the labels that a cycle may acquire: what its images have on average."""
    return max(1, round(images_per_cycle(config, pool) * labels_per_image))


def images_labelled(config: Config, pool: int, cycle: int, start: int | None = None) -> int:
    """Count the images that are labelled when a cycle begins, the first is cycle 0.

    start: images labelled before it; None: the config's share of the pool.
    """
    first = max(1, round(pool * config.start_percent / 100)) if start is None else start
    return min(pool, first + cycle * images_per_cycle(config, pool))
