"""Exact views of planes, balls and blocks by a pinhole camera: depth and normal of every pixel.

Camera frame: x right, y down, z forward, in metres. Depth is z, as in depth maps, not the length of
the ray.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

FOCAL = 0.9  # focal length / longer side of the image: a view of 58 degrees


class Body(Protocol):
    """A surface. N: number of pixels; rays (3, N) have z = 1, so length along one is depth."""

    def depth(self, rays: np.ndarray) -> np.ndarray:
        """Depth of the first hit in front of the camera, (N,) metres; infinity without a hit."""
        ...

    def local(self, points: np.ndarray) -> np.ndarray:
        """Coordinates fixed to the body, for textures, of (3, N) points on the surface."""
        ...

    def normals(self, points: np.ndarray) -> np.ndarray:
        """Unit normals that point outwards, (3, N), at (3, N) points on the surface."""
        ...

    def moved(self, turn: np.ndarray, shift: np.ndarray) -> "Body":
        """The body moved to turn @ (point + shift); turn is a (3, 3) rotation, shift (3,)."""
        ...


@dataclass(frozen=True)
class Plane:
    """The points p with normal . p = -distance. The normal points to the camera's side."""

    normal: np.ndarray  # (3,), unit
    distance: float

    def depth(self, rays: np.ndarray) -> np.ndarray:
        towards = -self.normal @ rays
        return np.where(towards > 1e-9, self.distance / np.maximum(towards, 1e-9), np.inf)

    def local(self, points: np.ndarray) -> np.ndarray:
        other = [0.0, 0.0, 1.0] if abs(self.normal[2]) < 0.5 else [0.0, 1.0, 0.0]
        aside = np.cross(self.normal, other)
        aside /= np.linalg.norm(aside)
        return np.stack([aside, np.cross(self.normal, aside), self.normal]) @ points

    def normals(self, points: np.ndarray) -> np.ndarray:
        return np.repeat(self.normal[:, None], points.shape[1], axis=1)

    def moved(self, turn: np.ndarray, shift: np.ndarray) -> "Plane":
        return Plane(turn @ self.normal, self.distance - float(self.normal @ shift))


@dataclass(frozen=True)
class Ball:
    """An ellipsoid: the unit ball mapped to centre + axes @ local. Limbs are ellipsoids."""

    centre: np.ndarray  # (3,)
    axes: np.ndarray  # (3, 3), half axes in its columns

    def depth(self, rays: np.ndarray) -> np.ndarray:
        inverse = np.linalg.inv(self.axes)
        start, ahead = -inverse @ self.centre, inverse @ rays
        a, b, c = (ahead * ahead).sum(axis=0), start @ ahead, start @ start - 1
        discriminant = b * b - a * c
        first = (-b - np.sqrt(np.maximum(discriminant, 0))) / a
        return np.where((discriminant > 0) & (first > 0), first, np.inf)

    def local(self, points: np.ndarray) -> np.ndarray:
        return np.linalg.inv(self.axes) @ (points - self.centre[:, None])

    def normals(self, points: np.ndarray) -> np.ndarray:
        return _unit(np.linalg.inv(self.axes).T @ self.local(points))

    def moved(self, turn: np.ndarray, shift: np.ndarray) -> "Ball":
        return Ball(turn @ (self.centre + shift), turn @ self.axes)


@dataclass(frozen=True)
class Block:
    """A box: the cube from -1 to 1 mapped to centre + axes @ local."""

    centre: np.ndarray  # (3,)
    axes: np.ndarray  # (3, 3), half edges in its columns

    def depth(self, rays: np.ndarray) -> np.ndarray:
        inverse = np.linalg.inv(self.axes)
        start, ahead = (-inverse @ self.centre)[:, None], inverse @ rays
        ahead = np.where(np.abs(ahead) < 1e-12, 1e-12, ahead)
        low, high = (-1 - start) / ahead, (1 - start) / ahead  # where a ray meets opposite sides
        enter, leave = np.minimum(low, high).max(axis=0), np.maximum(low, high).min(axis=0)
        return np.where((enter < leave) & (enter > 0), enter, np.inf)

    def local(self, points: np.ndarray) -> np.ndarray:
        return np.linalg.inv(self.axes) @ (points - self.centre[:, None])

    def normals(self, points: np.ndarray) -> np.ndarray:
        local = self.local(points)
        face = np.abs(local).argmax(axis=0)
        sides = np.where(np.arange(3)[:, None] == face, np.sign(local), 0)
        return _unit(np.linalg.inv(self.axes).T @ sides)

    def moved(self, turn: np.ndarray, shift: np.ndarray) -> "Block":
        return Block(turn @ (self.centre + shift), turn @ self.axes)


@dataclass(frozen=True)
class View:
    """What the camera sees. N = height x width pixels, row by row."""

    body_index: np.ndarray  # (N,) the visible body
    depth: np.ndarray  # (N,) metres
    normals: np.ndarray  # (3, N)
    local: np.ndarray  # (3, N)


def rays_of(size: tuple[int, int]) -> np.ndarray:
    """Rays through the centres of the pixels of a (height, width) image, (3, N)."""
    height, width = size
    y, x = np.mgrid[:height, :width] + 0.5
    focal = FOCAL * max(size)
    rays = np.stack([(x - width / 2) / focal, (y - height / 2) / focal, np.ones_like(x)])
    return rays.reshape(3, -1)


def render_view(bodies: Sequence[Body], size: tuple[int, int]) -> View:
    """Find the nearest body of every pixel. Together the bodies must fill the view."""
    rays = rays_of(size)
    depth, body_index = np.full(rays.shape[1], np.inf), np.zeros(rays.shape[1], int)
    for index, body in enumerate(bodies):
        hit = body.depth(rays)
        closer = hit < depth
        depth, body_index = np.where(closer, hit, depth), np.where(closer, index, body_index)
    points = rays * depth
    normals, local = np.empty_like(points), np.empty_like(points)
    for index in np.unique(body_index):
        seen = body_index == index
        normals[:, seen] = bodies[index].normals(points[:, seen])
        local[:, seen] = bodies[index].local(points[:, seen])
    return View(body_index, depth, normals, local)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=0, keepdims=True)
