"""Normals from depth against exact normals of drawn bodies, and against a slow twin.

The twin fits every window by itself.
"""

import numpy as np
import pytest

from mtal.datasets.readers.depth_normals import MAX_ERROR, MIN_MEASURED, Camera, normals_from_depth
from mtal.datasets.synthetic.raycast import FOCAL, Ball, Plane, render_view
from mtal.datasets.synthetic.shapes import draw_sample
from mtal.tasks.normals import normals

SIZE = (48, 64)
CAMERA = Camera(FOCAL * 64, FOCAL * 64, 32, 24)  # that of the ray caster at this size


def unit(*vector):
    return np.array(vector) / np.linalg.norm(vector)


def angles(computed, exact):
    """Degrees between unit vectors, where a normal was computed."""
    valid = computed.any(axis=-1)
    apart, together = (
        np.linalg.norm(pair[valid], axis=-1) for pair in (computed - exact, computed + exact)
    )
    return np.degrees(2 * np.arctan2(apart, together))


def seen(*bodies, size=SIZE):
    view = render_view(bodies, size)
    return view.depth.reshape(size), view.normals.T.reshape(*size, 3)


@pytest.mark.parametrize(
    "normal", [unit(0, 0, -1), unit(0.6, 0, -0.8), unit(0, -0.95, -0.2), unit(-0.3, 0.5, -0.7)]
)
@pytest.mark.parametrize("radius", [1, 3])
def test_planes_are_exact_at_any_slant_up_to_the_border(normal, radius):
    depth, exact = seen(Plane(normal, 2.0), Plane(unit(0, 0, -1), 500.0))
    near = depth < 100  # behind the plane's horizon there is only the far wall
    computed = normals_from_depth(np.where(near, depth, 0), CAMERA, radius)
    assert computed.dtype == np.float32
    assert computed[near].any(axis=-1).mean() > 0.95
    assert angles(computed, exact).max() < 0.01


def test_a_ball_is_nearly_right():
    depth, exact = seen(
        Ball(np.array([0.1, -0.1, 2.0]), 0.8 * np.eye(3)), Plane(unit(0, 0, -1), 50.0)
    )
    ball = depth < 10
    computed = normals_from_depth(np.where(ball, depth, 0), CAMERA, 1)
    assert np.median(angles(computed, exact)) < 0.5
    assert (computed[ball].any(axis=-1)).mean() > 0.8


def test_rooms_are_right_but_along_edges():
    for index in range(4):
        drawn = draw_sample(0, index, (120, 160))
        computed = normals_from_depth(drawn["depth"], Camera(FOCAL * 160, FOCAL * 160, 80, 60), 2)
        off = angles(computed, drawn["normals"])
        assert np.median(off) < 0.1
        assert np.percentile(off, 75) < 1
        assert computed.any(axis=-1).mean() > 0.8
        assert normals(weight=1).problem(computed) == ""


def test_visible_surfaces_look_at_the_camera():
    drawn = draw_sample(0, 0, (60, 80))
    computed = normals_from_depth(drawn["depth"], Camera(FOCAL * 80, FOCAL * 80, 40, 30), 1)
    y, x = np.mgrid[:60, :80] + 0.5
    rays = np.stack([(x - 40) / (FOCAL * 80), (y - 30) / (FOCAL * 80), np.ones_like(x)], axis=-1)
    towards = (computed * rays).sum(axis=-1)[computed.any(axis=-1)]
    assert (towards < 0).all()


def slow_normals(depth, camera, radius):
    """The definition: for every pixel, np.linalg.lstsq over the measured pixels of its window."""
    height, width = depth.shape
    computed = np.zeros((height, width, 3))
    for row in range(height):
        for column in range(width):
            rows, columns = (
                np.arange(max(0, at - radius), min(end, at + radius + 1))
                for at, end in ((row, height), (column, width))
            )
            v, u = (grid.ravel() for grid in np.meshgrid(rows, columns, indexing="ij"))
            z = depth[v, u]
            if not depth[row, column] > 0 or (z > 0).sum() < MIN_MEASURED * (2 * radius + 1) ** 2:
                continue
            x, y, w = (
                (u[z > 0] + 0.5 - camera.cx) / camera.fx,
                (v[z > 0] + 0.5 - camera.cy) / camera.fy,
                1 / z[z > 0],
            )
            matrix = np.stack([x, y, np.ones_like(x)], axis=1)
            plane = np.linalg.lstsq(matrix, w, rcond=None)[0]
            if np.sqrt(np.mean((matrix @ plane - w) ** 2)) <= MAX_ERROR * w.mean():
                computed[row, column] = -plane / np.linalg.norm(plane)
    return computed


def test_agrees_with_fitting_each_window_by_itself():
    rng = np.random.default_rng(0)
    depth = draw_sample(0, 1, (24, 32))["depth"].astype(np.float64)
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
        computed = normals_from_depth(np.where(holes, mark, depth), CAMERA, 2)
        assert not computed[holes].any()
        assert computed[~holes].any(axis=-1).mean() > 0.99
        assert angles(computed, exact).max() < 0.01


def test_too_few_or_points_on_a_line_give_none():
    depth = np.full(SIZE, 2.0)
    point, line = np.zeros(SIZE), np.zeros(SIZE)
    point[20, 20], line[20] = 2, 2
    assert not normals_from_depth(np.zeros(SIZE), CAMERA, 1).any()
    assert not normals_from_depth(point, CAMERA, 1).any()
    # A line is a third of each window, but many planes fit it.
    assert not normals_from_depth(line, CAMERA, 1).any()
    assert normals_from_depth(depth, CAMERA, 1).any(axis=-1).all()


def test_a_jump_gives_none():
    depth = np.full(SIZE, 2.0)
    depth[:, 30:] = 3.0
    computed = normals_from_depth(depth, CAMERA, 2).any(axis=-1)
    assert not computed[:, 28:32].any()
    assert computed[:, :28].all()
    assert computed[:, 32:].all()


def test_unit_of_depth_does_not_matter():
    depth = draw_sample(0, 2, SIZE)["depth"]
    np.testing.assert_allclose(
        normals_from_depth(depth, CAMERA, 2), normals_from_depth(1000 * depth, CAMERA, 2), atol=1e-5
    )


def test_a_resized_camera_sees_the_same():
    small, large = (draw_sample(0, 3, size)["depth"] for size in (SIZE, (96, 128)))
    computed = normals_from_depth(large, CAMERA.resized(2, 2), 1)
    exact = draw_sample(0, 3, (96, 128))["normals"]
    assert np.median(angles(computed, exact)) < 0.1
    exact_small = draw_sample(0, 3, SIZE)["normals"]
    assert np.median(angles(normals_from_depth(small, CAMERA, 1), exact_small)) < 0.1
