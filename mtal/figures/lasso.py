"""Which points a lasso or a box holds, worked out from its outline: also those that are not drawn."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def enclosed(points: np.ndarray, selection: Mapping[str, Any]) -> np.ndarray:
    """(N,) bool: inside any outline of a selection. points (N, 2); keys used: lasso, box, each a list of {x: [], y: []}."""
    found = np.zeros(len(points), bool)
    for shape in selection.get("lasso", ()):
        found |= in_polygon(points, shape["x"], shape["y"])
    for shape in selection.get("box", ()):
        low, high = np.sort(np.array([shape["x"], shape["y"]], float), axis=1).T
        found |= ((points >= low) & (points <= high)).all(axis=1)
    return found


def in_polygon(points: np.ndarray, x: Sequence[float], y: Sequence[float]) -> np.ndarray:
    """(N,) bool by the even-odd rule: a ray to the right crosses the outline an odd number of times. points (N, 2)."""
    across, up = np.asarray(x, float), np.asarray(y, float)
    found = np.zeros(len(points), bool)
    if len(across) < 3:
        return found
    near = np.flatnonzero(
        (points[:, 0] >= across.min())
        & (points[:, 0] <= across.max())
        & (points[:, 1] >= up.min())
        & (points[:, 1] <= up.max())
    )
    px, py = points[near].astype(float).T
    inside = np.zeros(len(near), bool)
    for x0, y0, x1, y1 in zip(across, up, np.roll(across, -1), np.roll(up, -1), strict=True):
        if y0 != y1:
            crossing = x0 + (py - y0) / (y1 - y0) * (x1 - x0)
            inside ^= ((y0 > py) != (y1 > py)) & (px < crossing)
    found[near] = inside
    return found
