"""LabelState: which labels a run has, which it may still acquire, and which nobody can supply."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class LabelState:
    """The labels of a pool when a cycle begins. N images, T tasks; every mask is (N, T) bool."""

    start: np.ndarray  # labelled before the first cycle
    labelled: np.ndarray  # labelled when the cycle begins
    exists: np.ndarray  # labels that exist by now
    rejected: np.ndarray  # labels of images that people rejected
    simulated: bool  # whether a label is acquired from those that exist, not from people

    @property
    def acquired(self) -> np.ndarray:
        """Labels that the cycles before have added to the start."""
        return self.labelled & ~self.start

    @property
    def obtainable(self) -> np.ndarray:
        """Labels that somebody can supply; in a simulation those that exist."""
        return self.exists if self.simulated else np.ones_like(self.exists)

    @property
    def acquirable(self) -> np.ndarray:
        """Labels that all cycles together may acquire; the budget is their mean per image.

        In a simulation those of the start count too.
        """
        return self.exists if self.simulated else ~self.start

    @property
    def closed(self) -> np.ndarray:
        """Labels that must not be picked: nobody can supply them, or people rejected the image."""
        return ~self.obtainable | self.rejected

    @property
    def open_pairs(self) -> np.ndarray:
        """Labels that this cycle may pick."""
        return ~(self.labelled | self.closed)

    def readable_after(self, pairs: np.ndarray) -> np.ndarray:
        """Labels that can be read once the cycle has picked some. pairs: (K, 2)."""
        return readable_labels(self.labelled, pairs, self.simulated)


def readable_labels(labelled: np.ndarray, pairs: np.ndarray, simulated: bool) -> np.ndarray:
    """Add the picked labels to the labelled ones where a simulation acquires them with the pick.

    labelled: (N, T) bool; pairs: (K, 2). Where people label, a batch has no labels yet.
    """
    readable = labelled.copy()
    if simulated:
        readable[pairs[:, 0], pairs[:, 1]] = True
    return readable
