"""Boxes, sheets and rectangles as meshes, and operations on meshes."""

import numpy as np
from numpy.typing import ArrayLike

from mtal.rooms.mesh import Mesh, Surface
from mtal.rooms.textures import RGB

_FACES = (  # of a box: outward, upward and rightward direction
    ((1, 0, 0), (0, 1, 0), (0, 0, -1)),
    ((-1, 0, 0), (0, 1, 0), (0, 0, 1)),
    ((0, 1, 0), (0, 0, -1), (1, 0, 0)),
    ((0, -1, 0), (0, 0, 1), (1, 0, 0)),
    ((0, 0, 1), (0, 1, 0), (1, 0, 0)),
    ((0, 0, -1), (0, 1, 0), (-1, 0, 0)),
)


def quad(
    corner: ArrayLike,
    right: ArrayLike,
    up: ArrayLike,
    repeat: float | None = None,
    shift: tuple[float, float] = (0, 0),
) -> Mesh:
    """Return a rectangle, seen from the side that right x up points to.

    Arguments:
        corner: (3,) lower left corner.
        right: (3,) lower side.
        up: (3,) left side.
        repeat: metres after which the texture repeats; without it, once over the rectangle.
        shift: metres by which the texture is shifted.
    """
    start, across, upwards = (np.asarray(side, float) for side in (corner, right, up))
    corners = np.stack([start, start + across, start + across + upwards, start + upwards])
    uv = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    if repeat:
        lengths = [np.linalg.norm(across), np.linalg.norm(upwards)]
        uv = ((uv * lengths + shift) / repeat).astype(np.float32)
    return Mesh(corners.astype(np.float32), np.array([[0, 1, 2], [0, 2, 3]], np.int32), uv)


def joined(meshes: list[Mesh]) -> Mesh:
    """Join meshes into one; texture coordinates are kept if all meshes have them."""
    starts = np.cumsum([0, *[len(mesh.vertices) for mesh in meshes[:-1]]])
    uv = [mesh.uv for mesh in meshes if mesh.uv is not None]
    faces = [mesh.faces + start for mesh, start in zip(meshes, starts, strict=True)]
    return Mesh(
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate(faces).astype(np.int32),
        np.concatenate(uv) if len(uv) == len(meshes) else None,
    )


def box(
    low: tuple[float, float, float], high: tuple[float, float, float], repeat: float | None = None
) -> Mesh:
    """Return a box between two corners (x, y, z)."""
    centre, half = (np.asarray(low, float) + high) / 2, (np.asarray(high, float) - low) / 2
    sides = []
    for out, up, right in _FACES:
        outward, upward, rightward = (
            np.asarray(direction, float) * half for direction in (out, up, right)
        )
        sides.append(quad(centre + outward - upward - rightward, 2 * rightward, 2 * upward, repeat))
    return joined(sides)


def sheet(width: float, height: float, waves: float, depth: float, columns: int = 40) -> Mesh:
    """Return a curtain in the plane z = 0, folded along x; its lower left corner is the origin.

    Arguments:
        width: metres along x.
        height: metres along y.
        waves: number of folds.
        depth: amplitude of the folds in metres.
        columns: vertices along x.
    """
    x = np.linspace(0, width, columns)
    z = depth * np.sin(2 * np.pi * waves * x / width)
    bottom, top = np.zeros_like(x), np.full_like(x, height)
    vertices = np.concatenate([np.stack([x, bottom, z], 1), np.stack([x, top, z], 1)])
    uv = np.concatenate([np.stack([x, bottom], 1), np.stack([x, top], 1)])
    left = np.arange(columns - 1)
    right, above = left + 1, left + columns
    faces = np.concatenate(
        [np.stack([left, right, above + 1], 1), np.stack([left, above + 1, above], 1)]
    )
    return Mesh(vertices.astype(np.float32), faces.astype(np.int32), uv.astype(np.float32))


def plain(mesh: Mesh, colour: RGB, roughness: float = 1.0) -> Surface:
    """Return the mesh as a surface of one colour."""
    return Surface(mesh, colour, None, roughness, 0)


def covered(mesh: Mesh, texture: np.ndarray, roughness: float = 1.0) -> Surface:
    """Return the mesh as a surface with a texture (h, w, 3) uint8."""
    return Surface(mesh, (0.7, 0.7, 0.7), texture, roughness, 0)


def moved(mesh: Mesh, turn: float, shift: tuple[float, float, float]) -> Mesh:
    """Return the mesh turned about y (radians, from z towards x), then shifted."""
    sine, cosine = np.sin(turn), np.cos(turn)
    rotation = np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])
    return Mesh((mesh.vertices @ rotation.T + shift).astype(np.float32), mesh.faces, mesh.uv)


def box_mapped(mesh: Mesh, repeat: float) -> Mesh:
    """Add texture coordinates by the main direction of each face; corners are no longer shared."""
    corners = mesh.vertices[mesh.faces]  # (F, 3, 3)
    normal = np.abs(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]))
    axis = normal.argmax(axis=1)
    right, up = np.array([2, 0, 0])[axis], np.array([1, 2, 1])[axis]
    rows = np.arange(len(corners))[:, None]
    across = corners[rows, np.arange(3), right[:, None]]
    upwards = corners[rows, np.arange(3), up[:, None]]
    uv = (np.stack([across, upwards], -1) / repeat).reshape(-1, 2).astype(np.float32)
    faces = np.arange(3 * len(corners), dtype=np.int32).reshape(-1, 3)
    return Mesh(corners.reshape(-1, 3), faces, uv)


def smooth(mesh: Mesh) -> np.ndarray:
    """Return shading normals (V, 3) float32: means over the faces around, up if they cancel."""
    corners = mesh.vertices[mesh.faces].astype(np.float64)
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.zeros((len(mesh.vertices), 3))
    for corner in range(3):
        np.add.at(total, mesh.faces[:, corner], across)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return np.where(length > 1e-12, total / np.maximum(length, 1e-12), [0, 1, 0]).astype(np.float32)


def area(mesh: Mesh) -> float:
    """Return the area of a mesh in square metres."""
    first, second, third = (mesh.vertices[mesh.faces[:, corner]] for corner in range(3))
    return float(np.linalg.norm(np.cross(second - first, third - first), axis=1).sum() / 2)
