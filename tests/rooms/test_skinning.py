"""Posed bodies: their floor and seat, the directions of limbs, and the skinning formula."""

import numpy as np
import pytest

pytest.importorskip("anny", reason="people need the package anny (pip install anny)")

from mtal.rooms import skinning
from mtal.rooms.body import BODY, grown_to, rig
from mtal.rooms.poses import SOLE_M, TABLE
from mtal.rooms.skinning import least_rotation, pose_body, skinned


def test_feet_of_grown_ups_reach_the_floor_from_the_seat_and_those_of_small_children_hang():
    tall, small = (
        grown_to(1.8, {"age": 0.75, "gender": 0.2}),
        grown_to(1.05, {"age": 0.38, "gender": 0.5}),
    )
    lowest = [pose_body(rig(), *body, TABLE["sitting"])[BODY, 1].min() for body in (tall, small)]
    assert lowest[0] == pytest.approx(SOLE_M, abs=0.02)
    assert lowest[1] > 0.08


def test_people_face_ahead():
    """The foot goes further ahead of the ankle than behind it."""
    placed = pose_body(rig(), *grown_to(1.7, {"age": 0.75, "gender": 0.5}), TABLE["standing"])[BODY]
    feet = placed[placed[:, 1] < 0.03]
    ankles = placed[(placed[:, 1] > 0.09) & (placed[:, 1] < 0.11)]
    assert feet[:, 2].max() - ankles[:, 2].mean() > ankles[:, 2].mean() - feet[:, 2].min()


def test_skinning_is_the_sum_over_bones_of_their_moves():
    """Against a loop over vertices and bones, as the formula is written down."""
    body = rig()
    vertices, heads = body.vertices, body.heads
    moved = skinned(body, vertices, heads, TABLE["crouching"])
    turns, starts = skinning._turned(body, heads, TABLE["crouching"])
    for vertex in np.random.default_rng(0).integers(BODY.stop, size=12):
        slow = sum(
            weight * (turns[bone] @ (vertices[vertex] - heads[bone]) + starts[bone])
            for bone, weight in enumerate(body.weights[vertex])
            if weight
        )
        np.testing.assert_allclose(moved[vertex], slow, atol=1e-5)


def test_limbs_point_where_the_pose_says_and_keep_their_length():
    body = rig()
    pose = TABLE["reaching"]
    _, starts = skinning._turned(body, body.heads, pose)
    for side, sign, arm in (("L", 1, pose.arms[0]), ("R", -1, pose.arms[1])):
        shoulder, elbow, wrist = (
            starts[body.bones[f"{name}.{side}"]] for name in ("upperarm01", "lowerarm01", "wrist")
        )
        for direction, asked in ((elbow - shoulder, arm.upper), (wrist - elbow, arm.lower)):
            asked = np.array(asked) * (sign, 1, 1)
            np.testing.assert_allclose(
                direction / np.linalg.norm(direction), asked / np.linalg.norm(asked), atol=1e-6
            )
    before, after = (
        np.array(
            [
                points[bone] - points[parent]
                for bone, parent in enumerate(body.parents)
                if parent >= 0
            ]
        )
        for points in (body.heads, starts)
    )
    np.testing.assert_allclose(
        np.linalg.norm(after, axis=1), np.linalg.norm(before, axis=1), atol=1e-9
    )


def test_the_least_rotation_turns_one_direction_into_another_and_nothing_across():
    rng = np.random.default_rng(0)
    for start, end in rng.normal(size=(20, 2, 3)):
        turn = least_rotation(start, end)
        np.testing.assert_allclose(
            turn @ start / np.linalg.norm(start), end / np.linalg.norm(end), atol=1e-12
        )
        np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)
        across = np.cross(start, end)
        np.testing.assert_allclose(turn @ across, across, atol=1e-12)
    for start in np.eye(3):
        np.testing.assert_allclose(least_rotation(start, -start) @ start, -start, atol=1e-6)
