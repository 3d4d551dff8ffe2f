"""Random: every open image has the same chance."""

import numpy as np

from mtal.acquisition.pool import Options, Pick, Pool
from mtal.acquisition.select import buy
from mtal.acquisition.strategy import Strategy


def pick(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
    """Uniform, without replacement."""
    order = rng.permutation(np.flatnonzero(pool.open_images))
    return Pick(buy(order, pool, budget))


RANDOM = Strategy(
    "random",
    title="Random",
    pick=pick,
    blurb="Every unlabelled image has the same chance: the baseline that a method must beat.",
    formula="uniform over the unlabelled pool, without replacement",
    source="The usual baseline.",
)
