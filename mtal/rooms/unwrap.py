"""Where cloth's pattern lies on a body: every limb and the trunk unrolled like a tin's label, in tiles of cloth."""

import numpy as np

from mtal.rooms.body import rig
from mtal.rooms.fabrics import TILE_M

BONES = {
    3: ("upperarm01", "lowerarm01"),
    4: ("lowerarm01", "wrist"),
    5: ("upperleg01", "lowerleg01"),
    6: ("lowerleg01", "foot"),
}
GIRTH_M = {
    2: 0.96,
    3: 0.32,
    4: 0.32,
    5: 0.48,
    6: 0.48,
}  # whole tiles, so that the pattern meets itself


def rolled_out(points: np.ndarray, part: int) -> tuple[np.ndarray, np.ndarray, float]:
    """(N, 3) on the average adult -> (N,) bearing around the part's axis in radians, (N,) tiles along it, tiles around it.

    The trunk has a plumb line for an axis; limbs have their bone, on the side where the point lies.
    """
    if part not in BONES:
        neck = rig().heads[rig().bones["neck01"]]
        return (
            np.arctan2(points[:, 0], points[:, 2] - neck[2] + 0.04),
            -points[:, 1] / TILE_M,
            GIRTH_M[2] / TILE_M,
        )
    bearing, along = np.empty(len(points)), np.empty(len(points))
    for side, chosen in (("L", points[:, 0] >= 0), ("R", points[:, 0] < 0)):
        start, end = (rig().heads[rig().bones[f"{name}.{side}"]] for name in BONES[part])
        axis = (end - start) / np.linalg.norm(end - start)
        ahead = np.array([0, 0, 1]) - axis[2] * axis
        ahead /= np.linalg.norm(ahead)
        away = points[chosen] - start
        bearing[chosen], along[chosen] = (
            np.arctan2(away @ np.cross(ahead, axis), away @ ahead),
            away @ axis / TILE_M,
        )
    return bearing, along, GIRTH_M[part] / TILE_M


def seamed(bearing: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vertices doubled where a face would wrap around the back.

    bearing (N,) radians -> (K,) which vertex each new one is, (K,) its bearing, (M, 3) faces of new ones.
    """
    at = bearing[faces]
    over = (np.ptp(at, axis=1) > np.pi)[:, None] & (at < 0)
    both, faces = np.unique(faces + len(bearing) * over, return_inverse=True)
    which = both % len(bearing)
    return which, bearing[which] + 2 * np.pi * (both >= len(bearing)), faces.reshape(-1, 3)
