"""Make clothed people of any age and build, in everyday poses, with the human part of each face."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mtal.config import ConfigError
from mtal.rooms.body import PARTS, grown_to, rig
from mtal.rooms.clothes import body_coordinates, draw_creases, put_on
from mtal.rooms.fabrics import Colour, cloth
from mtal.rooms.head import Style, face, face_uv, hair, iris
from mtal.rooms.mesh import Mesh, Surface
from mtal.rooms.mesh_patch import Patch, cut, patch
from mtal.rooms.outfit import Worn, draw_name, outfit
from mtal.rooms.person import Person, draw_person
from mtal.rooms.poses import SEAT_HEIGHT_M, TABLE, jittered
from mtal.rooms.skinning import pose_body
from mtal.rooms.unwrap import rolled_out, seamed

__all__ = ["PARTS", "POSES", "RARE_POSES", "SEATED_POSES", "SEAT_HEIGHT_M", "make_person"]
POSES: tuple[str, ...] = tuple(TABLE)
RARE_POSES: tuple[str, ...] = tuple(name for name, pose in TABLE.items() if pose.rare)
SEATED_POSES: tuple[str, ...] = tuple(name for name, pose in TABLE.items() if pose.on == "seat")
HEAD, TRUNK = 1, 2
TUCK_M = 0.03  # how far skin goes on under the border of a garment
LEVEL_M = 0.004  # vertices below this height are pressed flat on the floor
# Points (N, 3) on the average adult, human part -> bearing (N,), v (N,), repeats around.
Unroll = Callable[[np.ndarray, int], tuple[np.ndarray, np.ndarray, float]]
CUTS = {"short": 0.85, "receding": 0.13, "wreath": 0.02}
AGED_CUTS = {"short": 0.2, "receding": 0.4, "wreath": 0.4}
WOMENS_CUTS = {"full": 0.55, "fringe": 0.45}
KNOTS = {"": 0.34, "bun": 0.33, "tail": 0.33}


@dataclass(frozen=True)
class Material:
    """Colour or texture (h, w, 3) uint8 of a surface, and how the texture lies on the body."""

    colour: Colour
    texture: np.ndarray | None
    roughness: float
    unroll: Unroll


def make_person(rng: np.random.Generator, pose: str) -> list[Surface]:
    """Make a clothed person at the origin who faces +z.

    y = 0 is the floor. In one of SEATED_POSES the person touches a seat of SEAT_HEIGHT_M, with the
    hips over z = 0. A lying person is on the back, the middle over the origin, feet towards +z.

    Returns surfaces of one material and one human part each. Raises ConfigError for an unknown
    pose, or if the package anny is not installed.
    """
    if pose not in TABLE:
        raise ConfigError(f"No pose is called {pose!r}; there are {', '.join(POSES)}")
    person = draw_person(rng)
    vertices, heads = grown_to(person.height_m, person.phenotype)
    posed = pose_body(rig(), vertices, heads, jittered(TABLE[pose], rng))
    worn = outfit(person, pose, rng)
    surfaces = [*_skin(person, worn, posed, rng), *_hair(person, posed, rng)]
    for item in worn:
        surfaces += _cloth(item, posed, rng)
    return [surface for surface in surfaces if len(surface.mesh.faces)]


def _skin(
    person: Person, worn: list[Worn], posed: np.ndarray, rng: np.random.Generator
) -> list[Surface]:
    """Return the skin that no garment covers, with a painted face, and the eyes."""
    body = rig()
    whole = patch(body.faces["skin"], len(body.vertices))
    coordinates = body_coordinates(whole)
    covered = np.max([item.covered(coordinates) for item in worn], axis=0)
    bare = cut(whole, TUCK_M - covered)
    beard = 0.0
    if not (person.woman or person.child):
        beard = float(rng.choice([0.12, 0.3, 0.75], p=[0.5, 0.25, 0.25]))
    painted = face(person.skin, person.hair, 0.5 if person.woman else 0.3, beard, rng)
    points, surfaces = bare.at(posed), []
    for part, faces in _by_part(bare):
        texture = painted if part == HEAD else None
        material = Material(person.skin, texture, 0.6, face_uv)
        surfaces.append(_surface(points, bare, faces, part, material))
    eyes = patch(body.faces["eyes"], len(body.vertices))
    inside = iris(eyes.at(body.vertices))
    for piece, colour in (
        (cut(eyes, inside), (0.12, 0.08, 0.06)),
        (cut(eyes, -inside), (0.85, 0.83, 0.80)),
    ):
        material = Material(colour, None, 0.3, face_uv)
        surfaces.append(_surface(piece.at(posed), piece, piece.faces, HEAD, material))
    return surfaces


def _hair(person: Person, posed: np.ndarray, rng: np.random.Generator) -> list[Surface]:
    """Return hair in a cut that fits sex and age."""
    cuts = {"short": 1.0} if person.child else CUTS
    if person.old:
        cuts = AGED_CUTS
    style = Style(draw_name(cuts, rng), rng.uniform(0.008, 0.022))
    if person.woman:
        length, knot = float(rng.choice([0.0, 1.0, 1.7, 2.6])), draw_name(KNOTS, rng)
        line, thick = draw_name(WOMENS_CUTS, rng), rng.uniform(0.014, 0.028)
        style = Style(line, thick, length, "" if length else knot)
    waves = draw_creases(rng, 0.003) * (1, 1, 1, 1, 0.8)
    return [
        Surface(_mesh(points, faces, None), person.hair, None, 0.5, HEAD)
        for points, faces in hair(style, posed, waves)
    ]


def _cloth(item: Worn, posed: np.ndarray, rng: np.random.Generator) -> list[Surface]:
    """Return the surfaces of a garment on a posed body (V, 3)."""
    creases = draw_creases(rng, 0.0045 if item.pattern else 0.001)
    points, piece = put_on(item.garment, posed, creases)
    texture = cloth(item.colour, item.pattern, rng) if item.pattern else None
    unroll = unroll_trunk if item.garment.helper == "skirt" else rolled_out
    material = Material(item.colour, texture, item.roughness, unroll)
    return [_surface(points, piece, faces, part, material) for part, faces in _by_part(piece)]


def unroll_trunk(points: np.ndarray, part: int) -> tuple[np.ndarray, np.ndarray, float]:
    """As rolled_out, but around the trunk for every part, since skirts do not follow legs."""
    return rolled_out(points, TRUNK)


def _by_part(piece: Patch) -> list[tuple[int, np.ndarray]]:
    """Return the faces of each human part; a face belongs to the part whose bones move it most."""
    owner = piece.at(rig().parts)[piece.faces].sum(axis=1).argmax(axis=1)
    return [(int(part), piece.faces[owner == part]) for part in np.unique(owner)]


def _surface(
    points: np.ndarray, piece: Patch, faces: np.ndarray, part: int, material: Material
) -> Surface:
    """Return some faces (M, 3) of a patch as a surface; points (N, 3) of the patch are posed."""
    colour, texture, roughness = material.colour, material.texture, material.roughness
    if texture is None:
        return Surface(_mesh(points, faces, None), colour, None, roughness, part)
    used, faces = np.unique(faces, return_inverse=True)
    bearing, along, around = material.unroll(piece.at(rig().vertices)[used], part)
    vertex, bearing, faces = seamed(bearing, faces.reshape(-1, 3))
    uv = np.stack([bearing / (2 * np.pi) * around, along[vertex]], axis=1)
    return Surface(_mesh(points[used][vertex], faces, uv), colour, texture, roughness, part)


def _mesh(points: np.ndarray, faces: np.ndarray, uv: np.ndarray | None) -> Mesh:
    """Return a mesh of the vertices that the faces use, none below the floor."""
    used, faces = np.unique(faces, return_inverse=True)
    x, y, z = points[used].T
    low = LEVEL_M * np.exp(np.minimum(y / LEVEL_M - 1, 0))
    vertices = np.stack([x, np.where(y < LEVEL_M, low, y), z], axis=1).astype(np.float32)
    uv = None if uv is None else uv[used].astype(np.float32)
    return Mesh(vertices, faces.reshape(-1, 3).astype(np.int32), uv)
