"""SceneObject: an object of a room. Its outline is what the edge label marks."""

from dataclasses import dataclass, field, replace

import numpy as np

from mtal.rooms.mesh import Mesh, Surface
from mtal.rooms.shapes import moved
from mtal.rooms.textures import RGB

CLASSES = (
    "wall",
    "floor",
    "ceiling",
    "window",
    "door",
    "table",
    "chair",
    "sofa",
    "bed",
    "cabinet",
    "lamp",
    "plant",
    "appliance",
    "picture",
    "person",
    "object",
)


@dataclass(frozen=True, eq=False)
class Lit:
    """A surface that emits light."""

    mesh: Mesh
    radiance: RGB  # linear
    texture: np.ndarray | None = None  # (h, w, 3) uint8 sRGB, a factor of the radiance


@dataclass(frozen=True, eq=False)
class SceneObject:
    """Surfaces of one class, in the room's frame: metres, y up."""

    class_name: str  # of CLASSES
    surfaces: tuple[Surface, ...] = ()
    lit: tuple[Lit, ...] = ()
    credit: str = ""  # key of the catalogue's entry, "" for our own shapes
    top: float = 0.0  # height on which other objects can stand
    tags: frozenset[str] = field(default_factory=frozenset)

    @property
    def parts(self) -> tuple[Surface | Lit, ...]:
        """All surfaces, those that emit light last."""
        return (*self.surfaces, *self.lit)

    @property
    def meshes(self) -> list[Mesh]:
        """Meshes of all surfaces."""
        return [part.mesh for part in self.parts]

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the lowest (3,) and the highest (3,) coordinates."""
        lows = [mesh.vertices.min(axis=0) for mesh in self.meshes]
        highs = [mesh.vertices.max(axis=0) for mesh in self.meshes]
        return np.min(lows, axis=0), np.max(highs, axis=0)

    def moved(self, turn: float, shift: tuple[float, float, float]) -> "SceneObject":
        """Return the object turned about y (radians, from z towards x), then shifted."""
        surfaces = tuple(
            replace(surface, mesh=moved(surface.mesh, turn, shift)) for surface in self.surfaces
        )
        lit = tuple(replace(lamp, mesh=moved(lamp.mesh, turn, shift)) for lamp in self.lit)
        return replace(self, surfaces=surfaces, lit=lit, top=self.top + shift[1])
