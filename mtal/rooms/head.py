"""Hair cut from the scalp, and a face painted on the head: at a few metres these tell a person from a dummy.

Places on the head are in units of the distance from eyes to crown, with the eyes at height 0; the bearing is 0 at the nose, 180
degrees at the back. Hairlines and paint are our own, measured on the average adult.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import sparse

from mtal.rooms.body import BODY, rig
from mtal.rooms.clothes import creased
from mtal.rooms.clothes import places as on_body
from mtal.rooms.fabrics import Colour
from mtal.rooms.mesh_patch import Patch, cut, normals, patch, smoother

MOUTH = -0.64  # height of the mouth
BEARINGS = (0, 30, 50, 62, 70, 80, 105, 118, 180)
HAIRLINES = {  # how high hair begins at each bearing
    "short": (0.60, 0.58, 0.46, 0.25, -0.02, 0.16, 0.16, -0.55, -0.72),
    "receding": (0.86, 0.80, 0.72, 0.45, 0.05, 0.16, 0.16, -0.5, -0.7),
    "wreath": (1.5, 1.5, 1.2, 0.8, 0.2, 0.16, 0.16, -0.5, -0.7),
    "full": (0.56, 0.52, 0.36, 0.12, -0.3, -0.62, -0.75, -0.8, -0.85),
    "fringe": (0.34, 0.34, 0.32, 0.1, -0.4, -0.62, -0.75, -0.8, -0.85),
}
TEXTURE = 128
LOWEST = -1.6  # height at the lower border of the painted face


@dataclass(frozen=True)
class Style:
    line: str  # one of HAIRLINES
    thick_m: float
    length: float = 0.0  # of strands, down from the eyes; 0 = none
    knot: str = ""  # "bun" or "tail" at the back


@lru_cache(maxsize=1)
def _frame() -> tuple[np.ndarray, float]:
    """Between the eyes but in the middle of the head (3,), and metres from eyes to crown."""
    body = rig()
    eyes = (body.heads[body.bones["eye.L"]] + body.heads[body.bones["eye.R"]]) / 2
    skin = body.vertices[BODY]
    high = skin[skin[:, 1] > eyes[1]]
    return np.array([0, eyes[1], (high[:, 2].min() + high[:, 2].max()) / 2]), float(
        skin[:, 1].max() - eyes[1]
    )


def on_head(points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(N, 3) of the average adult -> bearing in degrees -180..180, height, distance from the middle of the head."""
    middle, unit = _frame()
    x, y, z = ((points - middle) / unit).T
    return np.rad2deg(np.arctan2(x, z)), y, np.sqrt(x**2 + (y - 0.1) ** 2 + z**2)


def hair(style: Style, posed: np.ndarray, waves: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Pieces of hair, each (N, 3) points and (M, 3) faces, on a body whose vertices (V, 3) are posed."""
    pieces = [_cap(style, posed, waves)]
    if style.length > 0:
        pieces.append(_strands(style, posed))
    if style.knot:
        pieces.append(_knot(style, posed))
    return pieces


@lru_cache(maxsize=2)
def _scalp(name: str) -> Patch:
    body = rig()
    faces = body.faces[name]
    if name == "skin":
        faces = faces[(body.parts[faces, 1] > 0.5).all(axis=1)]
    return patch(faces, len(body.vertices))


def _cap(style: Style, posed: np.ndarray, waves: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hair that lies on the head, thin at its line and thickest on top."""
    scalp = _scalp("skin")
    where = on_body(scalp)
    bearing, height, away = on_head(where.points)
    _, unit = _frame()
    inside = (
        np.minimum(
            height - np.interp(np.abs(bearing), BEARINGS, HAIRLINES[style.line]), away - 0.62
        )
        * unit
    )
    smooth = smoother(scalp.faces, scalp.blend.shape[0])
    points = scalp.at(posed)
    for _ in range(12):
        points = smooth @ points
    grown = np.clip(inside / 0.035, 0, 1)
    thick = (
        0.003
        + style.thick_m * grown * (2 - grown) * (1 + 0.35 * np.clip(height, 0, 1))
        + creased(where, waves) * grown
    )
    points = points + normals(points, scalp.faces) * thick[:, None]
    piece = cut(Patch(_identity(len(points)), scalp.faces), inside)
    return piece.at(points), piece.faces


def _strands(style: Style, posed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Long hair beside and behind the face, from the base mesh's strips."""
    strips = _scalp("hair")
    bearing, height, _ = on_head(strips.at(rig().vertices))
    points = strips.at(posed)
    points = points + normals(points, strips.faces) * 0.012 * np.clip(0.5 - height, 0, 1)[:, None]
    piece = cut(
        Patch(_identity(len(points)), strips.faces),
        np.minimum(height + style.length, (np.abs(bearing) - 64) / 60),
    )
    return piece.at(points), piece.faces


def _knot(style: Style, posed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A bun or a horse tail: a stretched ball that goes where the head goes."""
    middle, unit = _frame()
    along, around = np.meshgrid(
        np.linspace(0, np.pi, 11), np.linspace(0, 2 * np.pi, 14, endpoint=False), indexing="ij"
    )
    ball = np.stack(
        [np.sin(along) * np.cos(around), np.cos(along), np.sin(along) * np.sin(around)], axis=-1
    ).reshape(-1, 3)
    size, place = (
        ((0.34, 0.30, 0.3), (0, 0.42, -1.12))
        if style.knot == "bun"
        else ((0.24, 0.85, 0.26), (0, -0.42, -1.14))
    )
    points = middle + unit * (ball * size + place)
    low = np.arange(10)[:, None] * 14 + np.arange(14)
    right = np.arange(10)[:, None] * 14 + (np.arange(14) + 1) % 14
    faces = np.concatenate(
        [
            np.stack([low, right, low + 14], axis=-1)[1:].reshape(-1, 3),
            np.stack([right, right + 14, low + 14], axis=-1)[:-1].reshape(-1, 3),
        ]
    )
    used, faces = np.unique(faces, return_inverse=True)
    return carried(points[used], posed), faces.reshape(-1, 3)


def carried(points: np.ndarray, posed: np.ndarray) -> np.ndarray:
    """(N, 3) beside the average adult's head -> beside the posed head, by the affine map that fits the two heads best."""
    body = rig()
    head = np.flatnonzero(body.parts[BODY, 1] > 0.95)
    ones = np.ones((len(head), 1))
    fit = np.linalg.lstsq(
        np.concatenate([body.vertices[head], ones], axis=1), posed[head], rcond=None
    )[0]
    return np.concatenate([points, np.ones((len(points), 1))], axis=1) @ fit


def face_uv(points: np.ndarray, part: int) -> tuple[np.ndarray, np.ndarray, float]:
    """(N, 3) on the average adult -> (N,) bearing in radians, (N,) v of the painted face, how often it goes around."""
    bearing, height, _ = on_head(points)
    return np.deg2rad(bearing), (1 - height) / (1 - LOWEST), 1


def iris(points: np.ndarray) -> np.ndarray:
    """(N, 3) of the average adult's eyes -> (N,) metres, positive in iris and pupil."""
    body = rig()
    eyes = np.array([body.heads[body.bones["eye.L"]], body.heads[body.bones["eye.R"]]])
    off = points - eyes[(points[:, 0] < 0).astype(int)]
    return np.where(off[:, 2] > 0, 0.0065 - np.hypot(off[:, 0], off[:, 1]), -0.01)


def face(
    skin: Colour, hair_colour: Colour, lips: float, beard: float, rng: np.random.Generator
) -> np.ndarray:
    """(TEXTURE, TEXTURE, 3) uint8: bearings of 0 to 360 degrees to the right, heights of 1 to LOWEST downwards."""
    bearing, height = np.meshgrid(np.linspace(0, 360, TEXTURE), np.linspace(1, LOWEST, TEXTURE))
    aside = np.minimum(bearing, 360 - bearing)
    arch = 0.26 - 0.04 * ((aside - 25) / 14) ** 2
    brow = (
        _soft(arch - height, 0.03)
        * _soft(height - arch + 0.08, 0.03)
        * _soft(14 - np.abs(aside - 24), 3)
    )
    lip = _soft(1 - (aside / 17) ** 2 - ((height - MOUTH) / 0.11) ** 2, 0.3)
    cheek = np.exp(-(((aside - 38) / 14) ** 2) - ((height + 0.35) / 0.22) ** 2)
    jaw = _soft(MOUTH + 0.14 + 0.005 * np.maximum(aside - 25, 0) - height, 0.08) * _soft(
        height - MOUTH + 0.75, 0.1
    )
    jaw *= _soft(80 - aside, 8)
    tone = np.array(skin)
    paint = np.broadcast_to(tone, (TEXTURE, TEXTURE, 3)) * rng.normal(
        1, 0.015, size=(TEXTURE, TEXTURE, 1)
    )
    for share, colour in (
        (0.25 * cheek, tone * (1.02, 0.78, 0.75)),
        (beard * jaw * (1 - lip), np.array(hair_colour)),
        (lips * lip, tone * (0.88, 0.55, 0.55)),
        (0.7 * brow, np.array(hair_colour) * 0.8),
    ):
        paint = paint * (1 - share[..., None]) + colour * share[..., None]
    return (255 * paint.clip(0, 1)).round().astype(np.uint8)


def _soft(inside: np.ndarray, over: float) -> np.ndarray:
    """0 outside, 1 inside, blending over a band."""
    return np.clip(inside / over + 0.5, 0, 1)


def _identity(count: int) -> sparse.csr_matrix:
    return sparse.identity(count, format="csr")
