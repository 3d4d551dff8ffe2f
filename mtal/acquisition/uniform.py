"""Random: every open image is equally likely to be picked."""

import numpy as np

from mtal.acquisition.pool import Options, Pick, Pool
from mtal.acquisition.select import take_budget
from mtal.acquisition.strategy import Strategy


def pick(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
    """Pick images uniformly, without replacement."""
    order = rng.permutation(np.flatnonzero(pool.open_images))
    return Pick(take_budget(order, pool, budget))


RANDOM = Strategy(
    "random",
    title="Random",
    pick=pick,
    blurb="Every unlabelled image is equally likely: the baseline that a method must beat.",
    formula="uniform over the unlabelled pool, without replacement",
    source="The usual baseline.",
)
