"""Mesh and Surface: triangles, and triangles with a material."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Mesh:
    """Triangles; they share vertices where the surface is smooth, for averaged normals."""

    vertices: np.ndarray  # (V, 3) float32 metres, y up
    faces: np.ndarray  # (F, 3) int32
    uv: np.ndarray | None  # (V, 2) float32 or None


@dataclass(frozen=True)
class Surface:
    """A mesh with one material, visible from both sides. Textures repeat beyond 0..1."""

    mesh: Mesh
    colour: tuple[float, float, float]  # sRGB 0..1, used where texture is None
    texture: np.ndarray | None  # (h, w, 3) uint8 sRGB
    roughness: float  # 0.05 shiny .. 1 matt (1 = plain diffuse)
    part: int  # of a person 1..6, see people.PARTS; 0 elsewhere
