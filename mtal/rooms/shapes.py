"""Boxes, sheets and cylinders as surfaces: for what no model of the library serves."""

import numpy as np
from numpy.typing import ArrayLike

from mtal.rooms.mesh import Mesh, Surface
from mtal.rooms.textures import RGB

_FACES = (
    ((1, 0, 0), (0, 1, 0), (0, 0, -1)),
    ((-1, 0, 0), (0, 1, 0), (0, 0, 1)),
    ((0, 1, 0), (0, 0, -1), (1, 0, 0)),
    ((0, -1, 0), (0, 0, 1), (1, 0, 0)),
    ((0, 0, 1), (0, 1, 0), (1, 0, 0)),
    ((0, 0, -1), (0, 1, 0), (-1, 0, 0)),
)
# of a box: outward, upward and rightward direction


def quad(
    corner: ArrayLike,
    right: ArrayLike,
    up: ArrayLike,
    repeat: float | None = None,
    shift: tuple[float, float] = (0, 0),
) -> Mesh:
    """A rectangle; seen from the side that right x up points to. Texture once over it, or every `repeat` metres."""
    start, across, upwards = (np.asarray(one, float) for one in (corner, right, up))
    vertices = np.stack([start, start + across, start + across + upwards, start + upwards]).astype(
        np.float32
    )
    uv = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    if repeat:
        uv = ((uv * [np.linalg.norm(across), np.linalg.norm(upwards)] + shift) / repeat).astype(
            np.float32
        )
    return Mesh(vertices, np.array([[0, 1, 2], [0, 2, 3]], np.int32), uv)


def joined(meshes: list[Mesh]) -> Mesh:
    """One mesh of many; all with or all without texture coordinates."""
    starts = np.cumsum([0, *[len(one.vertices) for one in meshes[:-1]]])
    uv = [one.uv for one in meshes if one.uv is not None]
    return Mesh(
        np.concatenate([one.vertices for one in meshes]),
        np.concatenate(
            [one.faces + start for one, start in zip(meshes, starts, strict=True)]
        ).astype(np.int32),
        np.concatenate(uv) if len(uv) == len(meshes) else None,
    )


def box(
    low: tuple[float, float, float], high: tuple[float, float, float], repeat: float | None = None
) -> Mesh:
    """Between two corners, (x, y, z) each."""
    centre, half = (np.asarray(low, float) + high) / 2, (np.asarray(high, float) - low) / 2
    sides = []
    for out, up, right in _FACES:
        outward, upward, rightward = (np.asarray(one, float) * half for one in (out, up, right))
        sides.append(quad(centre + outward - upward - rightward, 2 * rightward, 2 * upward, repeat))
    return joined(sides)


def sheet(width: float, height: float, waves: float, depth: float, columns: int = 40) -> Mesh:
    """A hanging curtain: in the plane z = 0, folded along x; its lower left corner is the origin."""
    x = np.linspace(0, width, columns)
    z = depth * np.sin(2 * np.pi * waves * x / width)
    low, high = np.stack([x, np.zeros_like(x), z], 1), np.stack([x, np.full_like(x, height), z], 1)
    at = np.arange(columns - 1)
    faces = np.concatenate(
        [
            np.stack([at, at + 1, at + columns + 1], 1),
            np.stack([at, at + columns + 1, at + columns], 1),
        ]
    )
    uv = np.concatenate(
        [np.stack([x, np.zeros_like(x)], 1), np.stack([x, np.full_like(x, height)], 1)]
    )
    return Mesh(
        np.concatenate([low, high]).astype(np.float32),
        faces.astype(np.int32),
        uv.astype(np.float32),
    )


def tube(
    radius: float, top_radius: float, low: float, high: float, sides: int = 20, lid: bool = True
) -> Mesh:
    """Around the y axis, a cone or a cylinder, with its upper end closed."""
    angle = np.arange(sides) * 2 * np.pi / sides
    ring = np.stack([np.cos(angle), np.zeros(sides), np.sin(angle)], 1)
    at, following = np.arange(sides), (np.arange(sides) + 1) % sides
    faces = [
        np.stack([at, at + sides, following], 1),
        np.stack([following, at + sides, following + sides], 1),
    ]
    vertices = [ring * radius + [0, low, 0], ring * top_radius + [0, high, 0]]
    if lid:
        vertices += [vertices[1], np.array([[0, high, 0]])]
        faces.append(
            np.stack([at + 2 * sides, np.full(sides, 3 * sides), following + 2 * sides], 1)
        )
    return Mesh(
        np.concatenate(vertices).astype(np.float32), np.concatenate(faces).astype(np.int32), None
    )


def plain(mesh: Mesh, colour: RGB, roughness: float = 1.0) -> Surface:
    return Surface(mesh, colour, None, roughness, 0)


def covered(mesh: Mesh, texture: np.ndarray, roughness: float = 1.0) -> Surface:
    return Surface(mesh, (0.7, 0.7, 0.7), texture, roughness, 0)


def moved(mesh: Mesh, turn: float, shift: tuple[float, float, float]) -> Mesh:
    """Turned about y (from z towards x), then shifted."""
    sine, cosine = np.sin(turn), np.cos(turn)
    rotation = np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])
    return Mesh((mesh.vertices @ rotation.T + shift).astype(np.float32), mesh.faces, mesh.uv)


def box_mapped(mesh: Mesh, repeat: float) -> Mesh:
    """Texture coordinates from the direction that each face looks in; corners are no longer shared."""
    corners = mesh.vertices[mesh.faces]  # (F, 3, 3)
    normal = np.abs(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]))
    axis = normal.argmax(axis=1)
    right, up = np.array([2, 0, 0])[axis], np.array([1, 2, 1])[axis]
    rows = np.arange(len(corners))[:, None]
    uv = (
        np.stack(
            [corners[rows, np.arange(3), right[:, None]], corners[rows, np.arange(3), up[:, None]]],
            -1,
        )
        / repeat
    )
    return Mesh(
        corners.reshape(-1, 3),
        np.arange(3 * len(corners), dtype=np.int32).reshape(-1, 3),
        uv.reshape(-1, 2).astype(np.float32),
    )


def smooth(mesh: Mesh) -> np.ndarray:
    """(V, 3) float32 means of the faces' normals, for shading; where they cancel, up."""
    corners = mesh.vertices[mesh.faces].astype(np.float64)
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.zeros((len(mesh.vertices), 3))
    for corner in range(3):
        np.add.at(total, mesh.faces[:, corner], across)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return np.where(length > 1e-12, total / np.maximum(length, 1e-12), [0, 1, 0]).astype(np.float32)


def area(mesh: Mesh) -> float:
    """Square metres."""
    first, second, third = (mesh.vertices[mesh.faces[:, at]] for at in range(3))
    return float(np.linalg.norm(np.cross(second - first, third - first), axis=1).sum() / 2)
