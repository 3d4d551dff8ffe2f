"""The drawn images are always the same, and their labels are exact and agree with each other."""

import numpy as np
import pytest

from mtal.config import Config, ConfigError
from mtal.datasets.synthetic.raycast import Ball, Block, Plane, rays_of, render_view
from mtal.datasets.synthetic.scenes import CLASSES, FLOOR, LAMP, PERSON, WALL
from mtal.datasets.synthetic.shapes import DRAWN, DrawnSplit, draw_sample, parse_counts

SIZE = (48, 64)
SOME = range(24)


def config(data="", size=SIZE, tasks=("depth",)):
    return Config(dataset="drawn", data=data, size=size, tasks=tasks)


def test_same_index_same_drawing_whatever_the_counts():
    many, few = (DRAWN.load(config(data)).pool for data in ("50+7", "8+2"))
    for index in (0, 7):
        first = many.image(index)
        draw_sample.cache_clear()
        np.testing.assert_array_equal(first, few.image(index))
    assert (len(many.ids), len(few.ids)) == (50, 8)


def test_all_images_differ_also_between_the_splits():
    dataset = DRAWN.load(config("24+24"))
    images = {
        split.image(index).tobytes()
        for split in (dataset.pool, dataset.validation)
        for index in SOME
    }
    assert len(images) == 48


@pytest.mark.parametrize("size", [(16, 16), (17, 31), (61, 20)])
def test_any_size_will_do(size):
    made = draw_sample(0, 1, size)
    assert made["image"].shape == made["normals"].shape == (*size, 3)
    assert {
        made[name].shape for name in ("semseg", "depth", "edge", "saliency", "human_parts")
    } == {size}


@pytest.mark.parametrize(
    ("data", "pool", "validation"), [("", 60, 20), ("48+16", 48, 16), (" 5 + 3 ", 5, 3)]
)
def test_counts(data, pool, validation):
    assert parse_counts(data) == (pool, validation)


@pytest.mark.parametrize(
    "data", ["48", "0+4", "4+0", "-1+4", "a+b", "1+2+3", "999999+1", "/some/folder"]
)
def test_counts_that_make_no_sense(data):
    with pytest.raises(ConfigError, match=r"pool\+validation"):
        DRAWN.load(config(data))


def test_says_openly_that_it_is_drawn():
    dataset = DRAWN.load(config())
    assert "trials only" in dataset.note


class TestLabelsAgree:
    @pytest.fixture(params=SOME)
    def made(self, request):
        return draw_sample(0, request.param, SIZE)

    def test_normals_are_unit_vectors_that_face_the_camera(self, made):
        normals = made["normals"].reshape(-1, 3).T
        np.testing.assert_allclose(np.linalg.norm(normals, axis=0), 1, atol=1e-5)
        assert ((normals * rays_of(SIZE)).sum(axis=0) < 1e-4).all()

    def test_depth_is_positive_and_within_the_room(self, made):
        assert 0.5 < made["depth"].min() < made["depth"].max() < 15

    def test_normals_are_perpendicular_to_the_flat_surfaces_that_the_depth_shows(self, made):
        points = (rays_of(SIZE) * made["depth"].reshape(-1)).reshape(3, *SIZE).transpose(1, 2, 0)
        right, down = points[:-1, 1:] - points[:-1, :-1], points[1:, :-1] - points[:-1, :-1]
        flat = np.isin(made["semseg"], (WALL, FLOOR))[:-1, :-1] & (made["edge"][:-1, :-1] == 0)
        normal = made["normals"][:-1, :-1]
        for step in (right, down):
            across = (step * normal).sum(axis=-1) / np.linalg.norm(step, axis=-1)
            assert np.abs(across[flat]).max() < 1e-3

    def test_edges_are_where_the_class_changes(self, made):
        kind, edge = made["semseg"], made["edge"]
        for row in range(SIZE[0] - 1):
            for column in range(SIZE[1] - 1):
                if (
                    kind[row, column] != kind[row, column + 1]
                    or kind[row, column] != kind[row + 1, column]
                ):
                    assert edge[row, column] == 1
        assert 0 < edge.mean() < 0.3

    def test_parts_lie_on_people_and_cover_them(self, made):
        person = made["semseg"] == PERSON
        if person.any():
            np.testing.assert_array_equal(made["human_parts"] > 0, person)
            assert made["human_parts"].max() <= 6
        else:
            assert (made["human_parts"] == 255).all()

    def test_salient_is_one_foreground_object(self, made):
        kinds = set(np.unique(made["semseg"][made["saliency"] == 1]))
        assert len(kinds) == 1
        assert not kinds & {WALL, FLOOR}


def test_common_and_rare_scenes():
    seen = [
        {int(kind) for kind in np.unique(draw_sample(0, index, (32, 32))["semseg"])}
        for index in range(120)
    ]
    share = {kind: sum(kind in kinds for kinds in seen) / len(seen) for kind in range(len(CLASSES))}
    assert all(0.02 < value <= 1 for value in share.values())
    assert share[LAMP] < share[PERSON] < 0.6
    assert share[WALL] > 0.9 < share[FLOOR]


def test_salient_object_is_the_largest():
    for index in SOME:
        made = draw_sample(0, index, SIZE)
        size = made["saliency"].sum()
        assert all(
            (made["semseg"] == kind).sum() >= size
            for kind in np.unique(made["semseg"][made["saliency"] == 1])
        )
        assert size > 0


class TestRaycast:
    """Against closed formulas and against marching along the rays in small steps."""

    @pytest.mark.parametrize(
        "body",
        [
            Plane(np.array([0.0, -0.8, -0.6]), 1.5),
            Ball(
                np.array([0.2, -0.1, 3.0]), np.array([[0.5, 0.1, 0], [0, 0.4, 0.2], [0.1, 0, 0.7]])
            ),
            Block(
                np.array([-0.2, 0.3, 3.0]), np.array([[0.5, 0.1, 0.3], [0, 0.4, 0], [-0.3, 0, 0.5]])
            ),
        ],
        ids=lambda body: type(body).__name__,
    )
    def test_depth_equals_small_steps(self, body):
        size, step = (9, 11), 2e-3
        rays, depth = rays_of(size), body.depth(rays_of(size))
        t = np.arange(step, 8, step)
        for number in range(rays.shape[1]):
            inside = self.is_inside(body, rays[:, number, None] * t)
            expected = t[inside.argmax()] if inside.any() else np.inf
            assert (depth[number] > 8 and expected == np.inf) or abs(
                depth[number] - expected
            ) < 2 * step

    def is_inside(self, body, points):
        if isinstance(body, Plane):
            return body.normal @ points < -body.distance
        local = np.linalg.solve(body.axes, points - body.centre[:, None])
        return (
            (local**2).sum(axis=0) < 1 if isinstance(body, Ball) else np.abs(local).max(axis=0) < 1
        )

    def test_normal_of_a_round_ball_points_from_its_centre(self):
        ball = Ball(np.array([0.0, 0.2, 3.0]), 0.8 * np.eye(3))
        wall = Plane(np.array([0.0, 0.0, -1.0]), 5.0)
        view = render_view([wall, ball], (16, 16))
        points = rays_of((16, 16)) * view.depth
        on = view.body_index == 1
        np.testing.assert_allclose(
            view.normals[:, on], (points[:, on] - [[0], [0.2], [3.0]]) / 0.8, atol=1e-9
        )
        np.testing.assert_allclose(points[2, ~on], 5.0)

    def test_moving_a_body_moves_what_is_seen(self):
        turn = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
        turn *= np.linalg.det(turn)
        shift = np.array([0.1, 0.2, -0.3])
        for body in (
            Ball(np.array([0.2, 0.0, 3.0]), np.diag([0.5, 0.2, 0.4])),
            Block(np.array([0.2, 0.0, 3.0]), np.eye(3) / 3),
            Plane(np.array([0.0, -0.6, -0.8]), 2.0),
        ):
            rays = rays_of((8, 8))
            hit = np.isfinite(body.depth(rays))
            points = (rays * body.depth(rays))[:, hit]
            moved_points = turn @ (points + shift[:, None])
            np.testing.assert_allclose(
                body.moved(turn, shift).normals(moved_points),
                turn @ body.normals(points),
                atol=1e-9,
            )
            if not isinstance(body, Plane):  # whose texture is laid out anew
                np.testing.assert_allclose(
                    body.moved(turn, shift).local(moved_points), body.local(points), atol=1e-9
                )


def test_images_carry_the_labels_a_network_could_learn():
    """The mean colours of the classes differ, so single pixels already beat guessing."""
    split = DrawnSplit(tuple(map(str, SOME)), 0, SIZE)
    pixels = np.concatenate([split.image(index).reshape(-1, 3) for index in SOME]).astype(float)
    kinds = np.concatenate([draw_sample(0, index, SIZE)["semseg"].ravel() for index in SOME])
    means = np.stack([pixels[kinds == kind].mean(axis=0) for kind in range(len(CLASSES))])
    gaps = np.linalg.norm(means[:, None] - means, axis=-1)[~np.eye(len(CLASSES), dtype=bool)]
    assert gaps.min() > 5
