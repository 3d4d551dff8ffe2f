"""PartAL: pick single labels, each for the image and task whose prediction is least certain."""

import numpy as np

from mtal.acquisition.pool import Options, Pick, Pool, columns
from mtal.acquisition.select import top
from mtal.acquisition.strategy import Strategy


def pick(pool: Pool, budget: int, rng: np.random.Generator, options: Options) -> Pick:
    """Pick the highest standardised pairs; the score of an image is that of its best open pair."""
    open_pairs = pool.open_pairs
    z_scores = standardised(pool["uncertainty"], open_pairs)  # (N, T)
    order = top(z_scores.ravel(), open_pairs.ravel(), budget, rng)  # of flattened pairs
    pairs = np.column_stack(np.divmod(order, len(pool.tasks)))
    score = np.where(open_pairs, z_scores, -np.inf).max(axis=1)
    table = columns("u", pool["uncertainty"], pool) | columns("z", z_scores, pool)
    return Pick(pairs, table | {"score": np.where(pool.open_images, score, np.nan)})


def standardised(numbers: np.ndarray, open_pairs: np.ndarray) -> np.ndarray:
    """Scale each task to mean 0 and deviation 1 over its open pairs: (N, T) -> (N, T).

    NaN for the other pairs; 0 where all open pairs of a task have the same number.
    """
    result = np.full(numbers.shape, np.nan)
    for task in range(numbers.shape[1]):
        is_open = open_pairs[:, task]
        column = numbers[is_open, task].astype(np.float64)
        if not len(column):
            continue
        result[is_open, task] = 0
        if column.min() < column.max():
            result[is_open, task] = (column - column.mean()) / column.std()
    return result


PARTAL = Strategy(
    "partal",
    title="PartAL",
    pick=pick,
    needs=("uncertainty",),
    fits=("committee",),
    pseudo_labels=True,
    blurb="Single labels, not whole images: each time the (image, task) pair whose prediction is "
    "least sure for its task.",
    formula="score(x, k) = (u_k(x) - mean of u_k) / standard deviation of u_k "
    "over the task's open pairs",
    source="PartAL: Durasov, Dorndorf and Fua, 2022, arXiv:2211.11546.",
    choices="The uncertainties (those of RBAL), the standardising, and a budget counted in labels, "
    "so that every strategy gets equally many. The random start is labelled for all tasks. Tasks "
    "that an image lacks are learned from pseudo-labels of the previous network, which use the "
    "labels that the image has. They count where a class has a probability of at least 0.9, and "
    "for values at the half of the pixels that changes least under mirroring; their weight is "
    "0.5. Its training takes as many steps as that of any strategy with as many labels.",
)
