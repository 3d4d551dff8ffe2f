"""What a strategy may look at (Pool) and what it answers (Pick). NumPy only; no label can be reached from here.

N images in the pool, T tasks, M members of a committee. An index is always a position in the full pool.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np


@dataclass(frozen=True)
class Pool:
    """Row i of every array is image i. `signals` holds exactly what the strategy declared in `needs`."""

    tasks: tuple[str, ...]
    labelled: np.ndarray  # (N, T) bool
    signals: dict[str, np.ndarray]  # such as "committee" (N, T, M) m_{k,l}; "embedding" (N, D)
    closed: np.ndarray | None = (
        None  # (N, T) bool: pairs that can never be labelled; None = there are none
    )

    @property
    def open_pairs(self) -> np.ndarray:
        """(N, T) bool: what can be labelled next."""
        return np.asarray(~self.labelled if self.closed is None else ~(self.labelled | self.closed))

    @property
    def open_images(self) -> np.ndarray:
        """(N,) bool: images with at least one task left to label."""
        return np.asarray(self.open_pairs.any(axis=1))

    @property
    def covered(self) -> np.ndarray:
        """(N,) bool: images with labels and none left to buy; those that are labelled in part still wait like unlabelled ones."""
        return np.asarray(self.labelled.any(axis=1) & ~self.open_images)

    def __getitem__(self, name: str) -> np.ndarray:
        """A signal; ValueError if it is not here, or if some of it is not a number."""
        if name not in self.signals:
            raise ValueError(
                f"the signal {name} is not measured; a strategy must list it in `needs`"
            )
        signal = self.signals[name]
        if not (finite := np.isfinite(signal)).all():
            raise ValueError(
                f"{np.count_nonzero(~finite)} numbers of the signal {name} are not finite, the first is of image "
                f"{np.argwhere(~finite)[0][0]}"
            )
        return signal


@dataclass(frozen=True)
class Options:
    """The switches of docs/method.md, sections 2 to 4, for the strategies that have them."""

    committee: Literal["max", "mean", "min"] = "max"
    normalise: Literal["minmax", "rank", "mean"] = "minmax"
    across: Literal["max", "mean"] = "max"
    terms: Literal["product", "inconsistency", "diversity"] = "product"
    diversity: Literal["euclidean", "cosine"] = "euclidean"
    picking: Literal["greedy", "top"] = "greedy"


@dataclass(frozen=True)
class Pick:
    """What to label next, and the numbers that led there."""

    pairs: np.ndarray  # (K, 2) int: (image, task) in the order in which they were taken
    table: dict[str, np.ndarray] = field(
        default_factory=dict
    )  # column -> (N,); per-task columns are `<what>.<task>`

    @property
    def images(self) -> np.ndarray:
        """The distinct images in the order in which they were first taken."""
        _, first = np.unique(self.pairs[:, 0], return_index=True)
        return self.pairs[np.sort(first), 0]


def whole_images(images: np.ndarray, pool: Pool) -> np.ndarray:
    """(K, 2) pairs: each image with all of its tasks that are left to label."""
    row, task = np.nonzero(pool.open_pairs[images])
    return np.column_stack([images[row], task]).astype(np.int64)


def ranking(pick: Pick, pool: Pool) -> np.ndarray:
    """(N,) 1 = first pick; after the picks the other open images by their score, if there is one; 0 = none."""
    rank = np.zeros(len(pool.labelled), dtype=np.int64)
    rank[pick.images] = np.arange(1, len(pick.images) + 1)
    score = pick.table.get("score")
    if score is not None:
        rest = np.flatnonzero(pool.open_images & (rank == 0))
        rank[rest[np.argsort(-score[rest], kind="stable")]] = (
            np.arange(len(rest)) + len(pick.images) + 1
        )
    return rank


def columns(what: str, numbers: np.ndarray, pool: Pool) -> dict[str, np.ndarray]:
    """(N, T) as the columns `<what>.<task>` of a table."""
    return {f"{what}.{name}": numbers[:, column] for column, name in enumerate(pool.tasks)}
