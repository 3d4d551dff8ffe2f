"""People in a room: on seats, on beds, or standing where there is room."""

from collections.abc import Sequence

import numpy as np

from mtal.rooms.layout import Furnisher
from mtal.rooms.mesh import Mesh, Surface
from mtal.rooms.placement import Placed
from mtal.rooms.shapes import moved
from mtal.rooms.scene_object import SceneObject

SEAT_SPAN = (0.3, 0.56)  # metres: seats that grown people sit on
ASLEEP = 0.1  # share of people in rooms with a bed who lie on it
RARE = 0.12  # share of people in a rare pose


def settle(maker: Furnisher, rng: np.random.Generator, people: int) -> list[SceneObject]:
    """Up to `people` of them, each where its pose can be held."""
    if not people:
        return []
    from mtal.rooms import people as human  # needs the human model, an extra of its own
    from mtal.rooms.poses import TABLE

    found: list[SceneObject] = []
    seats = [maker.seats[int(number)] for number in rng.permutation(len(maker.seats))]
    for _ in range(people):
        if maker.beds and rng.random() < ASLEEP:
            found.append(_lying(maker.beds.pop(), human.make_person(rng, "lying")))
            continue
        seat = seats.pop() if seats and rng.random() < 0.6 else None
        place = _seat_place(seat, rng) if seat else None
        if place is not None:
            surfaces = human.make_person(rng, str(rng.choice(human.SEATED_POSES)))
            found.append(_person(surfaces, place[0], place[1]))
        else:
            rare = rng.random() < RARE
            names = [
                name for name, pose in TABLE.items() if pose.on == "floor" and pose.rare == rare
            ]
            upright = _standing(maker, rng, human.make_person(rng, str(rng.choice(names))))
            found.extend([upright] if upright else [])
    return found


def _person(
    surfaces: Sequence[Surface], place: tuple[float, float, float], turn: float
) -> SceneObject:
    return SceneObject("person", tuple(surfaces)).moved(turn, place)


def _lying(bed: Placed, surfaces: Sequence[Surface]) -> SceneObject:
    """On the back, head at the head of the bed."""
    heights = [
        height_at(bed.thing.meshes, *bed.point(right, ahead))
        for right in (-0.2, 0.0, 0.2)
        for ahead in (-0.2, 0.2, 0.4)
    ]
    along_wall = bed.size[0] > bed.size[2]  # day beds stand with their long side to the wall
    x, z = bed.point(0.0, 0.0 if along_wall else 0.06)
    turn = bed.turn + (np.pi / 2 if along_wall else 0.0)
    return _person(surfaces, (x, float(np.median(heights)) + 0.005, z), turn)


def _standing(
    maker: Furnisher, rng: np.random.Generator, surfaces: Sequence[Surface]
) -> SceneObject | None:
    thing, shell = SceneObject("person", tuple(surfaces)), maker.floor.shell
    for _ in range(40):
        x, z = rng.uniform(0.5, shell.width - 0.5), rng.uniform(0.5, shell.depth - 0.5)
        turn = np.arctan2(shell.width / 2 - x, shell.depth / 2 - z) + rng.normal(0, 0.8)
        placed = maker.floor.stand(thing, float(x), float(z), float(turn), 0.0, gap=0.1)
        if placed:
            maker.floor.placed.remove(placed)
            maker.floor.placed.append(Placed(SceneObject("person"), placed.block, 0.0))
            return placed.thing
    return None


def _seat_place(
    seat: Placed, rng: np.random.Generator
) -> tuple[tuple[float, float, float], float] | None:
    """Where the hips go and which way the person looks; None if this is no seat."""
    from mtal.rooms.people import SEAT_HEIGHT_M

    meshes = [moved(mesh, -seat.turn, (0, 0, 0)) for mesh in seat.thing.meshes]
    centre = moved(
        Mesh(np.array([seat.place], np.float32), np.zeros((0, 3), np.int32), None),
        -seat.turn,
        (0, 0, 0),
    ).vertices[0]
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
    """The highest point of these triangles above a place of the floor; 0 where there is none."""
    best = 0.0
    for mesh in meshes:
        first, second, third = (
            mesh.vertices[mesh.faces[:, at]].astype(np.float64) for at in range(3)
        )
        one, other, point = second - first, third - first, np.array([x, z]) - first[:, [0, 2]]
        area = one[:, 0] * other[:, 2] - one[:, 2] * other[:, 0]
        area = np.where(np.abs(area) < 1e-12, np.inf, area)
        u = (point[:, 0] * other[:, 2] - point[:, 1] * other[:, 0]) / area
        v = (one[:, 0] * point[:, 1] - one[:, 2] * point[:, 0]) / area
        height = first[:, 1] + u * one[:, 1] + v * other[:, 1]
        inside = (u >= 0) & (v >= 0) & (u + v <= 1) & np.isfinite(height) & (area != np.inf)
        best = max(best, float(height[inside].max(initial=0.0)))
    return best
