"""Texture coordinates of cloth: every limb and the trunk unrolled as cylinders, in cloth tiles."""

import numpy as np

from mtal.rooms.body import rig
from mtal.rooms.fabrics import TILE_M

BONES = {  # human part -> joints at the ends of its axis
    3: ("upperarm01", "lowerarm01"),
    4: ("lowerarm01", "wrist"),
    5: ("upperleg01", "lowerleg01"),
    6: ("lowerleg01", "foot"),
}
# Girth of each human part, in whole tiles, so that the pattern meets itself.
GIRTH_M = {2: 0.96, 3: 0.32, 4: 0.32, 5: 0.48, 6: 0.48}


def rolled_out(points: np.ndarray, part: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Return cylinder coordinates of points (N, 3) on the average adult around a human part's axis.

    The axis of the trunk is vertical, that of a limb its bone, on the side where the point lies.

    Returns the bearing in radians (N,), tiles along the axis (N,), and tiles around it.
    """
    if part not in BONES:
        neck = rig().heads[rig().bones["neck01"]]
        bearing = np.arctan2(points[:, 0], points[:, 2] - neck[2] + 0.04)
        return bearing, -points[:, 1] / TILE_M, GIRTH_M[2] / TILE_M
    bearing, along = np.empty(len(points)), np.empty(len(points))
    for side, chosen in (("L", points[:, 0] >= 0), ("R", points[:, 0] < 0)):
        start, end = (rig().heads[rig().bones[f"{name}.{side}"]] for name in BONES[part])
        axis = (end - start) / np.linalg.norm(end - start)
        ahead = np.array([0, 0, 1]) - axis[2] * axis
        ahead /= np.linalg.norm(ahead)
        away = points[chosen] - start
        bearing[chosen] = np.arctan2(away @ np.cross(ahead, axis), away @ ahead)
        along[chosen] = away @ axis / TILE_M
    return bearing, along, GIRTH_M[part] / TILE_M


def seamed(bearing: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Double the vertices at the back, so that no face wraps around.

    bearing (N,) radians of the vertices; faces (M, 3).

    Returns the old vertex (K,) and the bearing (K,) of each new vertex, and the new faces (M, 3).
    """
    turns = bearing[faces]
    over = (np.ptp(turns, axis=1) > np.pi)[:, None] & (turns < 0)
    both, faces = np.unique(faces + len(bearing) * over, return_inverse=True)
    vertex = both % len(bearing)
    return vertex, bearing[vertex] + 2 * np.pi * (both >= len(bearing)), faces.reshape(-1, 3)
