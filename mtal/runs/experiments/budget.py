"""How many images and labels a cycle buys."""

import numpy as np

from mtal.config import Config


def images_at(config: Config, pool: int, number: int, start: int | None = None) -> int:
    """How many pool images are labelled when a cycle begins. `start`: before cycle 0, if not the share that the config says."""
    first = max(1, round(pool * config.start_percent / 100)) if start is None else start
    return min(pool, first + number * images_per_cycle(config, pool))


def images_per_cycle(config: Config, pool: int) -> int:
    """How many images a cycle buys."""
    return max(1, round(pool * config.step_percent / 100))


def labels_per_cycle(config: Config, for_sale: np.ndarray) -> int:
    """The budget of a cycle: what so many images have on average, of those with labels for sale. for_sale: (N, T) bool."""
    per_image = for_sale.sum() / max(1, np.count_nonzero(for_sale.any(axis=1)))
    return max(1, round(images_per_cycle(config, len(for_sale)) * float(per_image)))
