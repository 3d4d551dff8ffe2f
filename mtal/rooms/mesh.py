"""What a scene is built of: triangles, and triangles with a material."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Mesh:
    """Triangles that share their vertices wherever the surface is smooth, so that normals of vertices can be averaged."""

    vertices: np.ndarray  # (V, 3) float32 metres, y up
    faces: np.ndarray  # (F, 3) int32
    uv: np.ndarray | None  # (V, 2) float32 or None


@dataclass(frozen=True)
class Surface:
    """One material of an object, to be drawn from both sides. Textures repeat beyond 0..1."""

    mesh: Mesh
    colour: tuple[float, float, float]  # sRGB 0..1, used where texture is None
    texture: np.ndarray | None  # (h, w, 3) uint8 sRGB
    roughness: float  # 0.05 shiny .. 1 matt (1 = plain diffuse)
    part: int  # of a person 1..6, see people.PARTS; 0 elsewhere
