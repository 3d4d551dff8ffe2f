"""The chosen models, by the role that they play in a room. models.csv lists them: role, class, model, shining material."""

import csv
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from mtal.rooms.catalogue import Entry, members, read_catalogue
from mtal.rooms.light import FLUX
from mtal.rooms.mesh import Mesh, Surface
from mtal.rooms.obj import load_model
from mtal.rooms.shapes import area, box_mapped, smooth
from mtal.rooms.textures import RGB, checks, dots, paint, stripes, wood
from mtal.rooms.scene_object import Lit, SceneObject

CHOSEN = Path(__file__).with_name("models.csv")
WOODEN = {
    "coffee_table",
    "tv_unit",
    "bookcase",
    "low_cabinet",
    "dining_table",
    "night_stand",
    "wardrobe",
    "desk",
}
SOFT = {
    "sofa",
    "corner_sofa",
    "armchair",
    "double_bed",
    "single_bed",
    "dining_chair",
    "office_chair",
    "puff",
}


@dataclass(frozen=True)
class Choice:
    """A row of models.csv."""

    role: str
    kind: str  # class
    entry: Entry
    shining: str  # material, "" where nothing shines


@lru_cache(maxsize=2)
def choices(folder: Path) -> dict[str, tuple[Choice, ...]]:
    """Role -> models that can play it."""
    catalogue = read_catalogue(folder)
    rows = list(csv.DictReader(CHOSEN.open(encoding="utf-8")))
    found: dict[str, list[Choice]] = {}
    for row in rows:
        found.setdefault(row["role"], []).append(
            Choice(row["role"], row["class"], catalogue[row["model"]], row["glow"])
        )
    return {role: tuple(rows) for role, rows in found.items()}


@lru_cache(maxsize=400)
def _loaded(folder: Path, library: str, key: str, clear: bool) -> dict[str, Surface]:
    return load_model(members(folder / f"{library}.sh3f"), read_catalogue_once(folder)[key], clear)


@lru_cache(maxsize=2)
def read_catalogue_once(folder: Path) -> dict[str, Entry]:
    return read_catalogue(folder)


class Furniture:
    """Picks and loads models; a room asks it for a role and gets a thing at the origin, its front towards +z."""

    def __init__(self, folder: Path, rng: np.random.Generator, glow: RGB | None = None) -> None:
        self.folder, self.rng, self.glow = (
            folder,
            rng,
            glow,
        )  # glow: linear colour of lamps, None while they are off

    def pick(self, role: str) -> Choice:
        options = choices(self.folder)[role]
        return options[int(self.rng.integers(len(options)))]

    def thing(self, choice: Choice | str, recolour: bool = True) -> SceneObject:
        choice = self.pick(choice) if isinstance(choice, str) else choice
        surfaces = _loaded(
            self.folder, choice.entry.library, choice.entry.key, choice.kind == "table"
        )
        if recolour:
            surfaces = dressed(surfaces, choice.role, self.rng)
        lit: tuple[Lit, ...] = ()
        if choice.shining and self.glow:
            mesh = both_sides(surfaces[choice.shining].mesh)
            power = FLUX[choice.role] / (np.pi * area(mesh))
            lit = (Lit(mesh, (self.glow[0] * power, self.glow[1] * power, self.glow[2] * power)),)
            surfaces = {name: one for name, one in surfaces.items() if name != choice.shining}
        return SceneObject(
            choice.kind,
            tuple(surfaces.values()),
            lit,
            choice.entry.key,
            min(choice.entry.top, choice.entry.size[1]),
        )


def dressed(
    surfaces: dict[str, Surface], role: str, rng: np.random.Generator
) -> dict[str, Surface]:
    """Another colour, wood or cloth on the largest material, where it is plain: one model then serves many rooms."""
    draw = rng.random()
    if (
        role not in WOODEN | SOFT
        or draw < 0.3
        or any(one.texture is not None for one in surfaces.values())
    ):
        return surfaces
    name = max(surfaces, key=lambda one: area(surfaces[one].mesh))
    old = surfaces[name]
    if role in WOODEN:
        brown = draw < 0.85
        colour = (
            paint(rng.uniform(0.04, 0.1), rng.uniform(0.25, 0.7), rng.uniform(0.25, 0.8))
            if brown
            else (0.88, 0.87, 0.84)
        )
        new = replace(old, mesh=box_mapped(old.mesh, 0.8), texture=wood(rng, colour), roughness=0.4)
    else:
        colour = paint(rng.random(), rng.uniform(0.05, 0.65), rng.uniform(0.2, 0.85))
        new = replace(old, colour=colour, roughness=1.0)
        if draw > 0.85:
            pattern = (checks, dots, stripes)[int(rng.integers(3))]
            new = replace(new, mesh=box_mapped(old.mesh, 0.5), texture=pattern(rng, colour))
    return {**surfaces, name: new}


def both_sides(mesh: Mesh) -> Mesh:
    """With a second skin 2 mm inside that looks inwards: light is given off by fronts only."""
    inside = (mesh.vertices - 0.002 * smooth(mesh)).astype(np.float32)
    faces = np.concatenate([mesh.faces, mesh.faces[:, ::-1] + len(mesh.vertices)])
    return Mesh(np.concatenate([mesh.vertices, inside]), faces.astype(np.int32), None)
