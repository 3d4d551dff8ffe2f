"""The scene that Mitsuba renders and the geometry that labels are taken from, on rooms of boxes."""

import numpy as np
import pytest

from mtal.rooms.camera import Camera
from mtal.rooms.scene_object import Lit, SceneObject
from mtal.rooms.shapes import box, plain, quad
from mtal.rooms.shell import Finish, Opening, Shell, build
from mtal.rooms.textures import plaster

pytest.importorskip("mitsuba")
from mtal.rooms.render import Stage, linear

SIZE = (24, 32)


@pytest.fixture(scope="module")
def stage() -> Stage:
    rng = np.random.default_rng(0)
    cover = plaster(rng, (0.7, 0.7, 0.7))
    finish = Finish(
        (cover, 1.0), 1.0, ((cover, 1.0),) * 4, cover, (0.9, 0.9, 0.9), None, 0.0, (0.6, 0.4, 0.3)
    )
    shell = Shell(
        4.0,
        5.0,
        2.5,
        (Opening("window", 2, 1.0, 1.5, 0.9, 1.2), Opening("door", 1, 0.5, 0.9, 0.0, 2.0)),
    )
    crate = SceneObject("object", (plain(box((2.2, 0, 3), (3.0, 0.9, 3.6)), (0.8, 0.2, 0.2)),))
    return Stage([*build(shell, finish, [cover], (4.0, 4.0, 4.0)), crate])


@pytest.fixture(scope="module")
def camera() -> Camera:
    return Camera(np.array([1.2, 1.4, 0.6]), 0.25, -0.2)


def test_depth_is_along_the_axis(stage):
    straight = stage.look(Camera(np.array([2.0, 1.2, 1.0]), np.pi, 0.0), SIZE)
    assert straight.depth[6:18] == pytest.approx(1.0, abs=1e-4)  # the wall z = 0, all over
    assert straight.normals[12, 16] == pytest.approx([0, 0, -1], abs=1e-5)


def test_right_is_right_and_down_is_down(stage):
    view = stage.look(Camera(np.array([2.0, 1.2, 2.5]), np.pi, 0.0), (64, 64))
    assert view.normals[-1, 32] == pytest.approx(
        [0, -1, 0], abs=1e-5
    )  # the floor looks up, y runs down
    right = stage.look(Camera(np.array([0.5, 1.2, 2.5]), 0.0, 0.0), (64, 64)).normals[32, -1]
    assert right == pytest.approx(
        [-1, 0, 0], abs=1e-5
    )  # along +z the wall x = 0 is to the right, and looks left


def test_normals_are_unit_and_face_the_camera(stage, camera):
    view, rays = stage.look(camera, SIZE), camera.turned(camera.rays(SIZE))
    normals = view.normals.reshape(-1, 3)
    assert np.linalg.norm(normals, axis=1) == pytest.approx(1, abs=1e-5)
    assert ((normals * rays).sum(axis=1) < 0).all()


def test_normals_agree_with_depth(stage, camera):
    view = stage.look(camera, (60, 80))
    points = (camera.turned(camera.rays((60, 80))) * view.depth.reshape(-1, 1)).reshape(60, 80, 3)
    across = np.cross(points[1:, :-1] - points[:-1, :-1], points[:-1, 1:] - points[:-1, :-1])
    across /= np.linalg.norm(across, axis=-1, keepdims=True)
    cosine = (across * view.normals[:-1, :-1]).sum(axis=-1).clip(-1, 1)
    assert np.median(np.degrees(np.arccos(cosine))) < 1


def test_every_pixel_sees_something(stage, camera):
    view = stage.look(camera, SIZE)
    assert (view.owner >= 0).all()
    assert (view.depth > 0).all()


def test_labels_and_picture_show_the_same(stage, camera):
    view, picture = stage.look(camera, SIZE), stage.photograph(camera, SIZE, 16, 0)
    crate = view.owner == view.owner.max()
    assert crate.sum() > 10
    red = picture[..., 0] / picture.sum(axis=-1)
    assert red[crate].mean() > red[~crate].mean() + 0.2


def test_albedo_is_what_the_surface_is_made_of(stage, camera):
    view, albedo = stage.look(camera, SIZE), stage.albedo(camera, SIZE)
    inner = view.owner == view.owner.max()
    inner[1:-1, 1:-1] &= inner[2:, 1:-1] & inner[:-2, 1:-1] & inner[1:-1, 2:] & inner[1:-1, :-2]
    assert np.median(albedo[inner], axis=0) == pytest.approx(
        linear(np.array([204, 51, 51])), abs=0.01
    )


def test_same_seed_same_picture(stage, camera):
    first, second, other = (stage.photograph(camera, (8, 8), 2, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_a_lamp_shines_on_what_it_faces():
    floor = SceneObject("floor", (plain(quad((-2, 0, 2), (4, 0, 0), (0, 0, -4)), (0.8, 0.8, 0.8)),))
    lamp = SceneObject("lamp", (), (Lit(quad((-1, 2, -1), (2, 0, 0), (0, 0, 2)), (5.0, 5.0, 5.0)),))
    camera = Camera(np.array([0.0, 1.5, 0.0]), 0.0, -1.5)
    lit, dark = (
        Stage(scene_objects).photograph(camera, (8, 8), 8, 0).mean()
        for scene_objects in ([floor, lamp], [floor])
    )
    assert lit > 0.5
    assert dark == 0
