"""Clothed people of any age and build, in poses of everyday life, every face of their surface with its human part."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mtal.config import ConfigError
from mtal.rooms.body import PARTS, grown_to, rig
from mtal.rooms.clothes import (
    THIGH_M,
    WAIST,
    Garment,
    Places,
    creases,
    made,
    places,
    shoes,
    skirt,
    tights,
    top,
    trousers,
)
from mtal.rooms.fabrics import (
    DARK,
    GREYS,
    HAIRS,
    LEATHER,
    SKINS,
    Colour,
    bright,
    cloth,
    near,
    one_of,
)
from mtal.rooms.head import Style, face, face_uv, hair, iris
from mtal.rooms.mesh import Mesh, Surface
from mtal.rooms.poses import SEAT_HEIGHT_M, TABLE, jittered, placed
from mtal.rooms.mesh_patch import Patch, cut, patch
from mtal.rooms.unwrap import rolled_out, seamed

__all__ = ["PARTS", "POSES", "RARE_POSES", "SEATED_POSES", "SEAT_HEIGHT_M", "make_person"]
POSES: tuple[str, ...] = tuple(TABLE)
RARE_POSES: tuple[str, ...] = tuple(name for name, pose in TABLE.items() if pose.rare)
SEATED_POSES: tuple[str, ...] = tuple(name for name, pose in TABLE.items() if pose.on == "seat")
HEAD = 1
TUCK_M = 0.03  # how far skin goes on below the border of a garment
Unrolled = Callable[[np.ndarray, int], tuple[np.ndarray, np.ndarray, float]]
LEVEL_M = 0.004  # what would be below this height is pressed flat on the floor


SHIRTS = {
    "plain": 0.4,
    "mottled": 0.15,
    "striped": 0.18,
    "plaid": 0.15,
    "dotted": 0.06,
    "pinstriped": 0.06,
}
COATS = {"plain": 0.4, "mottled": 0.4, "pinstriped": 0.2}
SKIRTS = {"plain": 0.4, "mottled": 0.2, "plaid": 0.2, "dotted": 0.2}
TROUSERS = {"plain": 0.35, "mottled": 0.6, "pinstriped": 0.05}
CUTS = {"short": 0.85, "receding": 0.13, "wreath": 0.02}
AGED_CUTS = {"short": 0.2, "receding": 0.4, "wreath": 0.4}
WOMENS_CUTS = {"full": 0.55, "fringe": 0.45}
KNOTS = {"": 0.34, "bun": 0.33, "tail": 0.33}


@dataclass(frozen=True)
class Person:
    """Who it is, before posing."""

    child: bool
    old: bool
    woman: bool
    height_m: float
    phenotype: dict[str, float]
    skin: Colour
    hair: Colour


@dataclass(frozen=True)
class Worn:
    garment: Garment
    colour: Colour
    pattern: str  # one of fabrics.PATTERNS, or "" for leather and the like
    roughness: float = 1.0
    covers: Callable[[Places], np.ndarray] | None = (
        None  # where skin below is left out, if not all that the garment keeps
    )


def make_person(rng: np.random.Generator, pose: str) -> list[Surface]:
    """A clothed person at the origin who faces +z, as surfaces of one material and one human part each.

    y = 0 is the floor. Those of SEATED_POSES touch a seat of SEAT_HEIGHT_M with the hips over z = 0. Who lies does so on
    the back on y = 0, middle over the origin, feet towards +z.
    """
    if pose not in TABLE:
        raise ConfigError(f"No pose is called {pose!r}; there are {', '.join(POSES)}")
    person = somebody(rng)
    vertices, heads = grown_to(person.height_m, person.phenotype)
    posed = placed(rig(), vertices, heads, jittered(TABLE[pose], rng))
    worn = outfit(person, pose, rng)
    surfaces = [*_skin(person, worn, posed, rng), *_hair(person, posed, rng)]
    for item in worn:
        surfaces += _cloth(item, posed, rng)
    return [surface for surface in surfaces if len(surface.mesh.faces)]


def somebody(rng: np.random.Generator) -> Person:
    """One in six a child, one in six old; statures and builds as they are among people, roughly."""
    kind, woman = rng.random(), bool(rng.random() < 0.5)
    child, old = bool(kind < 0.17), bool(kind > 0.83)
    age = (
        rng.uniform(0.36, 0.52)
        if child
        else rng.uniform(0.9, 1.0)
        if old
        else rng.uniform(0.66, 0.85)
    )
    grown = rng.normal(1.65 if woman else 1.78, 0.065) - 0.04 * old
    height = 1.0 + (age - 0.3) * 2.3 + rng.normal(scale=0.04) if child else grown
    build = {
        "gender": float(np.clip(woman + (1 - 2 * woman) * abs(rng.normal(0, 0.1)), 0, 1)),
        "age": float(age),
        "muscle": float(rng.beta(4, 4)),
        "weight": float(np.clip(rng.normal(0.52, 0.17), 0.15, 0.95)),
        "proportions": float(rng.uniform(0.4, 0.9)),
    }
    tone = int(rng.integers(len(SKINS)))
    hairs = GREYS if old and rng.random() < 0.8 else HAIRS[:3] if tone > 2 else HAIRS
    return Person(
        child, old, woman, float(height), build, near(SKINS[tone], rng), one_of(hairs, rng)
    )


def outfit(person: Person, pose: str, rng: np.random.Generator) -> list[Worn]:
    """From the feet up. Skirts for those who stand or sit, as they do not follow knees on the floor."""
    skirts = person.woman and not TABLE[pose].rare and bool(rng.random() < 0.4)
    hem = WAIST + 0.04 if skirts or rng.random() < 0.3 else float(rng.uniform(-0.02, 0.2))
    worn = _skirt(rng) if skirts else _trousers(person, hem, rng)
    jacket = not person.child and rng.random() < 0.25
    sleeve = 0.15 if jacket else float(rng.choice([0.45, 0.55, 0.62, 1.35, 1.88]))
    loose, deep = (
        rng.uniform(0.005, 0.008) if jacket else rng.uniform(0.009, 0.02),
        rng.uniform(-0.01, 0.025),
    )
    shirt = top(
        sleeve, min(hem, 0.0) if jacket else hem, loose, deep, float(rng.choice([0, 0, 0.07]))
    )
    worn.append(Worn(shirt, bright(rng), drawn(SHIRTS, rng)))
    if jacket:
        coat = top(1.92, hem + 0.08, rng.uniform(0.02, 0.026), 0.012, 0.06, rng.uniform(0.02, 0.07))
        worn.append(
            Worn(coat, one_of(DARK, rng), drawn(COATS, rng), 1.0 if rng.random() < 0.8 else 0.6)
        )
    return worn


def _shoes(rng: np.random.Generator) -> Worn:
    return Worn(shoes(float(rng.choice([1.93, 1.93, 1.75]))), one_of(LEATHER, rng), "", 0.45)


def _skirt(rng: np.random.Generator) -> list[Worn]:
    """With tights below for one in two; the hips are never bare under it."""
    length = rng.uniform(0.75, 1.45)
    worn = [
        _shoes(rng),
        Worn(
            skirt(length),
            bright(rng),
            drawn(SKIRTS, rng),
            covers=lambda at: np.minimum(length - 0.15 - at.leg, at.leg - WAIST + 0.2) * THIGH_M,
        ),
    ]
    return [*worn, Worn(tights(-0.1), one_of(DARK, rng), "plain")] if rng.random() < 0.5 else worn


def _trousers(person: Person, hem: float, rng: np.random.Generator) -> list[Worn]:
    """Long or short; a shirt hangs down to `hem`, and trousers begin just inside it."""
    worn = [_shoes(rng)]
    short = rng.random() < (0.35 if person.child else 0.12)
    length = rng.uniform(0.7, 0.95) if short else rng.uniform(1.86, 1.96)
    start = max(WAIST, hem - 0.12)
    cut_like = trousers(length, rng.uniform(0.006, 0.012), rng.uniform(0.004, 0.024), start)
    colour = one_of(DARK, rng) if rng.random() < 0.85 else bright(rng)
    return [
        *worn,
        Worn(
            cut_like,
            colour,
            drawn(TROUSERS, rng),
            covers=lambda at: np.minimum(length - at.leg, at.leg - start + 0.2) * THIGH_M,
        ),
    ]


def drawn(chances: dict[str, float], rng: np.random.Generator) -> str:
    """One name, with the chance that it has."""
    return str(rng.choice(list(chances), p=list(chances.values())))


def _skin(
    person: Person, worn: list[Worn], posed: np.ndarray, rng: np.random.Generator
) -> list[Surface]:
    """Skin where nothing covers it, and eyes."""
    body = rig()
    whole = patch(body.faces["skin"], len(body.vertices))
    where = places(whole)
    covered = np.max([(item.covers or item.garment.keep)(where) for item in worn], axis=0)
    bare = cut(whole, TUCK_M - covered)
    beard = (
        0.0
        if person.woman or person.child
        else float(rng.choice([0.12, 0.3, 0.75], p=[0.5, 0.25, 0.25]))
    )
    painted = face(person.skin, person.hair, 0.5 if person.woman else 0.3, beard, rng)
    made_of = [
        _surface(
            bare.at(posed),
            bare,
            faces,
            part,
            person.skin,
            painted if part == HEAD else None,
            0.6,
            face_uv,
        )
        for part, faces in _by_part(bare)
    ]
    eyes = patch(body.faces["eyes"], len(body.vertices))
    inside = iris(eyes.at(body.vertices))
    for piece, colour in (
        (cut(eyes, inside), (0.12, 0.08, 0.06)),
        (cut(eyes, -inside), (0.85, 0.83, 0.80)),
    ):
        made_of.append(
            _surface(piece.at(posed), piece, piece.faces, HEAD, colour, None, 0.3, face_uv)
        )
    return made_of


def _hair(person: Person, posed: np.ndarray, rng: np.random.Generator) -> list[Surface]:
    """A cut that fits sex and age."""
    cuts = AGED_CUTS if person.old else {"short": 1.0} if person.child else CUTS
    style = Style(drawn(cuts, rng), rng.uniform(0.008, 0.022))
    if person.woman:
        length, knot = float(rng.choice([0.0, 1.0, 1.7, 2.6])), drawn(KNOTS, rng)
        style = Style(
            drawn(WOMENS_CUTS, rng), rng.uniform(0.014, 0.028), length, "" if length else knot
        )
    waves = creases(rng, 0.003) * (1, 1, 1, 1, 0.8)
    return [
        Surface(_mesh(points, faces, None), person.hair, None, 0.5, HEAD)
        for points, faces in hair(style, posed, waves)
    ]


def _cloth(item: Worn, posed: np.ndarray, rng: np.random.Generator) -> list[Surface]:
    points, piece = made(item.garment, posed, creases(rng, 0.0045 if item.pattern else 0.001))
    texture = cloth(item.colour, item.pattern, rng) if item.pattern else None

    def unrolled(where: np.ndarray, part: int) -> tuple[np.ndarray, np.ndarray, float]:
        return rolled_out(where, 2 if item.garment.shell == "skirt" else part)

    return [
        _surface(points, piece, faces, part, item.colour, texture, item.roughness, unrolled)
        for part, faces in _by_part(piece)
    ]


def _by_part(piece: Patch) -> list[tuple[int, np.ndarray]]:
    """(part, its faces): the part whose bones move a face most."""
    owner = piece.at(rig().parts)[piece.faces].sum(axis=1).argmax(axis=1)
    return [(int(part), piece.faces[owner == part]) for part in np.unique(owner)]


def _surface(
    points: np.ndarray,
    piece: Patch,
    faces: np.ndarray,
    part: int,
    colour: Colour,
    texture: np.ndarray | None,
    roughness: float,
    unrolled: Unrolled,
) -> Surface:
    """Some faces of a patch as a surface; points (N, 3) are where the patch lies now."""
    if texture is None:
        return Surface(_mesh(points, faces, None), colour, None, roughness, part)
    used, faces = np.unique(faces, return_inverse=True)
    bearing, along, around = unrolled(piece.at(rig().vertices)[used], part)
    which, bearing, faces = seamed(bearing, faces.reshape(-1, 3))
    uv = np.stack([bearing / (2 * np.pi) * around, along[which]], axis=1)
    return Surface(_mesh(points[used][which], faces, uv), colour, texture, roughness, part)


def _mesh(points: np.ndarray, faces: np.ndarray, uv: np.ndarray | None) -> Mesh:
    """With the vertices that the faces use, none below the floor."""
    used, faces = np.unique(faces, return_inverse=True)
    points = points[used]
    low = LEVEL_M * np.exp(np.minimum(points[:, 1] / LEVEL_M - 1, 0))
    points = np.stack(
        [points[:, 0], np.where(points[:, 1] < LEVEL_M, low, points[:, 1]), points[:, 2]], axis=1
    )
    return Mesh(
        points.astype(np.float32),
        faces.reshape(-1, 3).astype(np.int32),
        None if uv is None else uv[used].astype(np.float32),
    )
