"""Poses of people who stand, sit and lie: directions of limbs, and angles of spine and head.

Limbs are given by their directions (out, up, ahead), not by joint angles; out is away from the
middle of the body. The poses are our choice.
"""

from dataclasses import dataclass, field, replace

import numpy as np

SEAT_HEIGHT_M = 0.45  # height of the seat that a sitting person touches
SOLE_M = 0.012  # thickness of shoes below the foot
CLOTH_M = 0.008  # thickness of clothes below the thighs
Direction = tuple[float, float, float]
FLOOR, SEAT, BED = "floor", "seat", "bed"


@dataclass(frozen=True)
class Limb:
    """Directions (out, up, ahead) of the two bones of a limb, of any length."""

    upper: Direction
    lower: Direction


@dataclass(frozen=True)
class Pose:
    """Limbs, left and right, and angles in degrees: positive forwards, to the left, toes down."""

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
    """Vary a pose as people would, and mirror it half of the time."""
    arms = _varied(pose.arms[0], 0.05, rng), _varied(pose.arms[1], 0.05, rng)
    legs = _varied(pose.legs[0], 0.025, rng), _varied(pose.legs[1], 0.025, rng)
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


def _varied(limb: Limb, by: float, rng: np.random.Generator) -> Limb:
    """Return a limb whose unit directions have noise of standard deviation `by`."""
    return Limb(_noisy(limb.upper, by, rng), _noisy(limb.lower, by, rng))


def _noisy(direction: Direction, by: float, rng: np.random.Generator) -> Direction:
    unit = np.array(direction) / np.linalg.norm(direction)
    out, up, ahead = (unit + rng.normal(scale=by, size=3)).tolist()
    return out, up, ahead
