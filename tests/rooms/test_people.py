"""People have the height, the position and the parts of people, in every pose."""

import numpy as np
import pytest

pytest.importorskip("anny", reason="people need the package anny (pip install anny)")

from mtal.config import ConfigError
from mtal.rooms.body import BODY, GROWN, grown_to, part_of, rig, stature
from mtal.rooms.outfit import outfit
from mtal.rooms.people import PARTS, POSES, RARE_POSES, SEAT_HEIGHT_M, SEATED_POSES, make_person
from mtal.rooms.person import draw_person
from mtal.rooms.poses import TABLE

HEAD, TORSO, UPPER_ARMS, LOWER_ARMS, UPPER_LEGS, LOWER_LEGS = range(1, 7)
LYING = "lying"
STANDING = (
    "standing",
    "easy",
    "walking",
    "reaching",
    "arms_crossed",
    "hands_on_hips",
    "phone",
    "calling",
    "carrying",
    "pointing",
)


def person(pose: str, seed: int = 0):
    return make_person(np.random.default_rng([seed, 7]), pose)


def points(surfaces, part=None) -> np.ndarray:
    return np.concatenate(
        [surface.mesh.vertices for surface in surfaces if part in (None, surface.part)]
    )


def areas(mesh) -> np.ndarray:
    a, b, c = (mesh.vertices[mesh.faces[:, corner]].astype(float) for corner in range(3))
    return np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2


def test_the_same_generator_makes_the_same_person():
    first, again, other = person("walking"), person("walking"), person("walking", seed=1)
    assert [surface.colour for surface in first] == [surface.colour for surface in again]
    assert all(
        (surface.mesh.vertices == repeated.mesh.vertices).all()
        for surface, repeated in zip(first, again, strict=True)
    )
    assert points(first).shape != points(other).shape or not np.allclose(
        points(first), points(other)
    )


@pytest.mark.parametrize("pose", POSES)
def test_every_pose_makes_sound_surfaces_of_all_six_parts(pose):
    surfaces = person(pose)
    assert {surface.part for surface in surfaces} == set(range(1, 7))
    for surface in surfaces:
        mesh = surface.mesh
        assert mesh.vertices.dtype == np.float32
        assert mesh.faces.dtype == np.int32
        assert np.isfinite(mesh.vertices).all()
        assert set(np.unique(mesh.faces)) == set(range(len(mesh.vertices)))
        assert (areas(mesh) > 0).all()
        assert (surface.texture is None) == (mesh.uv is None)
        assert mesh.uv is None or (
            mesh.uv.shape == (len(mesh.vertices), 2) and np.isfinite(mesh.uv).all()
        )
        assert all(0 <= share <= 1 for share in surface.colour)


@pytest.mark.parametrize("pose", STANDING)
@pytest.mark.parametrize("seed", range(3))
def test_who_stands_is_as_tall_as_people_are_and_on_the_floor(pose, seed):
    surfaces = person(pose, seed)
    y = points(surfaces)[:, 1]
    assert 0 <= y.min() < 0.003
    assert 0.9 < points(surfaces, HEAD)[:, 1].max() < 2.15
    level = [points(surfaces, part)[:, 1].mean() for part in (HEAD, TORSO, UPPER_LEGS, LOWER_LEGS)]
    assert level == sorted(level, reverse=True)
    assert np.abs(points(surfaces, TORSO)[:, [0, 2]].mean(axis=0)).max() < 0.2


@pytest.mark.parametrize("pose", SEATED_POSES)
@pytest.mark.parametrize("seed", range(4))
def test_who_sits_touches_the_seat_and_does_not_sink_below_the_floor(pose, seed):
    surfaces = person(pose, seed)
    assert points(surfaces)[:, 1].min() >= 0
    thighs = np.concatenate([points(surfaces, TORSO), points(surfaces, UPPER_LEGS)])
    over_seat = thighs[np.abs(thighs[:, 2]) < 0.15]
    assert SEAT_HEIGHT_M - 0.06 < over_seat[:, 1].min() < SEAT_HEIGHT_M + 0.02
    assert points(surfaces, LOWER_LEGS)[:, 2].mean() > points(surfaces, TORSO)[:, 2].mean() + 0.15


def test_who_lies_lies_on_the_back_with_the_feet_ahead():
    surfaces = person(LYING)
    assert 0 <= points(surfaces)[:, 1].min() < 0.003
    assert points(surfaces)[:, 1].max() < 0.7
    assert (
        points(surfaces, HEAD)[:, 2].max()
        < points(surfaces, TORSO)[:, 2].mean()
        < points(surfaces, LOWER_LEGS)[:, 2].min()
    )


def test_parts_are_the_same_left_and_right():
    """Mirrored vertices of the base mesh belong to the same part; its sides are laid out alike."""
    body = rig()
    skin, owner = body.vertices[BODY], body.parts[BODY].argmax(axis=1)
    order, mirrored = (np.lexsort(np.round(skin * signs, 4).T) for signs in ((1, 1, 1), (-1, 1, 1)))
    same = np.abs(skin[order] - skin[mirrored] * (-1, 1, 1)).max(axis=1) < 2e-4
    assert same.mean() > 0.9
    assert (owner[order] == owner[mirrored])[same].mean() > 0.995
    for bone in body.bones:
        assert part_of(bone) == part_of(bone[:-1] + {"L": "R", "R": "L"}.get(bone[-1], bone[-1]))


def test_parts_have_the_shares_of_a_body():
    """Of the skin's area: the torso most, the head least or nearly so."""
    body = rig()
    faces = body.faces["skin"]
    a, b, c = (body.vertices[faces[:, corner]] for corner in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    owner = body.parts[faces].sum(axis=1).argmax(axis=1)
    share = np.bincount(owner, area, minlength=len(PARTS)) / area.sum()
    assert share[0] == 0
    assert share[TORSO] == share.max()
    assert (share[1:] > 0.04).all()


def test_the_height_asked_for_is_the_height_got():
    heavy = {"age": 0.9, "gender": 0.0, "weight": 0.8}
    for height, build in ((1.2, {"age": 0.4}), (1.6, {"age": 0.7, "gender": 1.0}), (1.9, heavy)):
        assert stature(grown_to(height, build)[0]) == pytest.approx(height, abs=0.01)


@pytest.mark.parametrize("seed", range(16))
def test_nobody_is_bare_from_the_chest_to_the_thighs(seed):
    """Bare skin is at the neck only, and on legs below the middle of the thighs."""
    surfaces = person("standing", seed)
    skin = next(
        surface.colour
        for surface in surfaces
        if surface.part == LOWER_ARMS and surface.texture is None
    )
    bare = [surface for surface in surfaces if surface.texture is None and surface.colour == skin]
    tall = points(surfaces)[:, 1].max()
    assert points(bare, TORSO)[:, 1].min() > 0.66 * tall
    legs = [surface for surface in bare if surface.part == UPPER_LEGS]
    assert not legs or points(legs)[:, 1].max() < 0.43 * tall


@pytest.mark.parametrize("pose", POSES)
def test_clothes_are_what_the_garments_say_whatever_the_pose(pose):
    worn = outfit(draw_person(np.random.default_rng(3)), pose, np.random.default_rng(4))
    assert len(worn) >= 3
    assert not TABLE[pose].rare or all(item.garment.helper == "tights" for item in worn)


def test_people_differ():
    everybody = [draw_person(np.random.default_rng(seed)) for seed in range(200)]
    heights = np.array([person.height_m for person in everybody])
    assert 15 < sum(person.child for person in everybody) < 60
    assert 15 < sum(person.old for person in everybody) < 60
    assert 70 < sum(person.woman for person in everybody) < 130
    assert heights.max() < 2.1
    assert heights.min() > 0.95
    assert heights.std() > 0.1
    assert not any(person.old and person.child for person in everybody)


def test_rare_poses_are_some_of_the_poses():
    assert len(POSES) >= 12
    assert 0 < len(RARE_POSES) < len(POSES)
    assert set(RARE_POSES) | set(SEATED_POSES) < set(POSES)


def test_an_unknown_pose_is_refused_with_the_names_of_those_there_are():
    with pytest.raises(ConfigError, match=r"'flying'.*standing.*sitting"):
        person("flying")


def test_the_average_adult_is_of_average_height():
    assert stature(grown_to(1.7, GROWN)[0]) == pytest.approx(1.7, abs=0.01)
    assert stature(rig().vertices) == pytest.approx(1.7, abs=0.06)
