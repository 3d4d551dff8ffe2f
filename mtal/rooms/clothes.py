"""What people wear, cut from the shells around the body.

Where a garment ends is given along the limbs: arm is 0 at the shoulder, 1 at the elbow, 2 at the wrist; leg is 0 at the hip,
1 at the knee, 2 at the ankle, negative above the hip. keep fields are in metres, positive inside the garment.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy import sparse

from mtal.rooms.body import Rig, rig
from mtal.rooms.mesh_patch import Patch, cut, normals, patch, refined, smoother

FOREARM_M, THIGH_M = 0.25, 0.40  # what 1 on the scales of arm and leg is on the average adult
CREASED_M = 0.01  # cloth nearer to the body than this creases less
WAIST = -0.30  # on the scale of leg
Field = Callable[["Places"], np.ndarray]


@dataclass(frozen=True)
class Places:
    """Where points lie on the average adult. N points."""

    points: np.ndarray  # (N, 3), ankles at y = 0
    arm: np.ndarray  # (N,), -1 where there is no arm
    leg: np.ndarray  # (N,), -3 on arms and hands
    neck: np.ndarray  # (3,) where the neck begins


@dataclass(frozen=True)
class Garment:
    """A shell, what is kept of it, and how it hangs."""

    shell: str  # "tights" or "skirt"
    keep: Field
    thick: Callable[[Places], np.ndarray]  # (N,) metres outwards from the shell
    smooth: int = 6  # the looser, the less of the body shows


@lru_cache(maxsize=1)
def _measured() -> tuple[np.ndarray, np.ndarray]:
    """arm and leg (V,) of the base mesh."""
    body = rig()
    shares = body.parts[:, 3] + body.parts[:, 4]
    arm, nearest = np.full(len(body.vertices), -1.0), np.full(len(body.vertices), np.inf)
    for side in "LR":
        joints = [
            body.heads[body.bones[f"{name}.{side}"]]
            for name in ("upperarm01", "lowerarm01", "wrist")
        ]
        for number, (start, end) in enumerate(pairwise(joints)):
            along = (body.vertices - start) @ (end - start) / ((end - start) @ (end - start))
            bounded = np.clip(along, 0 if number else -1, 2 if number else 1)
            away = np.linalg.norm(body.vertices - start - bounded[:, None] * (end - start), axis=1)
            closer = (away < nearest) & (shares > 0.3)
            arm[closer], nearest[closer] = number + bounded[closer], away[closer]
    hip, knee, ankle = (
        float(body.heads[body.bones[f"{name}.L"]][1])
        for name in ("upperleg01", "lowerleg01", "foot")
    )
    y = body.vertices[:, 1]
    leg = np.where(y > knee, (hip - y) / (hip - knee), 1 + (knee - y) / (knee - ankle))
    return arm, np.where(shares > 0.3, -3, leg)


def places(piece: Patch) -> Places:
    """Where the vertices of a patch lie."""
    body, (arm, leg) = rig(), _measured()
    return Places(
        piece.at(body.vertices), piece.at(arm), piece.at(leg), body.heads[body.bones["neck01"]]
    )


@lru_cache(maxsize=4)
def shell(name: str) -> tuple[Patch, sparse.csr_matrix, Places]:
    """A shell of the base mesh, refined, with its smoother and its places."""
    body: Rig = rig()
    found = refined(patch(body.faces[name], len(body.vertices)))
    return found, smoother(found.faces, found.blend.shape[0]), places(found)


def made(garment: Garment, posed: np.ndarray, creases: np.ndarray) -> tuple[np.ndarray, Patch]:
    """(N, 3) points and the patch of a garment on a body whose vertices (V, 3) are posed; creases (K, 5) as from creased()."""
    whole, smooth, where = shell(garment.shell)
    points = whole.at(posed)
    for _ in range(garment.smooth):
        points = smooth @ points
    thick = garment.thick(where)
    thick = thick + creased(where, creases) * np.clip(thick / CREASED_M, 0, 1)
    points = points + normals(points, whole.faces) * thick[:, None]
    piece = cut(Patch(sparse.identity(len(points), format="csr"), whole.faces), garment.keep(where))
    return piece.at(points), Patch(piece.blend @ whole.blend, piece.faces)


def creased(where: Places, creases: np.ndarray) -> np.ndarray:
    """(N,) metres: a sum of K waves (direction of 3, phase, height), which is how creases look from afar."""
    waves = np.sin(where.points @ creases[:, :3].T + creases[:, 3])
    return waves @ creases[:, 4]


def creases(rng: np.random.Generator, height_m: float) -> np.ndarray:
    """(K, 5) waves of 5 to 16 cm."""
    ways = rng.normal(size=(9, 3)) * (1, 0.8, 1)
    ways *= (2 * np.pi / rng.uniform(0.05, 0.16, size=(9, 1))) / np.linalg.norm(
        ways, axis=1, keepdims=True
    )
    return np.concatenate(
        [ways, rng.uniform(0, 2 * np.pi, size=(9, 1)), np.full((9, 1), height_m / 3)], axis=1
    )


def _neckline(at: Places, deep: float, vee: float) -> np.ndarray:
    """Metres below a collar that slopes down to the front."""
    from_neck = at.points - at.neck
    dip = vee * np.clip(1 - np.abs(at.points[:, 0]) / 0.07, 0, 1) * (from_neck[:, 2] > 0)
    return 0.035 - deep - dip - from_neck[:, 1] - 0.55 * from_neck[:, 2]


def top(
    sleeve: float,
    hem: float,
    loose: float,
    deep: float = 0.0,
    vee: float = 0.0,
    opening: float = 0.0,
) -> Garment:
    """Shirts, jumpers and jackets; sleeve on the scale of arm, hem on that of leg, `opening` metres of open front."""

    def keep(at: Places) -> np.ndarray:
        inside = np.minimum((sleeve - at.arm) * FOREARM_M, (hem - at.leg) * THIGH_M)
        inside = np.minimum(inside, _neckline(at, deep, vee))
        middle = np.abs(at.points[:, 0]) - opening * (1 - 0.7 * np.clip(at.leg, -1.2, 0))
        open_front = np.maximum(middle, at.neck[2] - 0.02 - at.points[:, 2])
        return np.minimum(inside, np.where(at.arm > -0.5, 1, open_front)) if opening else inside

    def thick(at: Places) -> np.ndarray:
        """Closer at the collar, wider below the waist, where it hangs over the trousers."""
        collar = np.clip(_neckline(at, deep, vee) / 0.08, 0, 1)
        hanging = (
            (0.3 * loose + 0.006) * np.clip((at.leg - WAIST) / 0.3, 0, 1)
            if hem > WAIST + 0.15
            else 0
        )
        tucked = (
            1
            if hem > WAIST + 0.15
            else np.where(at.arm > -0.5, 1, np.clip((WAIST - at.leg) / 0.4, 0.1, 1))
        )
        return loose * (0.4 + 0.6 * collar) * tucked + hanging

    return Garment("tights", keep, thick, 8)


def trousers(hem: float, loose: float, wide: float, start: float = WAIST) -> Garment:
    """From `start` to `hem` on the scale of leg, `wide` metres wider at the ankle than at the hip."""
    return Garment(
        "tights",
        lambda at: np.minimum(hem - at.leg, at.leg - start) * THIGH_M,
        lambda at: loose + wide * np.clip(at.leg, 0, 2) / 2,
        10,
    )


def skirt(hem: float) -> Garment:
    return Garment(
        "skirt",
        lambda at: (hem - at.leg) * THIGH_M,
        lambda at: 0.016 + 0.01 * np.clip(at.leg, 0, 2),
        3,
    )


def tights(high: float) -> Garment:
    """Socks, leggings below a skirt."""
    return Garment(
        "tights", lambda at: (at.leg - high) * THIGH_M, lambda at: np.full(len(at.leg), 0.004), 2
    )


def shoes(high: float) -> Garment:
    """Up to `high` on the scale of leg: 1.9 for low shoes, 1.6 for boots."""
    return Garment(
        "tights",
        lambda at: (at.leg - high) * THIGH_M,
        lambda at: 0.011 + 0.004 * np.clip(at.leg - 1.9, 0, 1),
        4,
    )
