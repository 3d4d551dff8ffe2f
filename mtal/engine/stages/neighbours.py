"""Agreement of neighbours: whether images that are near in an embedding are alike.

docs/method.md, section 3. Judged by two things that no training changes: the frozen feature, and
the sequences that images come from, where they are known. N images in the pool.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from mtal.datasets.sequences import sequence_names
from mtal.engine.stages.needed_signals import FROZEN
from mtal.engine.stages.run_context import CycleContext
from mtal.runs.files import write_json

AMONG = 10  # nearest images in the frozen feature
MOST_IMAGES = 2000  # whose neighbours are looked up
BLOCK = 8_000_000  # distances computed at once


@dataclass(frozen=True)
class Agreement:
    """Shares 0..1 of images whose nearest neighbour agrees, and those that chance would reach.

    None where there is nothing to judge by.
    """

    images: int  # that were looked up
    sequence: float | None  # nearest neighbour is of the same sequence
    sequence_chance: float | None
    frozen: float | None  # it is among the AMONG nearest in the frozen feature
    frozen_chance: float | None


def write_neighbours(cycle: CycleContext, embeddings: Mapping[str, np.ndarray]) -> None:
    """Measure the agreement of each embedding, (N, D) by signal, and write it down."""
    context, dataset = cycle.context, cycle.context.dataset
    names = sequence_names(dataset.pool.ids, dataset.sequences)
    agreements = {
        signal: asdict(agreement(points, None if signal == FROZEN else context.frozen, names))
        for signal, points in embeddings.items()
    }
    write_json(cycle.paths.neighbours, agreements)


def agreement(
    points: np.ndarray, frozen: np.ndarray | None, sequences: np.ndarray | None
) -> Agreement:
    """Measure the agreement of neighbours by Euclidean distance.

    points: (N, D) embedding.
    frozen: (N, F) frozen feature; None: not compared with it.
    sequences: (N,) text, "" for an image of no known sequence; None where none is known.
    Of a large pool, MOST_IMAGES images are looked up, evenly spread over it.
    """
    count = len(points)
    images = np.unique(np.linspace(0, count - 1, min(count, MOST_IMAGES)).round().astype(int))
    if count < 2:
        return Agreement(count, None, None, None, None)
    nearest = nearest_images(points, images, 1)[:, 0]
    sequence, sequence_chance = _of_sequences(images, nearest, sequences)
    near = near_chance = None
    if frozen is not None and count > AMONG + 1:  # with fewer all images are among the nearest
        among = nearest_images(frozen, images, AMONG)
        near = float((among == nearest[:, None]).any(axis=1).mean())
        near_chance = AMONG / (count - 1)
    return Agreement(len(images), sequence, sequence_chance, near, near_chance)


def nearest_images(points: np.ndarray, images: np.ndarray, count: int) -> np.ndarray:
    """Find the `count` images nearest to some images, without themselves, in any order: (n, count).

    points: (N, D); images: (n,) positions.
    """
    exact = np.asarray(points, np.float64)
    exact = exact - exact.mean(axis=0)  # so that little is lost in the product below
    squares = np.einsum("nd,nd->n", exact, exact)
    nearest = []
    for rows in np.array_split(images, max(1, -(-len(images) * len(exact) // BLOCK))):
        squared = squares - 2 * (exact[rows] @ exact.T)  # up to a number of each row
        squared[np.arange(len(rows)), rows] = np.inf
        nearest.append(np.argpartition(squared, count - 1, axis=1)[:, :count])
    return np.concatenate(nearest)


def _of_sequences(
    images: np.ndarray, nearest: np.ndarray, sequences: np.ndarray | None
) -> tuple[float | None, float | None]:
    """Share of the images whose neighbour is of their sequence, and the share by chance.

    Images whose sequence has no other image of the pool do not count; None, None if all are so.
    """
    if sequences is None:
        return None, None
    _, number, sizes = np.unique(sequences.astype(str), return_inverse=True, return_counts=True)
    others = np.where(sequences == "", 0, sizes[number] - 1)[images]
    counted = others > 0
    if not counted.any():
        return None, None
    same = number[images] == number[nearest]
    return float(same[counted].mean()), float((others[counted] / (len(sequences) - 1)).mean())
