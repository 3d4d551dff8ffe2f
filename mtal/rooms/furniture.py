"""Furniture models by the role that they play in a room.

models.csv lists them: role, class, model, shining material.
"""

import csv
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from mtal.rooms.catalogue import Entry, open_library, read_catalogue
from mtal.rooms.light import FLUX
from mtal.rooms.mesh import Mesh, Surface
from mtal.rooms.obj import load_model
from mtal.rooms.scene_object import Lit, SceneObject
from mtal.rooms.shapes import area, box_mapped, smooth
from mtal.rooms.textures import RGB, checks, dots, paint, stripes, wood

MODELS_CSV = Path(__file__).with_name("models.csv")
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
    class_name: str  # of scene_object.CLASSES
    entry: Entry
    shining: str  # material, "" where nothing shines


@lru_cache(maxsize=2)
def choices(folder: Path) -> dict[str, tuple[Choice, ...]]:
    """Return the models of each role. Raises ConfigError if a library is missing."""
    catalogue = read_catalogue(folder)
    rows = list(csv.DictReader(MODELS_CSV.open(encoding="utf-8")))
    options: dict[str, list[Choice]] = {}
    for row in rows:
        choice = Choice(row["role"], row["class"], catalogue[row["model"]], row["glow"])
        options.setdefault(row["role"], []).append(choice)
    return {role: tuple(models) for role, models in options.items()}


@lru_cache(maxsize=400)
def _loaded(folder: Path, library: str, key: str, clear: bool) -> dict[str, Surface]:
    return load_model(open_library(folder / f"{library}.sh3f"), _catalogue(folder)[key], clear)


@lru_cache(maxsize=2)
def _catalogue(folder: Path) -> dict[str, Entry]:
    return read_catalogue(folder)


class FurnitureLibrary:
    """Picks and loads models for one room.

    glow: linear colour of the lamps, None while they are off.
    """

    def __init__(self, folder: Path, rng: np.random.Generator, glow: RGB | None = None) -> None:
        self.folder, self.rng, self.glow = folder, rng, glow

    def pick(self, role: str) -> Choice:
        """Draw a model for a role."""
        options = choices(self.folder)[role]
        return options[int(self.rng.integers(len(options)))]

    def load(self, choice: Choice | str, recolour: bool = True) -> SceneObject:
        """Load a model, or one drawn for a role; it stands at the origin, its front towards +z."""
        choice = self.pick(choice) if isinstance(choice, str) else choice
        keep_glass = choice.class_name == "table"
        surfaces = _loaded(self.folder, choice.entry.library, choice.entry.key, keep_glass)
        if recolour:
            surfaces = recoloured(surfaces, choice.role, self.rng)
        lit: tuple[Lit, ...] = ()
        if choice.shining and self.glow:
            mesh = both_sides(surfaces[choice.shining].mesh)
            power = FLUX[choice.role] / (np.pi * area(mesh))
            lit = (Lit(mesh, (self.glow[0] * power, self.glow[1] * power, self.glow[2] * power)),)
            surfaces = {
                name: surface for name, surface in surfaces.items() if name != choice.shining
            }
        return SceneObject(
            choice.class_name,
            tuple(surfaces.values()),
            lit,
            choice.entry.key,
            min(choice.entry.top, choice.entry.size[1]),
        )


def recoloured(
    surfaces: dict[str, Surface], role: str, rng: np.random.Generator
) -> dict[str, Surface]:
    """Change the largest plain material to another colour, wood or cloth, for variety."""
    draw = rng.random()
    textured = any(surface.texture is not None for surface in surfaces.values())
    if role not in WOODEN | SOFT or draw < 0.3 or textured:
        return surfaces
    name = max(surfaces, key=lambda material: area(surfaces[material].mesh))
    old = surfaces[name]
    if role in WOODEN:
        colour: RGB = (0.88, 0.87, 0.84)
        if draw < 0.85:
            colour = paint(rng.uniform(0.04, 0.1), rng.uniform(0.25, 0.7), rng.uniform(0.25, 0.8))
        new = replace(old, mesh=box_mapped(old.mesh, 0.8), texture=wood(rng, colour), roughness=0.4)
    else:
        colour = paint(rng.random(), rng.uniform(0.05, 0.65), rng.uniform(0.2, 0.85))
        new = replace(old, colour=colour, roughness=1.0)
        if draw > 0.85:
            pattern = (checks, dots, stripes)[int(rng.integers(3))]
            new = replace(new, mesh=box_mapped(old.mesh, 0.5), texture=pattern(rng, colour))
    return {**surfaces, name: new}


def both_sides(mesh: Mesh) -> Mesh:
    """Add a second skin 2 mm inside that faces inwards, since only front faces emit light."""
    inside = (mesh.vertices - 0.002 * smooth(mesh)).astype(np.float32)
    faces = np.concatenate([mesh.faces, mesh.faces[:, ::-1] + len(mesh.vertices)])
    return Mesh(np.concatenate([mesh.vertices, inside]), faces.astype(np.int32), None)
