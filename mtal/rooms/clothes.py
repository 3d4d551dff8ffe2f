"""Garments, cut from the helper meshes around the body.

The borders of a garment are given along the limbs: `arm` is 0 at the shoulder, 1 at the elbow, 2 at
the wrist; `leg` is 0 at the hip, 1 at the knee, 2 at the ankle, negative above the hip. `keep`
fields are in metres, positive inside the garment.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy import sparse

from mtal.rooms.body import Rig, rig
from mtal.rooms.mesh_patch import Patch, cut, normals, patch, refined, smoother

FOREARM_M, THIGH_M = 0.25, 0.40  # length of one unit of arm and leg on the average adult
CREASED_M = 0.01  # cloth closer to the body than this creases less
WAIST = -0.30  # on the scale of leg
Field = Callable[["BodyCoordinates"], np.ndarray]


@dataclass(frozen=True)
class BodyCoordinates:
    """Positions of N points on the average adult."""

    points: np.ndarray  # (N, 3), ankles at y = 0
    arm: np.ndarray  # (N,), -1 where there is no arm
    leg: np.ndarray  # (N,), -3 on arms and hands
    neck: np.ndarray  # (3,) joint of the neck


@dataclass(frozen=True)
class Garment:
    """The part of a helper mesh that a garment covers, and its distance from the body."""

    helper: str  # "tights" or "skirt"
    keep: Field
    thick: Field  # (N,) metres outwards from the helper mesh
    smooth: int = 6  # smoothing steps: the more, the looser the garment


@lru_cache(maxsize=1)
def _along_limbs() -> tuple[np.ndarray, np.ndarray]:
    """Return the coordinates arm (V,) and leg (V,) of the vertices of the base mesh."""
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


def body_coordinates(piece: Patch) -> BodyCoordinates:
    """Return the body coordinates of the vertices of a patch."""
    body, (arm, leg) = rig(), _along_limbs()
    return BodyCoordinates(
        piece.at(body.vertices), piece.at(arm), piece.at(leg), body.heads[body.bones["neck01"]]
    )


@lru_cache(maxsize=4)
def helper_mesh(name: str) -> tuple[Patch, sparse.csr_matrix, BodyCoordinates]:
    """Return a refined helper mesh, its smoothing matrix (N, N) and its body coordinates."""
    body: Rig = rig()
    mesh = refined(patch(body.faces[name], len(body.vertices)))
    return mesh, smoother(mesh.faces, mesh.blend.shape[0]), body_coordinates(mesh)


def put_on(garment: Garment, posed: np.ndarray, creases: np.ndarray) -> tuple[np.ndarray, Patch]:
    """Return the points (N, 3) and the patch of a garment on a posed body.

    posed (V, 3) vertices of the body; creases (K, 5) as draw_creases() returns them.
    """
    whole, smooth, coordinates = helper_mesh(garment.helper)
    points = whole.at(posed)
    for _ in range(garment.smooth):
        points = smooth @ points
    thick = garment.thick(coordinates)
    thick = thick + crease_heights(coordinates, creases) * np.clip(thick / CREASED_M, 0, 1)
    points = points + normals(points, whole.faces) * thick[:, None]
    unblended = Patch(sparse.identity(len(points), format="csr"), whole.faces)
    piece = cut(unblended, garment.keep(coordinates))
    return piece.at(points), Patch(piece.blend @ whole.blend, piece.faces)


def crease_heights(at: BodyCoordinates, creases: np.ndarray) -> np.ndarray:
    """Return the heights (N,) of creases in metres.

    creases (K, 5) are waves of wave vector (3), phase and height; from afar, their sum looks like
    creases.
    """
    waves = np.sin(at.points @ creases[:, :3].T + creases[:, 3])
    return waves @ creases[:, 4]


def draw_creases(rng: np.random.Generator, height_m: float) -> np.ndarray:
    """Draw waves (K, 5) of 5 to 16 cm length."""
    directions = rng.normal(size=(9, 3)) * (1, 0.8, 1)
    frequencies = 2 * np.pi / rng.uniform(0.05, 0.16, size=(9, 1))
    directions *= frequencies / np.linalg.norm(directions, axis=1, keepdims=True)
    phases, heights = rng.uniform(0, 2 * np.pi, size=(9, 1)), np.full((9, 1), height_m / 3)
    return np.concatenate([directions, phases, heights], axis=1)


def _neckline(at: BodyCoordinates, deep: float, vee: float) -> np.ndarray:
    """Return the distance (N,) in metres below a collar that slopes down to the front."""
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
    """Return a shirt, jumper or jacket.

    Arguments:
        sleeve: end of the sleeves, as a coordinate along the arm.
        hem: lower end, as a coordinate along the leg.
        loose: metres between body and cloth.
        deep: metres by which the collar is lowered.
        vee: metres by which a V-neck goes further down.
        opening: metres by which a jacket is open in front, to each side.
    """
    hangs = hem > WAIST + 0.15

    def keep(at: BodyCoordinates) -> np.ndarray:
        inside = np.minimum((sleeve - at.arm) * FOREARM_M, (hem - at.leg) * THIGH_M)
        inside = np.minimum(inside, _neckline(at, deep, vee))
        middle = np.abs(at.points[:, 0]) - opening * (1 - 0.7 * np.clip(at.leg, -1.2, 0))
        open_front = np.maximum(middle, at.neck[2] - 0.02 - at.points[:, 2])
        return np.minimum(inside, np.where(at.arm > -0.5, 1, open_front)) if opening else inside

    def thick(at: BodyCoordinates) -> np.ndarray:
        """Return the distance from the body: less at the collar, more over the trousers."""
        collar = np.clip(_neckline(at, deep, vee) / 0.08, 0, 1)
        if hangs:
            over_trousers = np.clip((at.leg - WAIST) / 0.3, 0, 1)
            return loose * (0.4 + 0.6 * collar) + (0.3 * loose + 0.006) * over_trousers
        tucked = np.where(at.arm > -0.5, 1, np.clip((WAIST - at.leg) / 0.4, 0.1, 1))
        return loose * (0.4 + 0.6 * collar) * tucked

    return Garment("tights", keep, thick, 8)


def trousers(hem: float, loose: float, wide: float, start: float = WAIST) -> Garment:
    """Return trousers from `start` to `hem` along the leg, `wide` metres looser at the ankle."""
    return Garment(
        "tights",
        lambda at: np.minimum(hem - at.leg, at.leg - start) * THIGH_M,
        lambda at: loose + wide * np.clip(at.leg, 0, 2) / 2,
        10,
    )


def skirt(hem: float) -> Garment:
    """Return a skirt that ends at `hem` along the leg."""
    return Garment(
        "skirt",
        lambda at: (hem - at.leg) * THIGH_M,
        lambda at: 0.016 + 0.01 * np.clip(at.leg, 0, 2),
        3,
    )


def tights(high: float) -> Garment:
    """Return tights or socks that begin at `high` along the leg."""
    return Garment(
        "tights", lambda at: (at.leg - high) * THIGH_M, lambda at: np.full(len(at.leg), 0.004), 2
    )


def shoes(high: float) -> Garment:
    """Return shoes up to `high` along the leg: 1.9 for low shoes, 1.6 for boots."""
    return Garment(
        "tights",
        lambda at: (at.leg - high) * THIGH_M,
        lambda at: 0.011 + 0.004 * np.clip(at.leg - 1.9, 0, 1),
        4,
    )
