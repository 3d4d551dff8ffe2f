"""How people stand, sit and lie: directions of their limbs, turned into the place of every vertex.

Limbs are given by where they point, not by angles of joints: (out, up, ahead), out being away from the body's middle. Every
bone turns by the least rotation that gets it there, which keeps elbows and knees from twisting. Our own choice of poses.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from scipy.spatial.transform import Rotation

from mtal.rooms.body import BODY, Rig

SEAT_HEIGHT_M = 0.45  # of the seat that a sitting person touches
SOLE_M = 0.012  # what shoes add below the foot
CLOTH_M = 0.008  # what clothes add below the thighs
Direction = tuple[float, float, float]
FLOOR, SEAT, BED = "floor", "seat", "bed"


@dataclass(frozen=True)
class Limb:
    """Where its two bones point: (out, up, ahead), of any length."""

    upper: Direction
    lower: Direction


@dataclass(frozen=True)
class Pose:
    """Left and right limb; degrees elsewhere, positive to the front, to the left, down with the toes."""

    arms: tuple[Limb, Limb]
    legs: tuple[Limb, Limb]
    on: str = FLOOR
    lean: float = 0.0
    curl: float = 4.0  # of the back, over all its bones
    twist: float = 0.0
    nod: float = 5.0
    turn: float = 0.0
    toes: tuple[float, float] = (0.0, 0.0)
    fingers: float = 18.0
    rare: bool = field(default=False, kw_only=True)


HANGING = Limb((0.16, -1, -0.02), (0.08, -1, 0.22))
STRAIGHT = Limb((0.07, -1, 0.02), (0.05, -1, -0.04))
EASY = Limb((0.16, -1, 0.16), (0.1, -1, -0.12))
THIGH = Limb((0.2, -0.04, 1), (0.05, -1, 0.0))
ON_LAP = Limb((0.14, -1, 0.14), (-0.28, -0.32, 1))
CROSSED = Limb((0.12, -1, 0.2), (-1, 0.12, 0.42))
HOLDING = Limb((0.14, -1, 0.12), (-0.32, 0.35, 1))
CARRYING = Limb((0.14, -1, 0.08), (-0.1, -0.02, 1))
HIP = Limb((0.75, -0.8, -0.35), (-0.62, -0.72, 0.35))
CALL = Limb((0.5, -0.8, 0.5), (-0.42, 1, 0.02))

TABLE: dict[str, Pose] = {
    "standing": Pose((HANGING, HANGING), (STRAIGHT, STRAIGHT)),
    "easy": Pose((HANGING, HIP), (STRAIGHT, EASY), twist=6, turn=14),
    "walking": Pose(
        (Limb((0.14, -1, -0.38), (0.06, -1, -0.1)), Limb((0.14, -1, 0.34), (0.02, -1, 0.75))),
        (Limb((0.04, -1, 0.42), (0.03, -1, 0.08)), Limb((0.04, -1, -0.2), (0.02, -1, -0.62))),
        lean=3,
        toes=(-4, 30),
    ),
    "sitting": Pose((ON_LAP, ON_LAP), (THIGH, THIGH), SEAT, lean=-4, curl=10),
    "leaning_back": Pose(
        (Limb((0.4, -1, 0.1), (0.1, -0.45, 1)), ON_LAP),
        (THIGH, THIGH),
        SEAT,
        lean=-18,
        curl=14,
        nod=14,
    ),
    "reading": Pose((HOLDING, HOLDING), (THIGH, THIGH), SEAT, lean=2, curl=16, nod=24, fingers=35),
    "reaching": Pose(
        (HANGING, Limb((0.18, 0.12, 1), (0.05, 0.3, 1))),
        (STRAIGHT, EASY),
        lean=6,
        twist=10,
        nod=-6,
        fingers=8,
    ),
    "arms_crossed": Pose((CROSSED, Limb((0.12, -1, 0.22), (-1, 0.28, 0.5))), (STRAIGHT, EASY)),
    "hands_on_hips": Pose((HIP, HIP), (Limb((0.16, -1, 0.02), (0.12, -1, -0.04)),) * 2, rare=True),
    "phone": Pose((HANGING, HOLDING), (STRAIGHT, EASY), nod=26, turn=-8, fingers=40),
    "calling": Pose((HANGING, CALL), (EASY, STRAIGHT), turn=10, fingers=45),
    "carrying": Pose((CARRYING, CARRYING), (STRAIGHT, STRAIGHT), lean=-3, fingers=25),
    "pointing": Pose(
        (Limb((0.65, 0.02, 0.8), (0.55, 0.08, 0.8)), HANGING), (STRAIGHT, EASY), turn=25, rare=True
    ),
    "waving": Pose(
        (Limb((1, 0.05, 0.3), (0.25, 1, 0.2)), HANGING), (STRAIGHT, EASY), fingers=4, rare=True
    ),
    "bending": Pose(
        (Limb((0.1, -1, 0.35), (0, -1, 0.25)),) * 2,
        (STRAIGHT, EASY),
        lean=38,
        curl=24,
        nod=-12,
        rare=True,
    ),
    "kneeling": Pose(
        (Limb((0.1, -1, 0.3), (-0.1, -0.5, 1)), Limb((0.15, -1, 0.5), (0, -0.9, 0.6))),
        (Limb((0.15, 0.05, 1), (0, -1, 0.05)), Limb((0.1, -1, 0.05), (0, -0.12, -1))),
        lean=14,
        toes=(0, 70),
        rare=True,
    ),
    "crouching": Pose(
        (Limb((0.25, -0.75, 0.9), (-0.1, -0.5, 1)),) * 2,
        (Limb((0.35, 0.12, 1), (0.02, -1, -0.55)),) * 2,
        lean=26,
        curl=28,
        nod=-18,
        toes=(16, 16),
        rare=True,
    ),
    "lying": Pose(
        (Limb((0.28, -1, -0.02), (-0.02, -1, 0.12)), Limb((0.32, -1, 0.05), (-0.9, -0.3, 0.42))),
        (Limb((0.12, -1, 0), (0.1, -1, 0)), Limb((0.14, -1, 0.06), (0.12, -1, -0.08))),
        BED,
        curl=2,
        nod=12,
        toes=(38, 38),
        rare=True,
    ),
}


def jittered(pose: Pose, rng: np.random.Generator) -> Pose:
    """The pose as another person would take it, with the two sides changed over for every second one."""
    arms = _moved(pose.arms[0], 0.05, rng), _moved(pose.arms[1], 0.05, rng)
    legs = _moved(pose.legs[0], 0.025, rng), _moved(pose.legs[1], 0.025, rng)
    toes, side = pose.toes, 1
    if rng.random() < 0.5:
        arms, legs, toes, side = arms[::-1], legs[::-1], toes[::-1], -1
    return replace(
        pose,
        arms=arms,
        legs=legs,
        toes=toes,
        lean=pose.lean + rng.normal(scale=2),
        curl=pose.curl + rng.normal(scale=4),
        twist=side * pose.twist + rng.normal(scale=4),
        nod=pose.nod + rng.normal(scale=5),
        turn=side * pose.turn + rng.normal(scale=12),
        fingers=max(pose.fingers + rng.normal(scale=6), 0),
    )


def _moved(limb: Limb, by: float, rng: np.random.Generator) -> Limb:
    """Both directions off by `by` of their length."""
    ways = [
        np.array(way) / np.linalg.norm(way) + rng.normal(scale=by, size=3)
        for way in (limb.upper, limb.lower)
    ]
    return Limb(*((float(way[0]), float(way[1]), float(way[2])) for way in ways))


def placed(rig: Rig, vertices: np.ndarray, heads: np.ndarray, pose: Pose) -> np.ndarray:
    """(V, 3) of a person in a pose, with y = 0 as the floor (or what a lying person lies on) and the hips over the origin."""
    points = bent(rig, vertices, heads, pose)
    if pose.on == SEAT:
        return _seated(rig, vertices, heads, pose)
    if pose.on == BED:
        points = np.stack([points[:, 0], points[:, 2], -points[:, 1]], axis=1)
    body = points[BODY]
    lift = CLOTH_M if pose.on == BED else SOLE_M
    middle = (
        (body.min(axis=0) + body.max(axis=0)) / 2
        if pose.on == BED
        else points[_hips(rig)].mean(axis=0)
    )
    return points - np.array([middle[0], body[:, 1].min() - lift, middle[2]])


def _seated(rig: Rig, vertices: np.ndarray, heads: np.ndarray, pose: Pose) -> np.ndarray:
    """Buttocks on the seat; shins tilt until the feet stand on the floor, or hang where they do not reach it."""
    points = _on_seat(rig, bent(rig, vertices, heads, pose))
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
    return _on_seat(rig, bent(rig, vertices, heads, pose))


def _on_seat(rig: Rig, points: np.ndarray) -> np.ndarray:
    hips = points[_hips(rig)].mean(axis=0)
    weights = rig.parts[BODY, 2] + rig.parts[BODY, 5] > 0.9
    near = points[BODY][weights & (np.abs(points[BODY, 2] - hips[2]) < 0.2)]
    return points - np.array([hips[0], near[:, 1].min() - SEAT_HEIGHT_M - CLOTH_M, hips[2]])


def _hips(rig: Rig) -> np.ndarray:
    """(V,) where the skin moves with pelvis and thigh alike, which is around the joints of the hips."""
    thighs = rig.parts[:, 5]
    found = (thighs > 0.3) & (thighs < 0.7)
    found[BODY.stop :] = False
    return found


def bent(rig: Rig, vertices: np.ndarray, heads: np.ndarray, pose: Pose) -> np.ndarray:
    """(V, 3) after linear blend skinning: every vertex follows its bones by their weights."""
    turns, starts = _turned(rig, heads, pose)
    shifts = starts - np.einsum("bij,bj->bi", turns, heads)
    matrices = np.concatenate([turns, shifts[:, :, None]], axis=2).reshape(len(turns), 12)
    blended = (rig.weights @ matrices.astype(np.float32)).reshape(-1, 3, 4)
    return np.einsum("vij,vj->vi", blended[:, :, :3], vertices) + blended[:, :, 3]


def _turned(rig: Rig, heads: np.ndarray, pose: Pose) -> tuple[np.ndarray, np.ndarray]:
    """(B, 3, 3) rotation of every bone against its rest, (B, 3) where it begins now."""
    aims, flat, local = _aims(pose), _feet(pose), _local(rig, heads, pose)
    turns, starts = np.empty((len(heads), 3, 3)), heads.copy()
    for name, bone in rig.bones.items():
        parent = rig.parents[bone]
        carried = turns[parent] if parent >= 0 else np.eye(3)
        if parent >= 0:
            starts[bone] = starts[parent] + carried @ (heads[bone] - heads[parent])
        if name in aims:
            end, towards = aims[name]
            turns[bone] = least(carried @ (heads[rig.bones[end]] - heads[bone]), towards) @ carried
        else:
            turns[bone] = flat[name] if name in flat else carried @ local.get(name, np.eye(3))
    return turns, starts


def _aims(pose: Pose) -> dict[str, tuple[str, np.ndarray]]:
    """Bone -> (the bone at whose beginning it ends, where it shall point)."""
    aims = {}
    for side, sign, arm, leg in (
        ("L", 1, pose.arms[0], pose.legs[0]),
        ("R", -1, pose.arms[1], pose.legs[1]),
    ):
        for start, end, way in (
            ("upperarm01", "lowerarm01", arm.upper),
            ("lowerarm01", "wrist", arm.lower),
            ("upperleg01", "lowerleg01", leg.upper),
            ("lowerleg01", "foot", leg.lower),
        ):
            aims[f"{start}.{side}"] = (f"{end}.{side}", np.array(way) * (sign, 1, 1))
    return aims


def _feet(pose: Pose) -> dict[str, np.ndarray]:
    """Feet keep their own bearing, whatever the leg does, so that soles are level: toes out a little, down if asked."""
    return {
        f"foot.{side}": Rotation.from_euler("YX", [sign * 6, toes], degrees=True).as_matrix()
        for side, sign, toes in (("L", 1, pose.toes[0]), ("R", -1, pose.toes[1]))
    }


def _local(rig: Rig, heads: np.ndarray, pose: Pose) -> dict[str, np.ndarray]:
    """Bone -> turn against its parent, about the axes of the rest pose."""

    def about(*degrees: float) -> np.ndarray:
        return Rotation.from_euler("YX", degrees, degrees=True).as_matrix()

    local = {"root": about(0, pose.lean)}
    local |= {f"spine0{number}": about(pose.twist / 5, pose.curl / 5) for number in range(1, 6)}
    local |= {
        name: about(pose.turn / 4, pose.nod / 4) for name in ("neck01", "neck02", "neck03", "head")
    }
    for side in "LR":
        across = heads[rig.bones[f"finger2-1.{side}"]] - heads[rig.bones[f"finger5-1.{side}"]]
        bend = (
            np.deg2rad(pose.fingers) * across / np.linalg.norm(across) * (1 if side == "L" else -1)
        )
        local |= {
            f"finger{finger}-{joint}.{side}": Rotation.from_rotvec(bend).as_matrix()
            for finger in range(2, 6)
            for joint in (1, 2, 3)
        }
    return local


def least(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The smallest rotation that makes one direction another (Rodrigues)."""
    start, end = start / np.linalg.norm(start), end / np.linalg.norm(end)
    axis, cosine = np.cross(start, end), float(start @ end)
    length = np.linalg.norm(axis)
    if length < 1e-9:
        aside = np.cross(start, np.eye(3)[np.abs(start).argmin()])
        return (
            np.eye(3)
            if cosine > 0
            else Rotation.from_rotvec(np.pi * aside / np.linalg.norm(aside)).as_matrix()
        )
    return Rotation.from_rotvec(axis / length * np.arctan2(length, cosine)).as_matrix()
