"""Strategy: a function that picks, and what the engine and the screen must know about it."""
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mtal.acquisition.pool import Options, Pick, Pool


@dataclass(frozen=True)
class Strategy:
    """`pick(pool, budget, rng, options)` chooses `budget` (image, task) pairs; higher scores are always more worth labelling."""
    name: str
    title: str
    pick: Callable[[Pool, int, np.random.Generator, Options], Pick]
    blurb: str                                              # one sentence for the launch form
    formula: str                                            # plain text
    source: str                                             # paper, and what is our own choice
    needs: tuple[str, ...] = ()                             # signals that must be measured first
    weights_samples: bool = False                           # whether `sample_weights: auto` means on
