"""Random rooms with balls, boxes, people and lamps: the scenes of the drawn data set.

A scene is built in the room's frame (x right, y down with the floor at y = 0, z forward, metres)
and then moved to the camera's.
"""

import colorsys
from dataclasses import dataclass, replace

import numpy as np

from mtal.datasets.synthetic.raycast import Ball, Block, Body, Plane

WALL, FLOOR, BALL, BOX, PERSON, LAMP = range(6)
CLASSES = ("wall", "floor", "ball", "box", "person", "lamp")
# Parts of a person; 0 is everything else
HEAD, TORSO, UPPER_ARM, LOWER_ARM, UPPER_LEG, LOWER_LEG = range(1, 7)


@dataclass(frozen=True)
class Item:
    """A body with its class and looks."""

    body: Body
    kind: int  # class
    colour: np.ndarray  # (3,) 0..1
    contrast: float = 0.0  # of its checks
    cells: float = 1.0  # checks per unit of its own coordinates
    glow: float = 0.0  # light of its own
    part: int = 0  # of a person
    object_id: int = 0  # shared by the items of one object


@dataclass(frozen=True)
class SceneKind:
    """A kind of scene. Ranges of counts are inclusive."""

    share: float  # of all scenes
    objects: tuple[int, int]  # balls and boxes
    people: tuple[int, int]
    lamps: tuple[int, int]
    light: tuple[float, float]
    max_roll: float  # radians


EVERYDAY = SceneKind(
    0.60, objects=(1, 3), people=(0, 0), lamps=(0, 0), light=(0.8, 1.0), max_roll=0.05
)
WITH_PEOPLE = SceneKind(
    0.25, objects=(0, 2), people=(1, 2), lamps=(0, 0), light=(0.7, 1.0), max_roll=0.05
)
EVENING = SceneKind(
    0.10, objects=(0, 2), people=(0, 1), lamps=(1, 1), light=(0.25, 0.45), max_roll=0.05
)
TILTED_CROWD = SceneKind(
    0.05, objects=(4, 6), people=(1, 2), lamps=(1, 2), light=(0.6, 1.0), max_roll=0.30
)
SCENE_KINDS = (EVERYDAY, WITH_PEOPLE, EVENING, TILTED_CROWD)


@dataclass(frozen=True)
class Scene:
    """Items in the camera's frame, the direction towards the light, and how bright it is."""

    items: tuple[Item, ...]
    towards_light: np.ndarray  # (3,), unit
    light: float


def draw_scene(rng: np.random.Generator) -> Scene:
    """Draw a random scene."""
    kind = SCENE_KINDS[rng.choice(len(SCENE_KINDS), p=[kind.share for kind in SCENE_KINDS])]
    end = rng.uniform(4.5, 6.5)  # metres to the back wall
    ranges = {_ball_or_box: kind.objects, _person: kind.people, _lamp: kind.lamps}
    counts = {make: rng.integers(low, high + 1) for make, (low, high) in ranges.items()}
    objects = [
        make(_floor_position(rng, end), rng) for make, count in counts.items() for _ in range(count)
    ]
    room = _room(rng, end)
    items = room + [
        replace(item, object_id=len(room) + index)
        for index, scene_object in enumerate(objects)
        for item in scene_object
    ]
    turn, height = _camera(rng, kind.max_roll)
    light = np.array([rng.uniform(-0.7, 0.7), -1.0, rng.uniform(-0.9, -0.2)])
    shift = np.array([0, height, 0])
    return Scene(
        tuple(replace(item, body=item.body.moved(turn, shift)) for item in items),
        turn @ light / np.linalg.norm(light),
        rng.uniform(*kind.light),
    )


def _camera(rng: np.random.Generator, max_roll: float) -> tuple[np.ndarray, float]:
    """Rotation from room to camera, (3, 3), which looks a little down, and metres above floor."""
    roll, pitch = rng.uniform(-max_roll, max_roll), rng.uniform(0.08, 0.32)
    return _rotation(2, roll) @ _rotation(0, pitch), rng.uniform(1.2, 1.7)


def _room(rng: np.random.Generator, end: float) -> list[Item]:
    """Floor, back wall and side wall; each is an object of its own."""
    yaw, side = rng.uniform(-0.3, 0.3), rng.choice([-1, 1])
    paint = _shade(rng, hue=(0, 1), saturation=(0.05, 0.3), value=(0.65, 0.95))
    wood = _shade(rng, hue=(0.05, 0.12), saturation=(0.2, 0.6), value=(0.35, 0.7))
    back = np.array([np.sin(yaw), 0, -np.cos(yaw)])
    beside = np.array([-side * np.cos(yaw), 0, -side * np.sin(yaw)])
    contrast, cells = rng.uniform(0.02, 0.15), rng.uniform(0.6, 2.0)
    floor = Plane(np.array([0.0, -1.0, 0.0]), 0.0)
    floor_contrast, floor_cells = rng.uniform(0.1, 0.4), rng.uniform(0.8, 2.0)
    side_wall = Plane(beside, rng.uniform(1.6, 3.5))
    return [
        Item(floor, FLOOR, wood, floor_contrast, floor_cells, object_id=0),
        Item(Plane(back, end), WALL, paint, contrast, cells, object_id=1),
        Item(side_wall, WALL, paint * 0.93, contrast, cells, object_id=2),
    ]


def _floor_position(rng: np.random.Generator, end: float) -> np.ndarray:
    """A point on the floor, (3,), in view and before the back wall."""
    z = rng.uniform(2.0, end - 1.2)
    return np.array([z * rng.uniform(-0.4, 0.4), 0.0, z])


def _ball_or_box(position: np.ndarray, rng: np.random.Generator) -> list[Item]:
    return _ball(position, rng) if rng.random() < 0.5 else _box(position, rng)


def _ball(position: np.ndarray, rng: np.random.Generator) -> list[Item]:
    radius = rng.uniform(0.18, 0.45)
    colour = _shade(rng, hue=(0, 1), saturation=(0.7, 1.0), value=(0.6, 1.0))
    axes = radius * _rotation(1, rng.uniform(0, 6)) @ _rotation(0, rng.uniform(0, 6))
    body = Ball(position - [0, radius, 0], axes)
    return [Item(body, BALL, colour, rng.uniform(0, 0.5), rng.uniform(0.5, 1.0))]


def _box(position: np.ndarray, rng: np.random.Generator) -> list[Item]:
    half = rng.uniform([0.18, 0.15, 0.18], [0.5, 0.5, 0.5])
    colour = _shade(rng, hue=(0.03, 0.16), saturation=(0.3, 0.7), value=(0.4, 0.85))
    body = Block(position - [0, half[1], 0], _rotation(1, rng.uniform(0, 3)) * half)
    return [Item(body, BOX, colour, rng.uniform(0.1, 0.4), rng.uniform(0.5, 2.0))]


def _lamp(position: np.ndarray, rng: np.random.Generator) -> list[Item]:
    height, radius = rng.uniform(1.2, 1.7), rng.uniform(0.18, 0.3)
    metal = np.full(3, rng.uniform(0.15, 0.4))
    warm = _shade(rng, hue=(0.1, 0.16), saturation=(0.2, 0.5), value=(0.95, 1.0))
    pole = Block(position - [0, height / 2, 0], np.diag([0.03, height / 2, 0.03]))
    shade = Ball(position - [0, height, 0], np.diag([radius, 0.7 * radius, radius]))
    return [Item(pole, LAMP, metal), Item(shade, LAMP, warm, glow=0.9)]


def _person(position: np.ndarray, rng: np.random.Generator) -> list[Item]:
    """A stick person: every limb is an ellipsoid from joint to joint."""
    tall, yaw = rng.uniform(1.5, 1.9), rng.uniform(-np.pi, np.pi)
    skin = _shade(rng, hue=(0.04, 0.09), saturation=(0.3, 0.6), value=(0.4, 0.9))
    shirt = _shade(rng, hue=(0, 1), saturation=(0.3, 0.9), value=(0.3, 0.9))
    trousers = _shade(rng, hue=(0.55, 0.7), saturation=(0.2, 0.7), value=(0.15, 0.5))

    def limb(
        start: np.ndarray, end: np.ndarray, radius: float, part: int, colour: np.ndarray
    ) -> Item:
        ends = [position + tall * _rotation(1, yaw) @ joint for joint in (start, end)]
        return Item(_ellipsoid(ends[0], ends[1], tall * radius), PERSON, colour, part=part)

    items = [
        limb(np.array([0, -0.80, 0]), np.array([0, -1.0, 0]), 0.065, HEAD, skin),
        limb(np.array([0, -0.47, 0]), np.array([0, -0.83, 0]), 0.095, TORSO, shirt),
    ]
    for side in (-1, 1):
        shoulder, hip = np.array([0.11 * side, -0.78, 0]), np.array([0.055 * side, -0.48, 0])
        elbow = shoulder + _swing(rng, side, 0.18, max_angle=1.4)
        hand = elbow + _swing(rng, side, 0.18, max_angle=2.2)
        knee = hip + _swing(rng, side, 0.24, max_angle=0.35)
        foot = np.array([knee[0], 0.0, knee[2]])
        items += [
            limb(shoulder, elbow, 0.036, UPPER_ARM, shirt),
            limb(elbow, hand, 0.030, LOWER_ARM, skin),
            limb(hip, knee, 0.052, UPPER_LEG, trousers),
            limb(knee, foot, 0.040, LOWER_LEG, trousers * 0.8),
        ]
    return items


def _swing(rng: np.random.Generator, side: int, length: float, max_angle: float) -> np.ndarray:
    """Vector from joint to joint, (3,): hanging, swung sideways and forward by up to `max_angle`.

    The angle is in radians; `side` is -1 or 1.
    """
    out, ahead = rng.uniform(0.1, max_angle), rng.uniform(-0.3, 0.5) * min(max_angle, 1.0)
    return length * np.array(
        [side * np.sin(out) * np.cos(ahead), np.cos(out) * np.cos(ahead), np.sin(ahead)]
    )


def _ellipsoid(start: np.ndarray, end: np.ndarray, radius: float) -> Ball:
    """An ellipsoid from start to end, (3,) each, with this radius across."""
    along = (end - start) / 2
    aside = np.cross(along, [0.3, 0.1, 1.0])
    aside /= np.linalg.norm(aside)
    across = np.cross(along, aside)
    across /= np.linalg.norm(across)
    axes = np.stack([1.08 * along, radius * aside, radius * across], axis=1)
    return Ball((start + end) / 2, axes)


def _rotation(axis: int, angle: float) -> np.ndarray:
    """Rotation about a coordinate axis by `angle` radians, (3, 3)."""
    rotation = np.eye(3)
    first, second = (axis + 1) % 3, (axis + 2) % 3
    rotation[[first, second], [first, second]] = np.cos(angle)
    rotation[first, second], rotation[second, first] = -np.sin(angle), np.sin(angle)
    return rotation


def _shade(
    rng: np.random.Generator,
    hue: tuple[float, float],
    saturation: tuple[float, float],
    value: tuple[float, float],
) -> np.ndarray:
    """A random colour of these ranges of HSV, each in 0..1, as RGB (3,) in 0..1."""
    rgb = colorsys.hsv_to_rgb(rng.uniform(*hue), rng.uniform(*saturation), rng.uniform(*value))
    return np.array(rgb)
