"""Pose a body: turn its bones, and move every vertex with them (linear blend skinning).

Every bone of a limb turns by the least rotation that gives its direction, so that elbows and knees
do not twist. V vertices, B bones.
"""

from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation

from mtal.rooms.body import BODY, Rig
from mtal.rooms.poses import BED, CLOTH_M, SEAT, SEAT_HEIGHT_M, SOLE_M, Pose


def pose_body(rig: Rig, vertices: np.ndarray, heads: np.ndarray, pose: Pose) -> np.ndarray:
    """Return the vertices (V, 3) of a posed body, on y = 0 with the hips over the origin.

    y = 0 is the floor, or what a lying person lies on, whose middle is over the origin. vertices
    (V, 3) and joints heads (B, 3) are those of the rest pose.
    """
    if pose.on == SEAT:
        return _seated(rig, vertices, heads, pose)
    points = skinned(rig, vertices, heads, pose)
    if pose.on == BED:
        points = np.stack([points[:, 0], points[:, 2], -points[:, 1]], axis=1)
        body, lift = points[BODY], CLOTH_M
        middle = (body.min(axis=0) + body.max(axis=0)) / 2
    else:
        body, lift = points[BODY], SOLE_M
        middle = points[_hips(rig)].mean(axis=0)
    return points - np.array([middle[0], body[:, 1].min() - lift, middle[2]])


def _seated(rig: Rig, vertices: np.ndarray, heads: np.ndarray, pose: Pose) -> np.ndarray:
    """Return a body that sits; shins tilt until the feet are on the floor, or hang above it."""
    points = _on_seat(rig, skinned(rig, vertices, heads, pose))
    shin = float(np.linalg.norm(heads[rig.bones["foot.L"]] - heads[rig.bones["lowerleg01.L"]]))
    below = SOLE_M - points[BODY, 1].min()
    if below > 0:
        down = np.clip(1 - below / shin, 0.3, 1)
        legs = [
            replace(leg, lower=(leg.lower[0] * 0.5, -down, np.sqrt(1 - down**2)))
            for leg in pose.legs
        ]
        pose = replace(pose, legs=(legs[0], legs[1]))
    elif below < -0.05:
        pose = replace(pose, toes=(18, 18))
    return _on_seat(rig, skinned(rig, vertices, heads, pose))


def _on_seat(rig: Rig, points: np.ndarray) -> np.ndarray:
    """Move a body (V, 3) so that its buttocks and thighs touch the seat."""
    hips = points[_hips(rig)].mean(axis=0)
    weights = rig.parts[BODY, 2] + rig.parts[BODY, 5] > 0.9
    near = points[BODY][weights & (np.abs(points[BODY, 2] - hips[2]) < 0.2)]
    return points - np.array([hips[0], near[:, 1].min() - SEAT_HEIGHT_M - CLOTH_M, hips[2]])


def _hips(rig: Rig) -> np.ndarray:
    """Return the mask (V,) of the skin around the hip joints, which moves with pelvis and thigh."""
    thighs = rig.parts[:, 5]
    mask = (thighs > 0.3) & (thighs < 0.7)
    mask[BODY.stop :] = False
    return mask


def skinned(rig: Rig, vertices: np.ndarray, heads: np.ndarray, pose: Pose) -> np.ndarray:
    """Return the vertices (V, 3) after linear blend skinning: each follows its bones by weight."""
    turns, starts = _turned(rig, heads, pose)
    shifts = starts - np.einsum("bij,bj->bi", turns, heads)
    matrices = np.concatenate([turns, shifts[:, :, None]], axis=2).reshape(len(turns), 12)
    blended = (rig.weights @ matrices.astype(np.float32)).reshape(-1, 3, 4)
    return np.einsum("vij,vj->vi", blended[:, :, :3], vertices) + blended[:, :, 3]


def _turned(rig: Rig, heads: np.ndarray, pose: Pose) -> tuple[np.ndarray, np.ndarray]:
    """Return the rotation (B, 3, 3) of every bone against the rest pose, and its joint (B, 3)."""
    aims, flat, local = _aims(pose), _feet(pose), _local(rig, heads, pose)
    turns, starts = np.empty((len(heads), 3, 3)), heads.copy()
    for name, bone in rig.bones.items():
        parent = rig.parents[bone]
        carried = turns[parent] if parent >= 0 else np.eye(3)
        if parent >= 0:
            starts[bone] = starts[parent] + carried @ (heads[bone] - heads[parent])
        if name in aims:
            end, towards = aims[name]
            turns[bone] = (
                least_rotation(carried @ (heads[rig.bones[end]] - heads[bone]), towards) @ carried
            )
        else:
            turns[bone] = flat[name] if name in flat else carried @ local.get(name, np.eye(3))
    return turns, starts


def _aims(pose: Pose) -> dict[str, tuple[str, np.ndarray]]:
    """Return for each bone of a limb the bone at whose joint it ends, and its direction (3,)."""
    aims = {}
    for side, sign, arm, leg in (
        ("L", 1, pose.arms[0], pose.legs[0]),
        ("R", -1, pose.arms[1], pose.legs[1]),
    ):
        for start, end, direction in (
            ("upperarm01", "lowerarm01", arm.upper),
            ("lowerarm01", "wrist", arm.lower),
            ("upperleg01", "lowerleg01", leg.upper),
            ("lowerleg01", "foot", leg.lower),
        ):
            aims[f"{start}.{side}"] = (f"{end}.{side}", np.array(direction) * (sign, 1, 1))
    return aims


def _feet(pose: Pose) -> dict[str, np.ndarray]:
    """Return the rotations of the feet, which do not follow the legs, so that soles are level."""
    return {
        f"foot.{side}": Rotation.from_euler("YX", [sign * 6, toes], degrees=True).as_matrix()
        for side, sign, toes in (("L", 1, pose.toes[0]), ("R", -1, pose.toes[1]))
    }


def _local(rig: Rig, heads: np.ndarray, pose: Pose) -> dict[str, np.ndarray]:
    """Return the rotations of the other bones against their parents, in the rest pose's axes."""

    def about(*degrees: float) -> np.ndarray:
        return Rotation.from_euler("YX", degrees, degrees=True).as_matrix()

    local = {"root": about(0, pose.lean)}
    local |= {f"spine0{number}": about(pose.twist / 5, pose.curl / 5) for number in range(1, 6)}
    local |= {
        name: about(pose.turn / 4, pose.nod / 4) for name in ("neck01", "neck02", "neck03", "head")
    }
    for side in "LR":
        across = heads[rig.bones[f"finger2-1.{side}"]] - heads[rig.bones[f"finger5-1.{side}"]]
        bend = np.deg2rad(pose.fingers) * across / np.linalg.norm(across)
        if side == "R":
            bend = -bend
        local |= {
            f"finger{finger}-{joint}.{side}": Rotation.from_rotvec(bend).as_matrix()
            for finger in range(2, 6)
            for joint in (1, 2, 3)
        }
    return local


def least_rotation(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return the smallest rotation (3, 3) that turns one direction into another (Rodrigues)."""
    start, end = start / np.linalg.norm(start), end / np.linalg.norm(end)
    axis, cosine = np.cross(start, end), float(start @ end)
    length = np.linalg.norm(axis)
    if length < 1e-9 and cosine > 0:
        return np.eye(3)
    if length < 1e-9:
        aside = np.cross(start, np.eye(3)[np.abs(start).argmin()])
        return Rotation.from_rotvec(np.pi * aside / np.linalg.norm(aside)).as_matrix()
    return Rotation.from_rotvec(axis / length * np.arctan2(length, cosine)).as_matrix()
