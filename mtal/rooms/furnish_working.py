"""Rooms to work in: the office and the kitchen."""

import numpy as np

from mtal.rooms.layout import ALL, Furnisher
from mtal.rooms.furnish_living import extras
from mtal.rooms.placement import Placed


def office(maker: Furnisher) -> None:
    for _ in range(int(maker.rng.integers(2, 5))):
        desk_place(maker)
    for role, share, access in (
        ("bookcase", 0.9, 0.4),
        ("bookcase", 0.4, 0.4),
        ("filing", 0.6, 0.4),
        ("low_cabinet", 0.3, 0.4),
        ("whiteboard", 0.3, 0.3),
        ("cooler", 0.25, 0.2),
    ):
        if maker.chance(share):
            placed = maker.wall(role, access=access)
            if role in ("low_cabinet", "filing"):
                maker.upon(placed, "printer")
                maker.some(placed, "cabinet_thing", 1)
    if maker.chance(0.4):
        table = maker.free("small_table", 1.0, 0.0)
        if table:
            maker.around(table, "dining_chair", 3)
            maker.some(table, "desk_thing", 2)
    extras(maker, plants=2, things=2)


def desk_place(maker: Furnisher, sides: tuple[int, ...] = ALL) -> Placed | None:
    """A desk at a wall with a computer, things and a chair."""
    desk = maker.wall("desk", sides)
    if desk is None:
        return None
    maker.upon(desk, "computer", float(maker.rng.normal(0, 0.12)), -0.05, 0.0)
    if maker.chance(0.6):
        right = desk.size[0] * 0.38 * float(maker.rng.choice([-1, 1]))
        maker.upon(desk, "desk_lamp", right, -0.2, float(maker.rng.normal(0, 0.5)))
    maker.some(desk, "desk_thing", 4)
    distance, right = float(maker.rng.uniform(0.02, 0.3)), float(maker.rng.normal(0, 0.1))
    chair = maker.before(desk, "office_chair", distance, facing=True, right=right, jitter=0.35)
    maker.seats.extend([chair] if chair else [])
    return desk


def kitchen(maker: Furnisher) -> None:
    own = maker.chance(0.5)
    lower, upper, sink = ("lower", "upper", "sink") if own else ("lower2", "upper2", "sink2")
    sides = maker.wide_sides()
    _counter(maker, sides[0], lower, upper, sink)
    thing = maker.furniture.thing("dining_table" if maker.chance(0.7) else "small_table")
    x, z = (
        size / 2 + float(maker.rng.normal(0, 0.3))
        for size in (maker.floor.shell.width, maker.floor.shell.depth)
    )
    table = maker.floor.stand(thing, x, z, float(maker.rng.choice([0, np.pi / 2])))
    if table is None and maker.chance(0.7):
        table = maker.wall("small_table")
    if table:
        maker.around(table, "dining_chair", int(maker.rng.integers(2, 6)))
        maker.some(table, "dining_thing", 4)
    for role, share in (("washer", 0.3), ("low_cabinet", 0.3)):
        if maker.chance(share):
            maker.some(maker.wall(role, access=0.5), "counter_thing", 2)
    extras(maker, plants=1, things=1)


def _counter(maker: Furnisher, side: int, lower: str, upper: str, sink: str) -> None:
    """A row of cabinets along a wall, with what stands and hangs on them."""
    wall = maker.floor.shell.sides[side]
    at = 0.05
    row = [sink, "stove", *maker.rng.permutation([lower, lower, lower, "washer"]).tolist()]
    maker.rng.shuffle(row)
    for role in ["fridge", *row, *([] if maker.chance(0.5) else ["high_cabinet"])]:
        thing = maker.furniture.thing(role)
        low, high = thing.bounds()
        width, depth = float(high[0] - low[0]), float(high[2] - low[2])
        if at + width > wall.length - 0.03:
            continue
        x, _, z = wall.at(at + width / 2, 0, depth / 2 + 0.01).tolist()
        if maker.floor.window_behind(side, at, width, 0.0, float(high[1])) and high[1] > 1.2:
            continue
        placed = maker.floor.stand(thing, x, z, wall.turn, 0.0, side, gap=0.0)
        if placed and role in (lower, "washer"):
            role_upon = "counter_machine" if maker.chance(0.35) else "counter_thing"
            maker.upon(placed, role_upon, None, -0.05, float(maker.rng.normal(0, 0.2)))
            maker.some(placed, "counter_thing", 1)
        if placed and role not in ("fridge", "high_cabinet"):
            above = "hood" if role == "stove" else upper
            if maker.chance(0.93):
                maker.wall(
                    above, (side,), at + width / 2, y=1.65 if role == "stove" else 1.45, gap=0.005
                )
        at += width + 0.002
