"""Splits that tolerate broken labels, with the gate or, for oracles, without it."""

import numpy as np

from mtal.datasets.dataset import DataError, Readable, Split
from mtal.tasks.task import Task


class TolerantSplit:
    """A split whose broken labels are ignored in every pixel. A gate of `split` stays in force."""

    def __init__(self, split: Readable) -> None:
        self._split = split
        self.ids, self.image = split.ids, split.image

    def label(self, index: int, task: Task) -> np.ndarray:
        """Read a label; a single ignored pixel if it is missing or broken."""
        try:
            return self._split.label(index, task)
        except DataError:
            shape = (1, 1) if task.label_channels == 1 else (1, 1, task.label_channels)
            return np.full(shape, task.ignore, task.label_dtype)


class OracleSplit(TolerantSplit):
    """A split of which every readable label can be read, acquired or not."""

    def __init__(self, split: Split) -> None:
        super().__init__(split)
