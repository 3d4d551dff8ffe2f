"""Thing: one object of a room, in the room's frame. The unit of the instance edges."""

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
    """A surface that shines."""

    mesh: Mesh
    radiance: RGB  # linear
    texture: np.ndarray | None = None  # (h, w, 3) uint8 sRGB: the radiance is multiplied by it


@dataclass(frozen=True, eq=False)
class SceneObject:
    """Metres, y up."""

    kind: str  # of CLASSES
    surfaces: tuple[Surface, ...] = ()
    lit: tuple[Lit, ...] = ()
    credit: str = ""  # key of the catalogue's entry, "" for our own shapes
    top: float = 0.0  # height where other things may stand on it
    tags: frozenset[str] = field(default_factory=frozenset)

    @property
    def parts(self) -> tuple[Surface | Lit, ...]:
        return (*self.surfaces, *self.lit)

    @property
    def meshes(self) -> list[Mesh]:
        return [one.mesh for one in self.parts]

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """(3,) lowest and highest coordinates."""
        lows = [one.vertices.min(axis=0) for one in self.meshes]
        highs = [one.vertices.max(axis=0) for one in self.meshes]
        return np.min(lows, axis=0), np.max(highs, axis=0)

    def moved(self, turn: float, shift: tuple[float, float, float]) -> "SceneObject":
        """Turned about y (radians, from z towards x), then shifted."""
        return replace(
            self,
            surfaces=tuple(
                replace(one, mesh=moved(one.mesh, turn, shift)) for one in self.surfaces
            ),
            lit=tuple(replace(one, mesh=moved(one.mesh, turn, shift)) for one in self.lit),
            top=self.top + shift[1],
        )
