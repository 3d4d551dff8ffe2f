"""Which points of a large map are drawn: those that matter, and of the rest an even share that never loses a lonely one."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

CELLS = 64  # per direction; each that holds a point shows at least one
LABELLED_SHARE = 0.5  # of what is drawn may be images that were labelled before


@dataclass(frozen=True)
class Drawn:
    """`images`: positions of the points that are drawn, ascending; `told`: what is left out, "" if nothing is."""

    images: np.ndarray
    told: str


def thinned(points: pd.DataFrame, limit: int) -> Drawn:
    """At most `limit` points, unless there are more picks: these are all drawn. Columns: x, y, state.

    The same images are drawn in every cycle and under every colour, as far as they stay the same: by a fixed shuffle.
    """
    count = len(points)
    if count <= limit:
        return Drawn(np.arange(count), "")
    state = points["state"].to_numpy()
    must = state == "picked"
    left = max(0, limit - int(must.sum()))
    order = _lonely_first(points[["x", "y"]].to_numpy(float))
    before = order[(state[order] == "labelled") & ~must[order]]
    rest = order[(state[order] == "open") & ~must[order]]
    of_before = min(len(before), max(int(left * LABELLED_SHARE), left - len(rest)))
    must[np.concatenate([before[:of_before], rest[: left - of_before]])] = True
    return Drawn(np.flatnonzero(must), _told(int(must.sum()), count, of_before < len(before)))


def _lonely_first(places: np.ndarray) -> np.ndarray:
    """Positions, shuffled, after one of every cell of a grid over the map. places (N, 2)."""
    shuffled = np.random.default_rng(0).permutation(len(places))
    low, high = places.min(axis=0), places.max(axis=0)
    cells = np.clip(
        (places - low) / np.where(high > low, high - low, 1) * CELLS, 0, CELLS - 1
    ).astype(int)
    first = np.unique((cells[:, 0] * CELLS + cells[:, 1])[shuffled], return_index=True)[1]
    alone = np.zeros(len(places), bool)
    alone[first] = True
    return np.concatenate([shuffled[alone], shuffled[~alone]])


def _told(drawn: int, count: int, thin_labelled: bool) -> str:
    which = "picked" if thin_labelled else "picked and labelled"
    return (
        f"{drawn:,} of {count:,} points are drawn: all {which} ones, and an even share of the others. What is selected gets "
        "rings, and a lasso or a box takes every image inside, drawn or not."
    )
