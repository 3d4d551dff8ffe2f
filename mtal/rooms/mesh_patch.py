"""Cutting clothes out of shells: patches of a mesh whose borders run where a field is zero, not along its edges.

A patch is linear in the vertices of the base mesh, so it is cut once on a standing person and follows everybody in every
pose. N vertices and M faces of a patch, V vertices of the base mesh.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse


@dataclass(frozen=True)
class Patch:
    blend: sparse.csr_matrix  # (N, V), rows sum to 1
    faces: np.ndarray  # (M, 3)

    def at(self, values: np.ndarray) -> np.ndarray:
        """(V, ...) of the base mesh -> (N, ...) of the patch."""
        return np.asarray(self.blend @ values)


def patch(faces: np.ndarray, count: int) -> Patch:
    """The faces of a mesh of `count` vertices, with the vertices they use."""
    used, faces = np.unique(faces, return_inverse=True)
    ones = np.ones(len(used))
    return Patch(
        sparse.csr_matrix((ones, (np.arange(len(used)), used)), (len(used), count)),
        faces.reshape(-1, 3),
    )


def refined(old: Patch) -> Patch:
    """Every face as four, with vertices in the middle of the edges."""
    edges, which = np.unique(np.sort(_edges(old.faces), axis=1), axis=0, return_inverse=True)
    ab, bc, ca = (which.reshape(-1) + old.blend.shape[0]).reshape(3, -1)
    a, b, c = old.faces.T
    faces = np.concatenate(
        [np.stack(face, axis=1) for face in ((a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca))]
    )
    middle = (old.blend[edges[:, 0]] + old.blend[edges[:, 1]]) / 2
    return Patch(sparse.vstack([old.blend, middle]).tocsr(), faces)


def smoother(faces: np.ndarray, count: int) -> sparse.csr_matrix:
    """(N, N): moves every vertex half way to the middle of its neighbours; those on a border see the border only."""
    edges, uses = np.unique(np.sort(_edges(faces), axis=1), axis=0, return_counts=True)
    border = np.zeros(count, bool)
    border[edges[uses == 1]] = True
    both = np.concatenate([edges, edges[:, ::-1]])
    inner = np.concatenate([uses, uses]) > 1
    both = both[~(border[both[:, 0]] & inner)]
    links = sparse.csr_matrix((np.ones(len(both)), both.T), (count, count))
    shares = sparse.diags(1 / np.maximum(np.asarray(links.sum(axis=1)).ravel(), 1)) @ links
    return (0.5 * (sparse.eye(count) + shares)).tocsr()


def cut(old: Patch, keep: np.ndarray) -> Patch:
    """What of a patch has keep (N,) > 0; faces across the border are cut where keep, linear on a face, is zero."""
    inside = keep > 0
    whole, three = inside[old.faces].sum(axis=1), old.faces[inside[old.faces].sum(axis=1) == 3]
    made, rows = [three], _Cuts(keep, len(keep))
    for kept in (1, 2):
        faces = _lone_first(old.faces[whole == kept], inside == (kept == 1))
        a, b, c = faces.T
        ab, ac = rows.between(a, b), rows.between(a, c)
        made += (
            [np.stack([a, ab, ac], axis=1)]
            if kept == 1
            else [np.stack([ab, b, c], axis=1), np.stack([ab, c, ac], axis=1)]
        )
    starts, ends, shares = rows.all()
    new = sparse.diags(1 - shares) @ old.blend[starts] + sparse.diags(shares) @ old.blend[ends]
    used, faces = np.unique(np.concatenate(made), return_inverse=True)
    return Patch(sparse.vstack([old.blend, new]).tocsr()[used], faces.reshape(-1, 3))


class _Cuts:
    """New vertices on cut edges, one for each edge."""

    def __init__(self, keep: np.ndarray, first: int) -> None:
        self.keep, self.first, self.edges = keep, first, np.empty((0, 2), np.int64)

    def between(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """The number of the vertex on each edge; the same edge gets it again."""
        asked = np.sort(np.stack([start, end], axis=1), axis=1)
        known = {tuple(edge): number for number, edge in enumerate(self.edges.tolist())}
        fresh = [edge for edge in dict.fromkeys(map(tuple, asked.tolist())) if edge not in known]
        known |= {edge: len(self.edges) + number for number, edge in enumerate(fresh)}
        self.edges = np.concatenate([self.edges, np.array(fresh, np.int64).reshape(-1, 2)])
        return np.array([self.first + known[edge] for edge in map(tuple, asked.tolist())], np.int64)

    def all(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Starts, ends and how far along; kept off the ends so that no face has area zero."""
        start, end = self.edges.T
        return (
            start,
            end,
            np.clip(self.keep[start] / (self.keep[start] - self.keep[end]), 0.03, 0.97),
        )


def _lone_first(faces: np.ndarray, lone: np.ndarray) -> np.ndarray:
    """Faces turned, keeping their sense, until the vertex that is `lone` stands first."""
    first = lone[faces].argmax(axis=1)
    return np.take_along_axis(faces, (first[:, None] + np.arange(3)) % 3, axis=1)


def _edges(faces: np.ndarray) -> np.ndarray:
    """(3M, 2): ab of all faces, then bc, then ca."""
    return np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])


def normals(points: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """(N, 3) unit normals of vertices: of the faces around, weighted by their areas."""
    a, b, c = (points[faces[:, corner]] for corner in range(3))
    across = np.cross(b - a, c - a)
    total = np.zeros_like(points)
    for corner in range(3):
        np.add.at(total, faces[:, corner], across)
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)
