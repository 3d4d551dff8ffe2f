"""Normals from depth against the exact normals of drawn bodies, and against a slow twin that fits every window by itself."""

import numpy as np
import pytest

from mtal.datasets.readers.depth_normals import LEAST_MEASURED, ROUGHEST, Camera, normals_from_depth
from mtal.datasets.synthetic.raycast import FOCAL, Ball, Plane, look
from mtal.datasets.synthetic.shapes import drawing
from mtal.tasks.normals import normals

SIZE = (48, 64)
CAMERA = Camera(FOCAL * 64, FOCAL * 64, 32, 24)  # that of the ray caster at this size


def unit(*vector):
    return np.array(vector) / np.linalg.norm(vector)


def angles(found, exact):
    """Degrees between unit vectors, where something was found."""
    there = found.any(axis=-1)
    apart, together = (
        np.linalg.norm(pair[there], axis=-1) for pair in (found - exact, found + exact)
    )
    return np.degrees(2 * np.arctan2(apart, together))


def seen(*bodies, size=SIZE):
    view = look(bodies, size)
    return view.depth.reshape(size), view.normals.T.reshape(*size, 3)


@pytest.mark.parametrize(
    "normal", [unit(0, 0, -1), unit(0.6, 0, -0.8), unit(0, -0.95, -0.2), unit(-0.3, 0.5, -0.7)]
)
@pytest.mark.parametrize("radius", [1, 3])
def test_planes_are_exact_at_any_slant_up_to_the_border(normal, radius):
    depth, exact = seen(Plane(normal, 2.0), Plane(unit(0, 0, -1), 500.0))
    near = depth < 100  # behind the plane's horizon there is only the far wall
    found = normals_from_depth(np.where(near, depth, 0), CAMERA, radius)
    assert found.dtype == np.float32
    assert found[near].any(axis=-1).mean() > 0.95
    assert angles(found, exact).max() < 0.01


def test_a_ball_is_nearly_right():
    depth, exact = seen(
        Ball(np.array([0.1, -0.1, 2.0]), 0.8 * np.eye(3)), Plane(unit(0, 0, -1), 50.0)
    )
    ball = depth < 10
    found = normals_from_depth(np.where(ball, depth, 0), CAMERA, 1)
    assert np.median(angles(found, exact)) < 0.5
    assert (found[ball].any(axis=-1)).mean() > 0.8


def test_rooms_are_right_but_along_edges():
    for index in range(4):
        drawn = drawing(0, index, (120, 160))
        found = normals_from_depth(drawn["depth"], Camera(FOCAL * 160, FOCAL * 160, 80, 60), 2)
        off = angles(found, drawn["normals"])
        assert np.median(off) < 0.1
        assert np.percentile(off, 75) < 1
        assert found.any(axis=-1).mean() > 0.8
        assert normals(weight=1).problem(found) == ""


def test_visible_surfaces_look_at_the_camera():
    drawn = drawing(0, 0, (60, 80))
    found = normals_from_depth(drawn["depth"], Camera(FOCAL * 80, FOCAL * 80, 40, 30), 1)
    y, x = np.mgrid[:60, :80] + 0.5
    rays = np.stack([(x - 40) / (FOCAL * 80), (y - 30) / (FOCAL * 80), np.ones_like(x)], axis=-1)
    towards = (found * rays).sum(axis=-1)[found.any(axis=-1)]
    assert (towards < 0).all()


def slow_normals(depth, camera, radius):
    """The definition: for every pixel, np.linalg.lstsq over the measured pixels of its window."""
    height, width = depth.shape
    found = np.zeros((height, width, 3))
    for row in range(height):
        for column in range(width):
            rows, columns = (
                np.arange(max(0, at - radius), min(end, at + radius + 1))
                for at, end in ((row, height), (column, width))
            )
            v, u = (grid.ravel() for grid in np.meshgrid(rows, columns, indexing="ij"))
            z = depth[v, u]
            if not depth[row, column] > 0 or (z > 0).sum() < LEAST_MEASURED * (2 * radius + 1) ** 2:
                continue
            x, y, w = (
                (u[z > 0] + 0.5 - camera.cx) / camera.fx,
                (v[z > 0] + 0.5 - camera.cy) / camera.fy,
                1 / z[z > 0],
            )
            matrix = np.stack([x, y, np.ones_like(x)], axis=1)
            plane = np.linalg.lstsq(matrix, w, rcond=None)[0]
            if np.sqrt(np.mean((matrix @ plane - w) ** 2)) <= ROUGHEST * w.mean():
                found[row, column] = -plane / np.linalg.norm(plane)
    return found


def test_agrees_with_fitting_each_window_by_itself():
    rng = np.random.default_rng(0)
    depth = drawing(0, 1, (24, 32))["depth"].astype(np.float64)
    depth = 1 / (1 / depth + rng.normal(scale=2e-3, size=depth.shape))
    depth[rng.random(depth.shape) < 0.2] = 0
    camera = Camera(40.0, 43.0, 15.0, 13.0)
    slow = slow_normals(depth, camera, 2)
    assert 0.3 < slow.any(axis=-1).mean() < 0.9  # both outcomes are compared
    np.testing.assert_allclose(normals_from_depth(depth, camera, 2), slow, atol=2e-6)


def test_what_is_not_measured_has_no_normal_and_does_not_disturb():
    depth, exact = seen(Plane(unit(0.3, 0.2, -0.8), 2.0))
    holes = np.random.default_rng(0).random(SIZE) < 0.3
    for mark in (0, np.nan, np.inf, -1):
        found = normals_from_depth(np.where(holes, mark, depth), CAMERA, 2)
        assert not found[holes].any()
        assert found[~holes].any(axis=-1).mean() > 0.99
        assert angles(found, exact).max() < 0.01


def test_too_few_or_points_on_a_line_give_none():
    depth = np.full(SIZE, 2.0)
    one, line = np.zeros(SIZE), np.zeros(SIZE)
    one[20, 20], line[20] = 2, 2
    assert not normals_from_depth(np.zeros(SIZE), CAMERA, 1).any()
    assert not normals_from_depth(one, CAMERA, 1).any()
    assert not normals_from_depth(
        line, CAMERA, 1
    ).any()  # a third of each window, but no plane is told from another
    assert normals_from_depth(depth, CAMERA, 1).any(axis=-1).all()


def test_a_jump_gives_none():
    depth = np.full(SIZE, 2.0)
    depth[:, 30:] = 3.0
    found = normals_from_depth(depth, CAMERA, 2).any(axis=-1)
    assert not found[:, 28:32].any()
    assert found[:, :28].all()
    assert found[:, 32:].all()


def test_unit_of_depth_does_not_matter():
    depth = drawing(0, 2, SIZE)["depth"]
    np.testing.assert_allclose(
        normals_from_depth(depth, CAMERA, 2), normals_from_depth(1000 * depth, CAMERA, 2), atol=1e-5
    )


def test_a_resized_camera_sees_the_same():
    small, large = (drawing(0, 3, size)["depth"] for size in (SIZE, (96, 128)))
    found = normals_from_depth(large, CAMERA.resized(2, 2), 1)
    exact = drawing(0, 3, (96, 128))["normals"]
    assert np.median(angles(found, exact)) < 0.1
    assert (
        np.median(angles(normals_from_depth(small, CAMERA, 1), drawing(0, 3, SIZE)["normals"]))
        < 0.1
    )
