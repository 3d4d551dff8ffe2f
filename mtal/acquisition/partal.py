"""PartAL: buy labels one by one, each for the task and image where it is missed most."""

import numpy as np

from mtal.acquisition.pool import Options, Pick, Pool, columns
from mtal.acquisition.select import top
from mtal.acquisition.strategy import Strategy


def pick(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
    """The highest standardised (image, task) pairs; an image's score is that of its best open pair."""
    open_pairs = pool.open_pairs
    standard = standardised(pool["uncertainty"], open_pairs)  # (N, T)
    order = top(standard.ravel(), open_pairs.ravel(), budget, rng)
    score = np.where(open_pairs, standard, -np.inf).max(axis=1)
    table = columns("u", pool["uncertainty"], pool) | columns("z", standard, pool)
    return Pick(
        np.column_stack(np.divmod(order, len(pool.tasks))),
        table | {"score": np.where(pool.open_images, score, np.nan)},
    )


def standardised(numbers: np.ndarray, open_pairs: np.ndarray) -> np.ndarray:
    """(N, T) -> (N, T) of mean 0 and deviation 1 per task over its open pairs, NaN for the others; a constant task is 0."""
    result = np.full(numbers.shape, np.nan)
    for task in range(numbers.shape[1]):
        free = open_pairs[:, task]
        column = numbers[free, task].astype(np.float64)
        if len(column):
            varied = column.min() < column.max()
            result[free, task] = (column - column.mean()) / column.std() if varied else 0
    return result


PARTAL = Strategy(
    "partal",
    title="PartAL",
    pick=pick,
    needs=("uncertainty",),
    pseudo_labels=True,
    blurb="Single labels, not whole images: each time the (image, task) pair whose prediction is least sure for its task.",
    formula="score(x, k) = (u_k(x) - mean of u_k) / standard deviation of u_k over the task's open pairs",
    source="PartAL: Durasov, Dorndorf and Fua, 2022, arXiv:2211.11546.",
    choices="The uncertainties (those of RBAL), the standardising, and a budget counted in labels, so that every strategy buys "
    "equally many. The random start is labelled for all tasks. Tasks that an image lacks are learned from guesses of "
    "the network before, at half weight.",
)
