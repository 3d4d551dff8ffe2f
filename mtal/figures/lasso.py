"""Which points a lasso or a box encloses, also those that are not drawn."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def enclosed(points: np.ndarray, selection: Mapping[str, Any]) -> np.ndarray:
    """Find the points (N, 2) inside any outline of a selection: (N,) bool.

    Keys of `selection` that are used: lasso, box; each a list of {x: [...], y: [...]}.
    """
    inside = np.zeros(len(points), bool)
    for shape in selection.get("lasso", ()):
        inside |= in_polygon(points, shape["x"], shape["y"])
    for shape in selection.get("box", ()):
        low, high = np.sort(np.array([shape["x"], shape["y"]], float), axis=1).T
        inside |= ((points >= low) & (points <= high)).all(axis=1)
    return inside


def in_polygon(points: np.ndarray, x: Sequence[float], y: Sequence[float]) -> np.ndarray:
    """Find the points (N, 2) inside an outline by the even-odd rule: (N,) bool.

    A ray to the right of a point inside crosses the outline an odd number of times. A point on the
    border of two outlines that touch is inside one of them only. (`skimage.measure.points_in_poly`
    counts it in both, says that an outline without an area holds its corners, and is slower.)
    """
    corner_x, corner_y = np.asarray(x, float), np.asarray(y, float)
    inside = np.zeros(len(points), bool)
    if len(corner_x) < 3:
        return inside
    near = np.flatnonzero(  # only points in the bounding box can be inside
        (points[:, 0] >= corner_x.min())
        & (points[:, 0] <= corner_x.max())
        & (points[:, 1] >= corner_y.min())
        & (points[:, 1] <= corner_y.max())
    )
    px, py = points[near].astype(float).T
    odd = np.zeros(len(near), bool)
    edges = zip(corner_x, corner_y, np.roll(corner_x, -1), np.roll(corner_y, -1), strict=True)
    for x0, y0, x1, y1 in edges:
        if y0 != y1:
            crossing = x0 + (py - y0) / (y1 - y0) * (x1 - x0)
            odd ^= ((y0 > py) != (y1 > py)) & (px < crossing)
    inside[near] = odd
    return inside
