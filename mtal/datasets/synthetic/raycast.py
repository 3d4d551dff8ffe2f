"""Planes, balls and blocks seen by a pinhole camera, exactly: the nearest surface of every pixel, its distance and its normal.

Camera frame: x right, y down, z forward, in metres. Depth is z, as in depth maps, not the length of the ray.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

FOCAL = 0.9  # focal length / longer side of the image: 58 degrees wide


class Body(Protocol):
    """A surface. N pixels; rays (3, N) have z = 1, so a ray's parameter is the depth."""

    def depth(self, rays: np.ndarray) -> np.ndarray:
        """(N,) metres to the first hit in front of the camera, infinity where there is none."""
        ...

    def local(self, points: np.ndarray) -> np.ndarray:
        """(3, N) points on the surface -> coordinates fixed to the body, for textures."""
        ...

    def normals(self, points: np.ndarray) -> np.ndarray:
        """(3, N) points on the surface -> unit normals that point outwards."""
        ...

    def moved(self, turn: np.ndarray, shift: np.ndarray) -> "Body":
        """The body whose points are turn @ (point + shift). turn (3, 3) a rotation, shift (3,)."""
        ...


@dataclass(frozen=True)
class Plane:
    """All points p with normal . p = -distance; the camera lies on the side that the normal points to."""

    normal: np.ndarray  # (3,), unit
    distance: float

    def depth(self, rays: np.ndarray) -> np.ndarray:
        towards = -self.normal @ rays
        return np.where(towards > 1e-9, self.distance / np.maximum(towards, 1e-9), np.inf)

    def local(self, points: np.ndarray) -> np.ndarray:
        aside = np.cross(
            self.normal, [0.0, 0.0, 1.0] if abs(self.normal[2]) < 0.5 else [0.0, 1.0, 0.0]
        )
        aside /= np.linalg.norm(aside)
        return np.stack([aside, np.cross(self.normal, aside), self.normal]) @ points

    def normals(self, points: np.ndarray) -> np.ndarray:
        return np.repeat(self.normal[:, None], points.shape[1], axis=1)

    def moved(self, turn: np.ndarray, shift: np.ndarray) -> "Plane":
        return Plane(turn @ self.normal, self.distance - float(self.normal @ shift))


@dataclass(frozen=True)
class Ball:
    """A unit ball moved and stretched: centre + axes @ local. Limbs are stretched balls."""

    centre: np.ndarray  # (3,)
    axes: np.ndarray  # (3, 3), half axes in its columns

    def depth(self, rays: np.ndarray) -> np.ndarray:
        inverse = np.linalg.inv(self.axes)
        start, ahead = -inverse @ self.centre, inverse @ rays
        a, b, c = (ahead * ahead).sum(axis=0), start @ ahead, start @ start - 1
        under = b * b - a * c
        first = (-b - np.sqrt(np.maximum(under, 0))) / a
        return np.where((under > 0) & (first > 0), first, np.inf)

    def local(self, points: np.ndarray) -> np.ndarray:
        return np.linalg.inv(self.axes) @ (points - self.centre[:, None])

    def normals(self, points: np.ndarray) -> np.ndarray:
        return _unit(np.linalg.inv(self.axes).T @ self.local(points))

    def moved(self, turn: np.ndarray, shift: np.ndarray) -> "Ball":
        return Ball(turn @ (self.centre + shift), turn @ self.axes)


@dataclass(frozen=True)
class Block:
    """A cube from -1 to 1 moved and stretched: centre + axes @ local."""

    centre: np.ndarray  # (3,)
    axes: np.ndarray  # (3, 3), half edges in its columns

    def depth(self, rays: np.ndarray) -> np.ndarray:
        inverse = np.linalg.inv(self.axes)
        start, ahead = (-inverse @ self.centre)[:, None], inverse @ rays
        ahead = np.where(np.abs(ahead) < 1e-12, 1e-12, ahead)
        one, other = (-1 - start) / ahead, (1 - start) / ahead
        enter, leave = np.minimum(one, other).max(axis=0), np.maximum(one, other).min(axis=0)
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

    owner: np.ndarray  # (N,) which body
    depth: np.ndarray  # (N,) metres
    normals: np.ndarray  # (3, N)
    local: np.ndarray  # (3, N)


def rays_of(size: tuple[int, int]) -> np.ndarray:
    """(3, N) through the pixels' centres."""
    height, width = size
    y, x = np.mgrid[:height, :width] + 0.5
    focal = FOCAL * max(size)
    return np.stack([(x - width / 2) / focal, (y - height / 2) / focal, np.ones_like(x)]).reshape(
        3, -1
    )


def look(bodies: Sequence[Body], size: tuple[int, int]) -> View:
    """The nearest body of every pixel. Together the bodies must fill the view."""
    rays = rays_of(size)
    depth, owner = np.full(rays.shape[1], np.inf), np.zeros(rays.shape[1], int)
    for number, body in enumerate(bodies):
        hit = body.depth(rays)
        closer = hit < depth
        depth, owner = np.where(closer, hit, depth), np.where(closer, number, owner)
    points = rays * depth
    normals, local = np.empty_like(points), np.empty_like(points)
    for number in np.unique(owner):
        seen = owner == number
        normals[:, seen], local[:, seen] = (
            bodies[number].normals(points[:, seen]),
            bodies[number].local(points[:, seen]),
        )
    return View(owner, depth, normals, local)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=0, keepdims=True)
