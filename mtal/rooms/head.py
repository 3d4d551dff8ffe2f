"""Hair cut from the scalp, and a face painted on the head.

Coordinates on the head: height and distance in units of the distance from eyes to crown, with the
eyes at height 0; bearing in degrees, 0 at the nose and 180 at the back. Hairlines and paint are our
choice, measured on the average adult.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import sparse

from mtal.rooms.body import BODY, rig
from mtal.rooms.clothes import body_coordinates, crease_heights
from mtal.rooms.fabrics import Colour
from mtal.rooms.mesh_patch import Patch, cut, normals, patch, smoother

MOUTH = -0.64  # height of the mouth
BEARINGS = (0, 30, 50, 62, 70, 80, 105, 118, 180)
HAIRLINES = {  # height at which hair begins, for each bearing
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
    """A haircut."""

    line: str  # one of HAIRLINES
    thick_m: float
    length: float = 0.0  # of strands, down from the eyes; 0 = none
    knot: str = ""  # "bun" or "tail" at the back


@lru_cache(maxsize=1)
def _frame() -> tuple[np.ndarray, float]:
    """Return the middle of the head (3,), at the eyes' height, and metres from eyes to crown."""
    body = rig()
    eyes = (body.heads[body.bones["eye.L"]] + body.heads[body.bones["eye.R"]]) / 2
    skin = body.vertices[BODY]
    high = skin[skin[:, 1] > eyes[1]]
    middle = np.array([0, eyes[1], (high[:, 2].min() + high[:, 2].max()) / 2])
    return middle, float(skin[:, 1].max() - eyes[1])


def on_head(points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return bearing (N,) in degrees, height (N,) and distance (N,) from the head's middle.

    points (N, 3) are on the average adult; bearings run from -180 to 180.
    """
    middle, unit = _frame()
    x, y, z = ((points - middle) / unit).T
    return np.rad2deg(np.arctan2(x, z)), y, np.sqrt(x**2 + (y - 0.1) ** 2 + z**2)


def hair(style: Style, posed: np.ndarray, waves: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the pieces of a haircut, each of points (N, 3) and faces (M, 3).

    posed (V, 3) vertices of the body; waves (K, 5) as clothes.draw_creases() returns them.
    """
    pieces = [_cap(style, posed, waves)]
    if style.length > 0:
        pieces.append(_strands(style, posed))
    if style.knot:
        pieces.append(_knot(style, posed))
    return pieces


@lru_cache(maxsize=2)
def _scalp(name: str) -> Patch:
    """Return the skin of the head ("skin"), or the strips of hair ("hair")."""
    body = rig()
    faces = body.faces[name]
    if name == "skin":
        faces = faces[(body.parts[faces, 1] > 0.5).all(axis=1)]
    return patch(faces, len(body.vertices))


def _cap(style: Style, posed: np.ndarray, waves: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return hair that lies on the head, thin at the hairline and thickest on top."""
    scalp = _scalp("skin")
    coordinates = body_coordinates(scalp)
    bearing, height, away = on_head(coordinates.points)
    _, unit = _frame()
    hairline = np.interp(np.abs(bearing), BEARINGS, HAIRLINES[style.line])
    inside = np.minimum(height - hairline, away - 0.62) * unit
    smooth = smoother(scalp.faces, scalp.blend.shape[0])
    points = scalp.at(posed)
    for _ in range(12):
        points = smooth @ points
    grown = np.clip(inside / 0.035, 0, 1)
    thick = (
        0.003
        + style.thick_m * grown * (2 - grown) * (1 + 0.35 * np.clip(height, 0, 1))
        + crease_heights(coordinates, waves) * grown
    )
    points = points + normals(points, scalp.faces) * thick[:, None]
    piece = cut(Patch(_identity(len(points)), scalp.faces), inside)
    return piece.at(points), piece.faces


def _strands(style: Style, posed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return long hair beside and behind the face, cut from the base mesh's strips."""
    strips = _scalp("hair")
    bearing, height, _ = on_head(strips.at(rig().vertices))
    points = strips.at(posed)
    points = points + normals(points, strips.faces) * 0.012 * np.clip(0.5 - height, 0, 1)[:, None]
    inside = np.minimum(height + style.length, (np.abs(bearing) - 64) / 60)
    piece = cut(Patch(_identity(len(points)), strips.faces), inside)
    return piece.at(points), piece.faces


def _knot(style: Style, posed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a bun or a pony tail: a stretched ball that moves with the head."""
    middle, unit = _frame()
    along, around = np.meshgrid(
        np.linspace(0, np.pi, 11), np.linspace(0, 2 * np.pi, 14, endpoint=False), indexing="ij"
    )
    ball = np.stack(
        [np.sin(along) * np.cos(around), np.cos(along), np.sin(along) * np.sin(around)], axis=-1
    ).reshape(-1, 3)
    size, centre = (0.24, 0.85, 0.26), (0.0, -0.42, -1.14)
    if style.knot == "bun":
        size, centre = (0.34, 0.30, 0.3), (0.0, 0.42, -1.12)
    points = middle + unit * (ball * size + centre)
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
    """Move points (N, 3) with the head, from the average adult to the posed body (V, 3).

    By the affine map that fits the two heads best.
    """
    body = rig()
    head = np.flatnonzero(body.parts[BODY, 1] > 0.95)
    homogeneous = np.concatenate([body.vertices[head], np.ones((len(head), 1))], axis=1)
    fit = np.linalg.lstsq(homogeneous, posed[head], rcond=None)[0]
    return np.concatenate([points, np.ones((len(points), 1))], axis=1) @ fit


def face_uv(points: np.ndarray, part: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Return bearing (N,) in radians, v (N,) of the face's texture, and its repeats around.

    points (N, 3) are on the average adult; `part` is not used.
    """
    bearing, height, _ = on_head(points)
    return np.deg2rad(bearing), (1 - height) / (1 - LOWEST), 1


def iris(points: np.ndarray) -> np.ndarray:
    """Return metres (N,), positive in iris and pupil, for points (N, 3) of the rest pose's eyes."""
    body = rig()
    eyes = np.array([body.heads[body.bones["eye.L"]], body.heads[body.bones["eye.R"]]])
    off = points - eyes[(points[:, 0] < 0).astype(int)]
    return np.where(off[:, 2] > 0, 0.0065 - np.hypot(off[:, 0], off[:, 1]), -0.01)


def face(
    skin: Colour, hair_colour: Colour, lips: float, beard: float, rng: np.random.Generator
) -> np.ndarray:
    """Paint the texture (TEXTURE, TEXTURE, 3) uint8 of a face.

    Bearings of 0 to 360 degrees run to the right, heights of 1 to LOWEST downwards.

    Arguments:
        skin: colour of the skin.
        hair_colour: colour of brows and beard.
        lips: 0 to 1, how red the lips are.
        beard: 0 to 1, how dense the beard is.
        rng: generator of the grain of the skin.
    """
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
    jaw = _soft(MOUTH + 0.14 + 0.005 * np.maximum(aside - 25, 0) - height, 0.08)
    jaw *= _soft(height - MOUTH + 0.75, 0.1)
    jaw *= _soft(80 - aside, 8)
    tone = np.array(skin)
    grain = rng.normal(1, 0.015, size=(TEXTURE, TEXTURE, 1))
    paint = np.broadcast_to(tone, (TEXTURE, TEXTURE, 3)) * grain
    for share, colour in (
        (0.25 * cheek, tone * (1.02, 0.78, 0.75)),
        (beard * jaw * (1 - lip), np.array(hair_colour)),
        (lips * lip, tone * (0.88, 0.55, 0.55)),
        (0.7 * brow, np.array(hair_colour) * 0.8),
    ):
        paint = paint * (1 - share[..., None]) + colour * share[..., None]
    return (255 * paint.clip(0, 1)).round().astype(np.uint8)


def _soft(inside: np.ndarray, over: float) -> np.ndarray:
    """Return 0 outside and 1 inside, with a linear ramp of width `over` between them."""
    return np.clip(inside / over + 0.5, 0, 1)


def _identity(count: int) -> sparse.csr_matrix:
    return sparse.identity(count, format="csr")
