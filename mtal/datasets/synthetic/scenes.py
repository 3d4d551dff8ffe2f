"""Rooms with balls, boxes, people and lamps, put together at random: what the drawn data set shows.

Built in the room's frame: x right, y down with the floor at y = 0, z forward, metres; then moved to the camera's.
"""

import colorsys
from dataclasses import dataclass, replace

import numpy as np

from mtal.datasets.synthetic.raycast import Ball, Block, Body, Plane

WALL, FLOOR, BALL, BOX, PERSON, LAMP = range(6)
CLASSES = ("wall", "floor", "ball", "box", "person", "lamp")
HEAD, TORSO, UPPER_ARM, LOWER_ARM, UPPER_LEG, LOWER_LEG = range(
    1, 7
)  # parts of a person; 0 is everything else


@dataclass(frozen=True)
class Item:
    """A body and what it is."""

    body: Body
    kind: int  # class
    colour: np.ndarray  # (3,) 0..1
    contrast: float = 0.0  # of its checks
    cells: float = 1.0  # checks per unit of its own coordinates
    glow: float = 0.0  # light of its own
    part: int = 0
    thing: int = 0  # which object it belongs to; items of one object share it


@dataclass(frozen=True)
class Mood:
    """A kind of scene. Ranges are inclusive."""

    share: float  # of all scenes
    things: tuple[int, int]  # balls and boxes
    people: tuple[int, int]
    lamps: tuple[int, int]
    light: tuple[float, float]
    roll: float  # radians, at most


MOODS = (
    Mood(0.60, things=(1, 3), people=(0, 0), lamps=(0, 0), light=(0.8, 1.0), roll=0.05),  # everyday
    Mood(0.25, things=(0, 2), people=(1, 2), lamps=(0, 0), light=(0.7, 1.0), roll=0.05),  # people
    Mood(
        0.10, things=(0, 2), people=(0, 1), lamps=(1, 1), light=(0.25, 0.45), roll=0.05
    ),  # evening: rare and dark
    Mood(
        0.05, things=(4, 6), people=(1, 2), lamps=(1, 2), light=(0.6, 1.0), roll=0.30
    ),  # a crowd on a tilted picture: rarest
)


@dataclass(frozen=True)
class Scene:
    """Items in the camera's frame, the direction towards the light, and how bright it is."""

    items: tuple[Item, ...]
    towards_light: np.ndarray  # (3,), unit
    light: float


def draw_scene(rng: np.random.Generator) -> Scene:
    """A scene at random."""
    mood = MOODS[rng.choice(len(MOODS), p=[mood.share for mood in MOODS])]
    end = rng.uniform(4.5, 6.5)  # metres to the back wall
    counts = {
        one: rng.integers(low, high + 1)
        for one, (low, high) in {
            _thing: mood.things,
            _person: mood.people,
            _lamp: mood.lamps,
        }.items()
    }
    objects = [make(_spot(rng, end), rng) for make, count in counts.items() for _ in range(count)]
    items = _room(rng, end) + [
        replace(item, thing=3 + number) for number, one in enumerate(objects) for item in one
    ]
    turn, height = _camera(rng, mood.roll)
    light = np.array([rng.uniform(-0.7, 0.7), -1.0, rng.uniform(-0.9, -0.2)])
    return Scene(
        tuple(
            replace(item, body=item.body.moved(turn, np.array([0, height, 0]))) for item in items
        ),
        turn @ light / np.linalg.norm(light),
        rng.uniform(*mood.light),
    )


def _camera(rng: np.random.Generator, most_roll: float) -> tuple[np.ndarray, float]:
    """Room -> camera, and metres above the floor. Looks a little down."""
    return _about(2, rng.uniform(-most_roll, most_roll)) @ _about(
        0, rng.uniform(0.08, 0.32)
    ), rng.uniform(1.2, 1.7)


def _room(rng: np.random.Generator, end: float) -> list[Item]:
    yaw, side = rng.uniform(-0.3, 0.3), rng.choice([-1, 1])
    paint = _shade(rng, hue=(0, 1), saturation=(0.05, 0.3), value=(0.65, 0.95))
    wood = _shade(rng, hue=(0.05, 0.12), saturation=(0.2, 0.6), value=(0.35, 0.7))
    back, beside = (
        np.array([np.sin(yaw), 0, -np.cos(yaw)]),
        np.array([-side * np.cos(yaw), 0, -side * np.sin(yaw)]),
    )
    checks = {"contrast": rng.uniform(0.02, 0.15), "cells": rng.uniform(0.6, 2.0)}
    return [
        Item(
            Plane(np.array([0.0, -1.0, 0.0]), 0.0),
            FLOOR,
            wood,
            rng.uniform(0.1, 0.4),
            rng.uniform(0.8, 2.0),
            thing=0,
        ),
        Item(Plane(back, end), WALL, paint, checks["contrast"], checks["cells"], thing=1),
        Item(
            Plane(beside, rng.uniform(1.6, 3.5)),
            WALL,
            paint * 0.93,
            checks["contrast"],
            checks["cells"],
            thing=2,
        ),
    ]


def _spot(rng: np.random.Generator, end: float) -> np.ndarray:
    """A place on the floor, in view and before the wall."""
    z = rng.uniform(2.0, end - 1.2)
    return np.array([z * rng.uniform(-0.4, 0.4), 0.0, z])


def _thing(spot: np.ndarray, rng: np.random.Generator) -> list[Item]:
    return (_ball if rng.random() < 0.5 else _box)(spot, rng)


def _ball(spot: np.ndarray, rng: np.random.Generator) -> list[Item]:
    radius = rng.uniform(0.18, 0.45)
    colour = _shade(rng, hue=(0, 1), saturation=(0.7, 1.0), value=(0.6, 1.0))
    body = Ball(
        spot - [0, radius, 0], radius * _about(1, rng.uniform(0, 6)) @ _about(0, rng.uniform(0, 6))
    )
    return [Item(body, BALL, colour, rng.uniform(0, 0.5), rng.uniform(0.5, 1.0))]


def _box(spot: np.ndarray, rng: np.random.Generator) -> list[Item]:
    half = rng.uniform([0.18, 0.15, 0.18], [0.5, 0.5, 0.5])
    colour = _shade(rng, hue=(0.03, 0.16), saturation=(0.3, 0.7), value=(0.4, 0.85))
    body = Block(spot - [0, half[1], 0], _about(1, rng.uniform(0, 3)) * half)
    return [Item(body, BOX, colour, rng.uniform(0.1, 0.4), rng.uniform(0.5, 2.0))]


def _lamp(spot: np.ndarray, rng: np.random.Generator) -> list[Item]:
    height, radius = rng.uniform(1.2, 1.7), rng.uniform(0.18, 0.3)
    metal, warm = (
        np.full(3, rng.uniform(0.15, 0.4)),
        _shade(rng, hue=(0.1, 0.16), saturation=(0.2, 0.5), value=(0.95, 1.0)),
    )
    return [
        Item(Block(spot - [0, height / 2, 0], np.diag([0.03, height / 2, 0.03])), LAMP, metal),
        Item(
            Ball(spot - [0, height, 0], np.diag([radius, 0.7 * radius, radius])),
            LAMP,
            warm,
            glow=0.9,
        ),
    ]


def _person(spot: np.ndarray, rng: np.random.Generator) -> list[Item]:
    """A stick person: every limb a stretched ball from joint to joint."""
    tall, yaw = rng.uniform(1.5, 1.9), rng.uniform(-np.pi, np.pi)
    skin = _shade(rng, hue=(0.04, 0.09), saturation=(0.3, 0.6), value=(0.4, 0.9))
    shirt = _shade(rng, hue=(0, 1), saturation=(0.3, 0.9), value=(0.3, 0.9))
    trousers = _shade(rng, hue=(0.55, 0.7), saturation=(0.2, 0.7), value=(0.15, 0.5))

    def limb(
        start: np.ndarray, end: np.ndarray, radius: float, part: int, colour: np.ndarray
    ) -> Item:
        ends = [spot + tall * _about(1, yaw) @ joint for joint in (start, end)]
        return Item(_stretched(ends[0], ends[1], tall * radius), PERSON, colour, part=part)

    items = [
        limb(np.array([0, -0.80, 0]), np.array([0, -1.0, 0]), 0.065, HEAD, skin),
        limb(np.array([0, -0.47, 0]), np.array([0, -0.83, 0]), 0.095, TORSO, shirt),
    ]
    for side in (-1, 1):
        shoulder, hip = np.array([0.11 * side, -0.78, 0]), np.array([0.055 * side, -0.48, 0])
        elbow = shoulder + _swing(rng, side, 0.18, most=1.4)
        hand = elbow + _swing(rng, side, 0.18, most=2.2)
        knee = hip + _swing(rng, side, 0.24, most=0.35)
        foot = np.array([knee[0], 0.0, knee[2]])
        items += [
            limb(shoulder, elbow, 0.036, UPPER_ARM, shirt),
            limb(elbow, hand, 0.030, LOWER_ARM, skin),
            limb(hip, knee, 0.052, UPPER_LEG, trousers),
            limb(knee, foot, 0.040, LOWER_LEG, trousers * 0.8),
        ]
    return items


def _swing(rng: np.random.Generator, side: int, length: float, most: float) -> np.ndarray:
    """From joint to joint: hanging down, swung out to its side and to the front by up to `most` radians."""
    out, ahead = rng.uniform(0.1, most), rng.uniform(-0.3, 0.5) * min(most, 1.0)
    return length * np.array(
        [side * np.sin(out) * np.cos(ahead), np.cos(out) * np.cos(ahead), np.sin(ahead)]
    )


def _stretched(start: np.ndarray, end: np.ndarray, radius: float) -> Ball:
    along = (end - start) / 2
    aside = np.cross(along, [0.3, 0.1, 1.0])
    aside /= np.linalg.norm(aside)
    across = np.cross(along, aside)
    across /= np.linalg.norm(across)
    return Ball(
        (start + end) / 2, np.stack([1.08 * along, radius * aside, radius * across], axis=1)
    )


def _about(axis: int, angle: float) -> np.ndarray:
    """(3, 3) rotation about a coordinate axis."""
    turn = np.eye(3)
    one, other = (axis + 1) % 3, (axis + 2) % 3
    turn[[one, other], [one, other]] = np.cos(angle)
    turn[one, other], turn[other, one] = -np.sin(angle), np.sin(angle)
    return turn


def _shade(
    rng: np.random.Generator,
    hue: tuple[float, float],
    saturation: tuple[float, float],
    value: tuple[float, float],
) -> np.ndarray:
    return np.array(
        colorsys.hsv_to_rgb(rng.uniform(*hue), rng.uniform(*saturation), rng.uniform(*value))
    )
