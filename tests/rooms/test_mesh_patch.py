"""Cutting, refining and smoothing of patches, on a plain sheet whose answers are known."""

import numpy as np
import pytest

from mtal.rooms.mesh_patch import cut, normals, patch, refined, smoother
from mtal.rooms.unwrap import seamed


def sheet(side: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Vertices ((side + 1)^2, 3) of the unit square at z = 0, faces (2 side^2, 3) that look up."""
    x, y = np.meshgrid(np.linspace(0, 1, side + 1), np.linspace(0, 1, side + 1))
    corner = (np.arange(side)[:, None] * (side + 1) + np.arange(side)).reshape(-1)
    right, up, both = corner + 1, corner + side + 1, corner + side + 2
    faces = np.concatenate(
        [np.stack([corner, right, both], axis=1), np.stack([corner, both, up], axis=1)]
    )
    return np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], axis=1), faces


def area(points: np.ndarray, faces: np.ndarray) -> float:
    """Signed area, seen from above."""
    a, b, c = (points[faces[:, corner]] for corner in range(3))
    return float(np.cross(b - a, c - a)[:, 2].sum() / 2)


@pytest.mark.parametrize("border", [0.21, 0.5, 0.77])
@pytest.mark.parametrize("way", [(1, 0, 0), (0.6, 0.8, 0), (-1, 0, 0)])
def test_a_cut_runs_along_the_field_and_not_along_the_edges(way, border):
    vertices, faces = sheet()
    whole = patch(faces, len(vertices))
    keep = border - vertices @ np.array(way, float)
    part = cut(whole, keep)
    left = part.at(vertices)
    assert (border - left @ np.array(way, float)).min() > -0.01
    finer = np.random.default_rng(0).random((200_000, 2)) @ np.array(way[:2], float)
    assert area(left, part.faces) == pytest.approx((finer < border).mean(), abs=0.012)
    a, b, c = (left[part.faces[:, corner]] for corner in range(3))
    assert (np.cross(b - a, c - a)[:, 2] > 0).all()


def test_what_one_cut_keeps_and_the_other_drops_is_the_whole():
    vertices, faces = sheet()
    whole = patch(faces, len(vertices))
    keep = np.sin(5 * vertices[:, 0]) + vertices[:, 1] - 0.9
    halves = [cut(whole, sign * keep) for sign in (1, -1)]
    assert sum(area(half.at(vertices), half.faces) for half in halves) == pytest.approx(1, abs=1e-9)


def test_a_cut_shares_its_new_vertices():
    vertices, faces = sheet()
    part = cut(patch(faces, len(vertices)), 0.5 - vertices[:, 0] + 0.01)
    points = part.at(vertices)
    assert len(np.unique(np.round(points, 9), axis=0)) == len(points)


def test_cutting_everything_and_nothing():
    vertices, faces = sheet()
    whole = patch(faces, len(vertices))
    assert len(cut(whole, -np.ones(len(vertices))).faces) == 0
    assert len(cut(whole, np.ones(len(vertices))).faces) == len(faces)


def test_a_patch_takes_the_vertices_its_faces_use():
    vertices, faces = sheet()
    some = patch(faces[:3], len(vertices))
    np.testing.assert_array_equal(some.at(vertices)[some.faces], vertices[faces[:3]])
    assert some.blend.shape[0] == len(np.unique(faces[:3]))


def test_refining_makes_four_faces_of_one_and_moves_nothing():
    vertices, faces = sheet()
    finer = refined(patch(faces, len(vertices)))
    points = finer.at(vertices)
    assert len(finer.faces) == 4 * len(faces)
    assert area(points, finer.faces) == pytest.approx(1)
    assert len(np.unique(np.round(points, 9), axis=0)) == len(points) == 13**2


def test_smoothing_flattens_a_bump_and_keeps_a_border_where_it_is():
    vertices, faces = sheet()
    bumped = vertices + np.outer((np.abs(vertices[:, :2] - 0.5).max(axis=1) < 0.1), [0, 0, 0.3])
    smooth = smoother(faces, len(vertices))
    np.testing.assert_allclose(np.asarray(smooth.sum(axis=1)).ravel(), 1)
    after = smooth @ bumped
    assert after[:, 2].max() < 0.2
    border = np.isin(vertices[:, :2], (0, 1)).any(axis=1)
    assert (after[border, 2] == 0).all()
    inside = np.abs(vertices[:, :2] - 0.5).max(axis=1) < 0.3
    np.testing.assert_allclose((smooth @ vertices)[inside], vertices[inside], atol=1e-12)


def test_normals_of_a_sheet_point_up():
    vertices, faces = sheet()
    np.testing.assert_allclose(
        normals(vertices, faces), np.tile([0, 0, 1], (len(vertices), 1)), atol=1e-12
    )


def test_a_seam_doubles_vertices_at_the_back_only():
    """A tin: no face of the label may go all the way around."""
    turn = np.linspace(-np.pi, np.pi, 12, endpoint=False) + 0.1
    faces = np.array(
        [[low, (low + 1) % 12, 12 + low] for low in range(12)]
        + [[(low + 1) % 12, 12 + (low + 1) % 12, 12 + low] for low in range(12)]
    )
    bearing = np.concatenate([turn, turn])
    vertex, turned, new = seamed(bearing, faces)
    np.testing.assert_array_equal(vertex[new], faces)
    assert (np.ptp(turned[new], axis=1) < np.pi).all()
    assert len(vertex) == 24 + 2
    np.testing.assert_allclose(np.exp(1j * turned), np.exp(1j * bearing[vertex]))
