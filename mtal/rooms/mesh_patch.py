"""Patches of the body's mesh, for clothes, hair and bare skin: cut, refine, smooth.

The border of a patch runs where a field is zero, not along the edges of the mesh. A patch is linear
in the vertices of the base mesh, so it is cut once on a standing person and then follows everybody
in every pose. N vertices and M faces of a patch, V vertices of the base mesh.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse


@dataclass(frozen=True)
class Patch:
    """Faces whose vertices are blends of the base mesh's vertices."""

    blend: sparse.csr_matrix  # (N, V), rows sum to 1
    faces: np.ndarray  # (M, 3)

    def at(self, values: np.ndarray) -> np.ndarray:
        """Return the values (N, ...) of the patch, from values (V, ...) of the base mesh."""
        return np.asarray(self.blend @ values)


def patch(faces: np.ndarray, count: int) -> Patch:
    """Return faces (M, 3) of a mesh of `count` vertices as a patch of their own vertices."""
    used, faces = np.unique(faces, return_inverse=True)
    weights = (np.ones(len(used)), (np.arange(len(used)), used))
    return Patch(sparse.csr_matrix(weights, (len(used), count)), faces.reshape(-1, 3))


def refined(old: Patch) -> Patch:
    """Split every face into four, with new vertices in the middle of the edges."""
    edges, which = np.unique(np.sort(_edges(old.faces), axis=1), axis=0, return_inverse=True)
    ab, bc, ca = (which.reshape(-1) + old.blend.shape[0]).reshape(3, -1)
    a, b, c = old.faces.T
    faces = np.concatenate(
        [np.stack(face, axis=1) for face in ((a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca))]
    )
    middle = (old.blend[edges[:, 0]] + old.blend[edges[:, 1]]) / 2
    return Patch(sparse.vstack([old.blend, middle]).tocsr(), faces)


def smoother(faces: np.ndarray, count: int) -> sparse.csr_matrix:
    """Return the matrix (N, N) that moves every vertex half way to the mean of its neighbours.

    For a vertex on a border, only neighbours on the border count. faces (M, 3) of `count` vertices.
    """
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
    """Return the part of a patch with keep (N,) > 0.

    Faces across the border are cut where keep, linear on a face, is zero.
    """
    inside = keep > 0
    corners = inside[old.faces].sum(axis=1)  # (M,) corners of each face that are kept
    pieces, cuts = [old.faces[corners == 3]], _Cuts(keep, len(keep))
    for kept in (1, 2):
        faces = _lone_first(old.faces[corners == kept], inside == (kept == 1))
        a, b, c = faces.T
        ab, ac = cuts.between(a, b), cuts.between(a, c)
        if kept == 1:
            pieces.append(np.stack([a, ab, ac], axis=1))
        else:
            pieces += [np.stack([ab, b, c], axis=1), np.stack([ab, c, ac], axis=1)]
    starts, ends, shares = cuts.all()
    new = sparse.diags(1 - shares) @ old.blend[starts] + sparse.diags(shares) @ old.blend[ends]
    used, faces = np.unique(np.concatenate(pieces), return_inverse=True)
    return Patch(sparse.vstack([old.blend, new]).tocsr()[used], faces.reshape(-1, 3))


class _Cuts:
    """New vertices on cut edges, one per edge."""

    def __init__(self, keep: np.ndarray, first: int) -> None:
        self.keep, self.first, self.edges = keep, first, np.empty((0, 2), np.int64)

    def between(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Return the index of the new vertex on each edge; an edge has one, however often asked."""
        pairs = np.sort(np.stack([start, end], axis=1), axis=1)
        edges = [(first, second) for first, second in pairs.tolist()]
        indices = {tuple(edge): index for index, edge in enumerate(self.edges.tolist())}
        fresh = [edge for edge in dict.fromkeys(edges) if edge not in indices]
        indices |= {edge: len(self.edges) + index for index, edge in enumerate(fresh)}
        self.edges = np.concatenate([self.edges, np.array(fresh, np.int64).reshape(-1, 2)])
        return np.array([self.first + indices[edge] for edge in edges], np.int64)

    def all(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the ends of all cut edges, and the position of the cut between them as a share.

        The cut stays off the ends, so that no face has area zero.
        """
        start, end = self.edges.T
        share = self.keep[start] / (self.keep[start] - self.keep[end])
        return start, end, np.clip(share, 0.03, 0.97)


def _lone_first(faces: np.ndarray, lone: np.ndarray) -> np.ndarray:
    """Rotate the corners of faces (M, 3) until the corner with `lone` comes first."""
    first = lone[faces].argmax(axis=1)
    return np.take_along_axis(faces, (first[:, None] + np.arange(3)) % 3, axis=1)


def _edges(faces: np.ndarray) -> np.ndarray:
    """Return edges (3M, 2): ab of all faces, then bc, then ca."""
    return np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])


def normals(points: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Return unit normals (N, 3) of vertices: means over the faces around, weighted by area."""
    a, b, c = (points[faces[:, corner]] for corner in range(3))
    across = np.cross(b - a, c - a)
    total = np.zeros_like(points)
    for corner in range(3):
        np.add.at(total, faces[:, corner], across)
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)
