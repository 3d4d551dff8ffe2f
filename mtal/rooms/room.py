"""Build a room from a seed: shell, furniture, light, people."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mtal.rooms.furniture import FurnitureLibrary
from mtal.rooms.layout import Furnisher
from mtal.rooms.light import FLUX, MOODS, Mood, kelvin, sunbeam
from mtal.rooms.placement import Block, Floor
from mtal.rooms.residents import place_people
from mtal.rooms.room_types import ROOM_TYPES, RoomType
from mtal.rooms.scene_object import Lit, SceneObject
from mtal.rooms.shapes import box
from mtal.rooms.shell import Finish, Opening, Shell, build
from mtal.rooms.textures import (
    RGB,
    WALLPAPERS,
    bricks,
    carpet,
    checks,
    outside,
    paint,
    planks,
    plaster,
    stripes,
    tiles,
)


@dataclass(frozen=True)
class Room:
    """A furnished room: its objects, and the blocks that a camera avoids."""

    room_type: str
    mood: Mood
    shell: Shell
    scene_objects: tuple[SceneObject, ...]
    blocks: tuple[Block, ...]
    beam: np.ndarray | None  # direction of sunlight, None where it does not come in


def make_room(
    rng: np.random.Generator, room_type: str, mood: str, people: int, folder: Path
) -> Room:
    """Build a room; the same generator state and arguments give the same room.

    Arguments:
        rng: generator of everything in the room.
        room_type: key of ROOM_TYPES.
        mood: key of MOODS.
        people: number of people, at most.
        folder: folder of the furniture libraries.

    Raises ConfigError if a library is missing, or the package anny when people are wanted.
    """
    chosen, light = ROOM_TYPES[room_type], MOODS[mood]
    shell = _shell(rng, chosen, light)
    floor = Floor(shell)
    furniture = FurnitureLibrary(folder, rng, _lamp_colour(rng, light))
    furnisher = Furnisher(floor, furniture, rng)
    chosen.furnish(furnisher)
    _ceiling_lamp(furnisher, rng, light)
    furnisher.pictures(chosen.pictures)
    neon = [_neon(rng, shell) for _ in range(light.neon)]
    persons = place_people(furnisher, rng, people)
    windows = [opening for opening in shell.openings if opening.kind == "window"]
    views = [outside(rng, _sky_colour(rng, light)) for _ in windows]
    surroundings = build(shell, _finish(rng, chosen), views, light.sky)
    beam = sunbeam(rng, shell.sides[windows[0].side].inward) if light.sun and windows else None
    pieces = [placed.scene_object for placed in floor.placed]
    scene_objects = (*surroundings, *furnisher.flat, *pieces, *neon, *persons)
    blocks = tuple(placed.block for placed in floor.placed)
    return Room(room_type, light, shell, scene_objects, blocks, beam)


def _shell(rng: np.random.Generator, room_type: RoomType, light: Mood) -> Shell:
    width, depth, height = (
        rng.uniform(*room_type.width),
        rng.uniform(*room_type.depth),
        rng.uniform(2.4, 2.9),
    )
    if rng.random() < 0.5 and room_type.width[1] < 5.3:
        width, depth = depth, width
    sides = rng.permutation(4).tolist()
    lengths = (width, depth, width, depth)
    fewest, most = room_type.windows
    if light.sun or light.name in ("day", "overcast"):
        fewest = max(fewest, 1)
    openings = [_door(rng, sides[0], lengths[sides[0]])]
    for side in sides[1 : 1 + int(rng.integers(fewest, max(most, fewest) + 1))]:
        openings.append(_window(rng, side, lengths[side], height))
    return Shell(float(width), float(depth), float(height), tuple(openings))


def _door(rng: np.random.Generator, side: int, length: float) -> Opening:
    width = float(rng.uniform(0.78, 0.95))
    last = length - width - 0.15
    start = float(rng.choice([0.15, last, rng.uniform(0.15, last)]))
    return Opening("door", side, start, width, 0.0, 2.03)


def _window(rng: np.random.Generator, side: int, length: float, height: float) -> Opening:
    tall = rng.random() < 0.2
    width = float(min(rng.uniform(0.9, 2.4), length - 0.8))
    bottom = 0.06 if tall else float(rng.uniform(0.75, 1.05))
    top = float(min(rng.uniform(2.0, 2.25), height - 0.2))
    start = float(np.clip(length / 2 - width / 2 + rng.normal(0, 0.4), 0.35, length - width - 0.35))
    return Opening("window", side, start, width, bottom, top - bottom)


def _lamp_colour(rng: np.random.Generator, light: Mood) -> RGB | None:
    """Draw the linear colour of all lamps but the ceiling lamp; None if they are off."""
    return kelvin(rng, 2400, 3400) if rng.random() < light.lamps else None


def _ceiling_lamp(furnisher: Furnisher, rng: np.random.Generator, light: Mood) -> None:
    """Hang a ceiling lamp in nearly every room, lit or not; without windows it is always lit."""
    shell = furnisher.floor.shell
    dark = not any(opening.kind == "window" for opening in shell.openings)
    lit = rng.random() < light.ceiling or (dark and not light.neon)
    furnisher.furniture.glow = kelvin(rng, 2700, 5200) if lit else None
    role = ("ceiling_lamp", "hanging_lamp", "chandelier", "strip_lamp")[
        int(rng.choice(4, p=[0.55, 0.12, 0.16, 0.17]))
    ]
    if lit or rng.random() < 0.8:
        furnisher.hang(role, shell.width / 2, shell.depth / 2)


def _neon(rng: np.random.Generator, shell: Shell) -> SceneObject:
    """Return a coloured tube on a wall."""
    side = shell.sides[int(rng.integers(4))]
    long = float(rng.uniform(0.8, 1.6))
    red, green, blue = paint(rng.random(), rng.uniform(0.6, 0.9), 0.9)
    mesh = box((0, 0, 0), (long, 0.05, 0.04))
    along, up = float(rng.uniform(0.1, side.length - long - 0.1)), float(rng.uniform(1.7, 2.25))
    mesh = side.stood(replace(mesh, uv=None), along, up, 0.01)
    power = FLUX["neon"] / (np.pi * long * 0.18)
    radiance = (red**2.2 * power, green**2.2 * power, blue**2.2 * power)
    return SceneObject("lamp", (), (Lit(mesh, radiance),))


def _sky_colour(rng: np.random.Generator, light: Mood) -> RGB:
    return paint(rng.uniform(0.55, 0.62), rng.uniform(0.05, 0.35), light.view)


def _finish(rng: np.random.Generator, room_type: RoomType) -> Finish:
    """Draw the materials of floor, walls, ceiling, doors and curtains."""
    hue = rng.choice([0.08, 0.11, 0.14, 0.35, 0.55, 0.6, rng.random()])
    wall = paint(hue, rng.choice([0.03, 0.08, 0.15, 0.3]), rng.uniform(0.66, 0.92))
    cover = (plaster(rng, wall), 2.0)
    if room_type.tiled:
        cover = (tiles(rng, wall, grout=0.8), float(rng.choice([0.6, 0.8])))
    elif rng.random() < 0.15:
        wallpaper = WALLPAPERS[int(rng.integers(len(WALLPAPERS)))](rng, wall)
        cover = (wallpaper, float(rng.uniform(0.5, 1.0)))
    walls = [cover] * 4
    if rng.random() < 0.3:
        walls[int(rng.integers(4))] = _accent(rng)
    floor, roughness = _floor(rng, str(rng.choice(room_type.floors)))
    trim: RGB = (0.9, 0.9, 0.88)
    if rng.random() >= 0.7:
        trim = paint(0.08, rng.uniform(0.3, 0.6), rng.uniform(0.3, 0.7))
    cloth = None
    if rng.random() < (0.15 if room_type.name in ("bathroom", "garage", "gym") else 0.65):
        colour = paint(rng.random(), rng.uniform(0.05, 0.6), rng.uniform(0.35, 0.9))
        cloth = (carpet, carpet, stripes, checks)[int(rng.integers(4))](rng, colour)
    leaf: RGB = (0.88, 0.88, 0.86)
    if rng.random() >= 0.6:
        leaf = paint(rng.uniform(0.05, 0.1), 0.5, rng.uniform(0.3, 0.7))
    blind = float(rng.uniform(0.15, 0.55)) if rng.random() < 0.25 else 0.0
    ceiling = plaster(rng, paint(0.12, rng.uniform(0, 0.06), rng.uniform(0.82, 0.93)))
    return Finish(floor, roughness, tuple(walls), ceiling, trim, cloth, blind, leaf)


def _accent(rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Draw the cover of a wall that differs from the others: texture, and metres of one repeat."""
    draw = rng.random()
    if draw < 0.2:
        return bricks(rng, paint(rng.uniform(0.01, 0.06), 0.5, 0.6)), 0.9
    if draw < 0.5:
        pattern = WALLPAPERS[int(rng.integers(len(WALLPAPERS)))]
        wallpaper = pattern(rng, paint(rng.random(), 0.3, 0.75))
        return wallpaper, float(rng.uniform(0.6, 1.2))
    return plaster(rng, paint(rng.random(), rng.uniform(0.3, 0.6), rng.uniform(0.4, 0.8))), 2.0


def _floor(rng: np.random.Generator, name: str) -> tuple[tuple[np.ndarray, float], float]:
    """Draw the cover of a floor: texture and metres of one repeat, then its roughness."""
    if name == "planks":
        brown = paint(rng.uniform(0.05, 0.1), rng.uniform(0.25, 0.65), rng.uniform(0.3, 0.75))
        return (planks(rng, brown), 1.6), float(rng.choice([0.35, 1.0]))
    if name == "tiles":
        second = paint(rng.random(), 0.2, rng.uniform(0.2, 0.8)) if rng.random() < 0.3 else None
        first = paint(rng.uniform(0.05, 0.6), 0.1, rng.uniform(0.5, 0.9))
        return (tiles(rng, first, second=second), float(rng.choice([1.2, 1.6, 2.0]))), 0.35
    if name == "concrete":
        return (plaster(rng, paint(0.1, 0.05, rng.uniform(0.4, 0.6))), 2.5), 1.0
    colour = paint(rng.random(), rng.uniform(0.05, 0.35), rng.uniform(0.3, 0.75))
    return (carpet(rng, colour), 1.0), 1.0
