"""Place people in a room: on seats, on beds, or standing on free floor."""

from collections.abc import Sequence

import numpy as np

from mtal.rooms.layout import Furnisher
from mtal.rooms.mesh import Mesh, Surface
from mtal.rooms.placement import Placed
from mtal.rooms.scene_object import SceneObject
from mtal.rooms.shapes import moved

SEAT_SPAN = (0.3, 0.56)  # heights of seats in metres
ASLEEP = 0.1  # probability of lying down, in a room with a free bed
RARE = 0.12  # share of rare poses among those who stand


def place_people(furnisher: Furnisher, rng: np.random.Generator, people: int) -> list[SceneObject]:
    """Return up to `people` persons, each where its pose is possible.

    Raises ConfigError if the package anny is not installed.
    """
    if not people:
        return []
    from mtal.rooms import people as human  # imports the body model, which is optional
    from mtal.rooms.poses import TABLE

    persons: list[SceneObject] = []
    seats = [furnisher.seats[int(number)] for number in rng.permutation(len(furnisher.seats))]
    for _ in range(people):
        if furnisher.beds and rng.random() < ASLEEP:
            persons.append(_lying(furnisher.beds.pop(), human.make_person(rng, "lying")))
            continue
        seat = seats.pop() if seats and rng.random() < 0.6 else None
        position = _seat_position(seat, rng) if seat else None
        if position is not None:
            surfaces = human.make_person(rng, str(rng.choice(human.SEATED_POSES)))
            persons.append(_person(surfaces, *position))
        else:
            rare = rng.random() < RARE
            names = [
                name for name, pose in TABLE.items() if pose.on == "floor" and pose.rare == rare
            ]
            upright = _standing(furnisher, rng, human.make_person(rng, str(rng.choice(names))))
            if upright is not None:
                persons.append(upright)
    return persons


def _person(
    surfaces: Sequence[Surface], position: tuple[float, float, float], turn: float
) -> SceneObject:
    return SceneObject("person", tuple(surfaces)).moved(turn, position)


def _lying(bed: Placed, surfaces: Sequence[Surface]) -> SceneObject:
    """Return a person on its back on a bed, head at the head of the bed."""
    heights = [
        height_at(bed.scene_object.meshes, *bed.point(right, ahead))
        for right in (-0.2, 0.0, 0.2)
        for ahead in (-0.2, 0.2, 0.4)
    ]
    along_wall = bed.size[0] > bed.size[2]  # day beds stand with their long side to the wall
    x, z = bed.point(0.0, 0.0 if along_wall else 0.06)
    turn = bed.turn + (np.pi / 2 if along_wall else 0.0)
    return _person(surfaces, (x, float(np.median(heights)) + 0.005, z), turn)


def _standing(
    furnisher: Furnisher, rng: np.random.Generator, surfaces: Sequence[Surface]
) -> SceneObject | None:
    """Return a person on free floor who roughly faces the middle; None if no position is free."""
    scene_object, shell = SceneObject("person", tuple(surfaces)), furnisher.floor.shell
    for _ in range(40):
        x, z = rng.uniform(0.5, shell.width - 0.5), rng.uniform(0.5, shell.depth - 0.5)
        turn = np.arctan2(shell.width / 2 - x, shell.depth / 2 - z) + rng.normal(0, 0.8)
        placed = furnisher.floor.stand(scene_object, float(x), float(z), float(turn), 0.0, gap=0.1)
        if placed:
            furnisher.floor.placed.remove(placed)
            furnisher.floor.placed.append(Placed(SceneObject("person"), placed.block, 0.0))
            return placed.scene_object
    return None


def _seat_position(
    seat: Placed, rng: np.random.Generator
) -> tuple[tuple[float, float, float], float] | None:
    """Return the position and turn of a person on a seat; None if its height is no seat's."""
    from mtal.rooms.people import SEAT_HEIGHT_M

    meshes = [moved(mesh, -seat.turn, (0, 0, 0)) for mesh in seat.scene_object.meshes]
    origin = Mesh(np.array([seat.origin], np.float32), np.zeros((0, 3), np.int32), None)
    centre = moved(origin, -seat.turn, (0, 0, 0)).vertices[0]
    wide = seat.size[0] > 1.1
    right = float(rng.uniform(-0.3, 0.3) * (seat.size[0] - 0.7)) if wide else 0.0
    ahead = np.arange(-seat.size[2] / 2 + 0.04, seat.size[2] / 2 - 0.04, 0.03)
    heights = np.array([height_at(meshes, centre[0] + right, centre[2] + step) for step in ahead])
    is_seat = (heights > SEAT_SPAN[0]) & (heights < SEAT_SPAN[1])
    if is_seat.sum() * 0.03 < 0.25:
        return None
    hips = min(float(ahead[is_seat][0]) + 0.17, float(ahead[is_seat][-1]))
    level = float(np.median(heights[is_seat]))
    x, z = seat.point(right, hips)
    return (x, level - SEAT_HEIGHT_M, z), seat.turn + float(rng.normal(0, 0.1))


def height_at(meshes: Sequence[Mesh], x: float, z: float) -> float:
    """Return the height of the highest triangle above the point (x, z) of the floor, 0 if none."""
    best = 0.0
    for mesh in meshes:
        first, second, third = (
            mesh.vertices[mesh.faces[:, corner]].astype(np.float64) for corner in range(3)
        )
        edge, other = second - first, third - first
        point = np.array([x, z]) - first[:, [0, 2]]
        area = edge[:, 0] * other[:, 2] - edge[:, 2] * other[:, 0]
        area = np.where(np.abs(area) < 1e-12, np.inf, area)
        u = (point[:, 0] * other[:, 2] - point[:, 1] * other[:, 0]) / area
        v = (edge[:, 0] * point[:, 1] - edge[:, 2] * point[:, 0]) / area
        height = first[:, 1] + u * edge[:, 1] + v * other[:, 1]
        inside = (u >= 0) & (v >= 0) & (u + v <= 1) & np.isfinite(height) & (area != np.inf)
        best = max(best, float(height[inside].max(initial=0.0)))
    return best
