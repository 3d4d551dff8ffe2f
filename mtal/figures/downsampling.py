"""Which points of a large map are drawn: all picks, and an even share of the others.

The share never loses a point that stands alone.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

CELLS = 64  # per direction; each that holds a point shows at least one
LABELLED_SHARE = 0.5  # of what is drawn may be images that were labelled before


@dataclass(frozen=True)
class Downsampled:
    """`images`: positions of the points to draw, ascending; `note`: what is left out, or ""."""

    images: np.ndarray
    note: str


def downsample(points: pd.DataFrame, limit: int) -> Downsampled:
    """Choose at most `limit` points, or all picks if they are more. Columns: x, y, state.

    The shuffle is fixed: as long as images stay the same, the same ones are drawn in every cycle
    and with every colouring.
    """
    count = len(points)
    if count <= limit:
        return Downsampled(np.arange(count), "")
    state = points["state"].to_numpy()
    drawn = state == "picked"
    remaining = max(0, limit - int(drawn.sum()))
    order = _sparse_first(points[["x", "y"]].to_numpy(float))
    labelled = order[state[order] == "labelled"]
    unlabelled = order[state[order] == "open"]
    share = max(int(remaining * LABELLED_SHARE), remaining - len(unlabelled))
    share = min(len(labelled), share)
    drawn[np.concatenate([labelled[:share], unlabelled[: remaining - share]])] = True
    note = _note(int(drawn.sum()), count, share < len(labelled))
    return Downsampled(np.flatnonzero(drawn), note)


def _sparse_first(positions: np.ndarray) -> np.ndarray:
    """Shuffle points so that those of sparse regions come early.

    positions: (N, 2). Returns (N,) indices: first one random point of every cell of a grid over the
    map that has points, then all others.
    """
    shuffled = np.random.default_rng(0).permutation(len(positions))
    low, high = positions.min(axis=0), positions.max(axis=0)
    scaled = (positions - low) / np.where(high > low, high - low, 1)
    column, row = np.clip(scaled * CELLS, 0, CELLS - 1).astype(int).T
    first = np.unique((column * CELLS + row)[shuffled], return_index=True)[1]
    is_first = np.zeros(len(positions), bool)
    is_first[first] = True
    return np.concatenate([shuffled[is_first], shuffled[~is_first]])


def _note(drawn: int, count: int, some_labelled_missing: bool) -> str:
    all_drawn = "picked" if some_labelled_missing else "picked and labelled"
    return (
        f"{drawn:,} of {count:,} points are drawn: all {all_drawn} ones, and an even share of the "
        "others. What is selected gets rings, and a lasso or a box takes every image inside, drawn "
        "or not."
    )
