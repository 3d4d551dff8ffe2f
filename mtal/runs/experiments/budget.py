"""Budget: how many images and labels a cycle acquires, for the engine, the form and estimates.

A simulation acquires labels that exist; a run that people label acquires labels that do not exist
yet. Budgets are counted in labels, so that strategies which pick
single tasks compare with those that pick whole images (docs/method.md, section 1).
"""

from dataclasses import dataclass

import numpy as np

from mtal.config import Config


@dataclass(frozen=True)
class PoolSize:
    """Images and labels of a pool before the first cycle."""

    images: int  # N
    start: int | None  # images labelled before the first cycle; None: as the config says
    labels_per_image: float | None  # mean over the images with any to acquire; None: unknown


def pool_size(config: Config, labels: np.ndarray) -> PoolSize:
    """Count the images and labels of a run's pool; a simulation leaves out images without a label.

    labels: (N, T) bool, the labels that exist.
    """
    if config.start == "labelled":
        return PoolSize(len(labels), int(labels.any(axis=1).sum()), mean_labels(~labels))
    if config.by_people:  # they label every image whole
        return PoolSize(len(labels), None, float(labels.shape[1]))
    simulated = labels[labels.any(axis=1)]
    return PoolSize(len(simulated), None, mean_labels(simulated))


def mean_labels(acquirable: np.ndarray) -> float:
    """Mean number of labels to acquire, over the images that have any.

    acquirable: (N, T) bool; 0 if it is all False.
    """
    return float(acquirable.sum() / max(1, np.count_nonzero(acquirable.any(axis=1))))


def images_per_cycle(config: Config, pool: int) -> int:
    """Number of images that a cycle acquires from a pool of that many images."""
    return max(1, round(pool * config.step_percent / 100))


def labels_per_cycle(config: Config, pool: int, labels_per_image: float) -> int:
    """Number of labels that a cycle may acquire: its images times the mean labels per image."""
    return max(1, round(images_per_cycle(config, pool) * labels_per_image))


def images_labelled(config: Config, pool: int, cycle: int, start: int | None = None) -> int:
    """Number of images that are labelled when a cycle begins.

    pool: images; cycle: its number, from 0; start: images labelled before cycle 0, None for the
    config's share of the pool.
    """
    first = max(1, round(pool * config.start_percent / 100)) if start is None else start
    return min(pool, first + cycle * images_per_cycle(config, pool))
