"""What a strategy may look at (Pool) and what it answers (Pick). NumPy only, without any labels.

N images in the pool, T tasks, M members of a committee. An index is a position in the whole pool.
"""

from dataclasses import dataclass, field, fields
from typing import Literal

import numpy as np

from mtal.config import Config


@dataclass(frozen=True)
class PastBatch:
    """A batch of an earlier cycle: what was said of it when picked, and what came true.

    n images of the batch. Only labels that the run has acquired are read for this.
    """

    scores: np.ndarray  # (n, T) columns s.<task> of the strategy's table; NaN where it has none
    losses: np.ndarray  # (n, T) loss of the network that picked them; NaN without a label


@dataclass(frozen=True)
class Pool:
    """The images, what is labelled, and the signals. Row i of every array is image i."""

    tasks: tuple[str, ...]
    labelled: np.ndarray  # (N, T) bool
    signals: dict[str, np.ndarray]  # those in `needs`: "committee" (N, T, M), "embedding" (N, D)
    closed: np.ndarray | None = None  # (N, T) bool: pairs that can never be labelled; None: none
    past: tuple[PastBatch, ...] = ()  # the batches of the cycles before, the oldest first

    @property
    def open_pairs(self) -> np.ndarray:
        """(N, T) bool: the pairs that can be labelled next."""
        taken = self.labelled if self.closed is None else self.labelled | self.closed
        return np.asarray(~taken)

    @property
    def open_images(self) -> np.ndarray:
        """(N,) bool: images with at least one task left to label."""
        return np.asarray(self.open_pairs.any(axis=1))

    @property
    def covered(self) -> np.ndarray:
        """(N,) bool: images with labels and none left to label.

        Images that are labelled in part count as unlabelled.
        """
        return np.asarray(self.labelled.any(axis=1) & ~self.open_images)

    def __getitem__(self, name: str) -> np.ndarray:
        """Read a signal. ValueError if it was not measured, or if a value is not finite."""
        if name not in self.signals:
            raise ValueError(
                f"the signal {name} is not measured; a strategy must list it in `needs`"
            )
        signal = self.signals[name]
        finite = np.isfinite(signal)
        if not finite.all():
            raise ValueError(
                f"{np.count_nonzero(~finite)} numbers of the signal {name} are not finite, "
                f"the first is of image {np.argwhere(~finite)[0][0]}"
            )
        return signal


@dataclass(frozen=True)
class Options:
    """Settings of docs/method.md, sections 2 to 4, for the strategies that use them."""

    committee: Literal["max", "mean", "min"] = "max"
    normalise: Literal["minmax", "rank", "mean"] = "rank"
    across: Literal["max", "mean"] = "max"
    terms: Literal["product", "inconsistency", "diversity"] = "product"
    diversity: Literal["euclidean", "cosine"] = "euclidean"
    picking: Literal["greedy", "top"] = "greedy"
    embedding_source: Literal["auto", "auto-encoder", "task features", "shared", "frozen"] = "auto"
    weighted_by: Literal["entropy", "inconsistency"] = "entropy"
    trust_form: Literal["clusters", "greedy"] = "clusters"

    @classmethod
    def from_config(cls, config: Config) -> "Options":
        """Read the settings of a run."""
        return cls(**{field.name: getattr(config, field.name) for field in fields(cls)})

    def embedding(self, own: str) -> str:
        """Name the signal that diversity is measured in. own: the strategy's, for `auto`."""
        return {
            "auto": own,
            "auto-encoder": "embedding",
            "task features": "task_features",
            "shared": "shared",
            "frozen": "frozen",
        }[self.embedding_source]


@dataclass(frozen=True)
class Pick:
    """What to label next, and the numbers that led to it."""

    pairs: np.ndarray  # (K, 2) int: (image, task) in the order in which they were picked
    # column -> (N,) numbers; columns per task are called `<what>.<task>`
    table: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def images(self) -> np.ndarray:
        """The distinct images, in the order in which they were first picked."""
        _, first = np.unique(self.pairs[:, 0], return_index=True)
        return self.pairs[np.sort(first), 0]


def whole_images(images: np.ndarray, pool: Pool) -> np.ndarray:
    """List each image with all of its open tasks: (K, 2) pairs."""
    row, task = np.nonzero(pool.open_pairs[images])
    return np.column_stack([images[row], task]).astype(np.int64)


def ranking(pick: Pick, pool: Pool) -> np.ndarray:
    """Rank the images: (N,) 1 for the first pick, 0 for images without a rank.

    After the picks come the other open images by their score, if the strategy has one.
    """
    rank = np.zeros(len(pool.labelled), dtype=np.int64)
    rank[pick.images] = np.arange(1, len(pick.images) + 1)
    score = pick.table.get("score")
    if score is not None:
        rest = np.flatnonzero(pool.open_images & (rank == 0))
        by_score = rest[np.argsort(-score[rest], kind="stable")]
        rank[by_score] = np.arange(len(rest)) + len(pick.images) + 1
    return rank


def columns(what: str, numbers: np.ndarray, pool: Pool) -> dict[str, np.ndarray]:
    """Split (N, T) numbers into the columns `<what>.<task>` of a table."""
    return {f"{what}.{name}": numbers[:, column] for column, name in enumerate(pool.tasks)}
