"""A few of many images in an order that shows how varied they are (our choice)."""

from collections.abc import Sequence

import numpy as np
import pandas as pd


def varied(images: Sequence[int], sequences: Sequence[str] | None, most: int) -> list[int]:
    """List up to `most` images: the first of each sequence, then the second of each, and so on.

    Images of which there are too many are evenly spread over the order given, which usually is
    that of their names.

    images: positions; sequences: the name of each one's sequence, "" for an image of its own; None
    where no sequence is known, so that every image is of its own.
    """
    order = np.asarray(images, dtype=int)
    names = pd.Series([""] * len(order) if sequences is None else list(sequences), dtype=object)
    turn = names.groupby(names).cumcount().where(names != "", 0).to_numpy()
    firsts = order[turn == 0]
    if len(firsts) > most:
        return [int(image) for image in firsts[_spread(len(firsts), most)]]
    return [int(image) for image in order[np.argsort(turn, kind="stable")][:most]]


def _spread(total: int, most: int) -> np.ndarray:
    """(most,) different positions from 0 to total - 1, as far apart as they can be."""
    return np.linspace(0, total - 1, most).round().astype(int)
