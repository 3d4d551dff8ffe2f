"""Furnish offices and kitchens."""

import numpy as np

from mtal.rooms.furnish_living import extras
from mtal.rooms.layout import ALL, Furnisher
from mtal.rooms.placement import Placed


def office(furnisher: Furnisher) -> None:
    """Furnish an office."""
    for _ in range(int(furnisher.rng.integers(2, 5))):
        desk_place(furnisher)
    for role, share, access in (
        ("bookcase", 0.9, 0.4),
        ("bookcase", 0.4, 0.4),
        ("filing", 0.6, 0.4),
        ("low_cabinet", 0.3, 0.4),
        ("whiteboard", 0.3, 0.3),
        ("cooler", 0.25, 0.2),
    ):
        if furnisher.chance(share):
            placed = furnisher.wall(role, access=access)
            if role in ("low_cabinet", "filing"):
                furnisher.upon(placed, "printer")
                furnisher.some(placed, "cabinet_thing", 1)
    if furnisher.chance(0.4):
        table = furnisher.free("small_table", 1.0, 0.0)
        if table:
            furnisher.around(table, "dining_chair", 3)
            furnisher.some(table, "desk_thing", 2)
    extras(furnisher, plants=2, objects=2)


def desk_place(furnisher: Furnisher, sides: tuple[int, ...] = ALL) -> Placed | None:
    """Place a desk at a wall, with a computer, a lamp, small objects and a chair."""
    desk = furnisher.wall("desk", sides)
    if desk is None:
        return None
    furnisher.upon(desk, "computer", float(furnisher.rng.normal(0, 0.12)), -0.05, 0.0)
    if furnisher.chance(0.6):
        right = desk.size[0] * 0.38 * float(furnisher.rng.choice([-1, 1]))
        furnisher.upon(desk, "desk_lamp", right, -0.2, float(furnisher.rng.normal(0, 0.5)))
    furnisher.some(desk, "desk_thing", 4)
    distance, right = float(furnisher.rng.uniform(0.02, 0.3)), float(furnisher.rng.normal(0, 0.1))
    chair = furnisher.before(desk, "office_chair", distance, facing=True, right=right, jitter=0.35)
    furnisher.add_seat(chair)
    return desk


def kitchen(furnisher: Furnisher) -> None:
    """Furnish a kitchen: a row of cabinets, and a table with chairs."""
    own = furnisher.chance(0.5)
    lower, upper, sink = ("lower", "upper", "sink") if own else ("lower2", "upper2", "sink2")
    sides = furnisher.wide_sides()
    _counter(furnisher, sides[0], lower, upper, sink)
    role = "dining_table" if furnisher.chance(0.7) else "small_table"
    model = furnisher.furniture.load(role)
    x, z = (
        size / 2 + float(furnisher.rng.normal(0, 0.3))
        for size in (furnisher.floor.shell.width, furnisher.floor.shell.depth)
    )
    table = furnisher.floor.stand(model, x, z, float(furnisher.rng.choice([0, np.pi / 2])))
    if table is None and furnisher.chance(0.7):
        table = furnisher.wall("small_table")
    if table:
        furnisher.around(table, "dining_chair", int(furnisher.rng.integers(2, 6)))
        furnisher.some(table, "dining_thing", 4)
    for role, share in (("washer", 0.3), ("low_cabinet", 0.3)):
        if furnisher.chance(share):
            furnisher.some(furnisher.wall(role, access=0.5), "counter_thing", 2)
    extras(furnisher, plants=1, objects=1)


def _counter(furnisher: Furnisher, side: int, lower: str, upper: str, sink: str) -> None:
    """Place a row of cabinets along a wall, with appliances on them and cabinets above."""
    wall = furnisher.floor.shell.sides[side]
    start = 0.05
    row = [sink, "stove", *furnisher.rng.permutation([lower, lower, lower, "washer"]).tolist()]
    furnisher.rng.shuffle(row)
    row.insert(0, "fridge")
    if not furnisher.chance(0.5):
        row.append("high_cabinet")
    for role in row:
        model = furnisher.furniture.load(role)
        low, high = model.bounds()
        width, depth = float(high[0] - low[0]), float(high[2] - low[2])
        if start + width > wall.length - 0.03:
            continue
        x, _, z = wall.at(start + width / 2, 0, depth / 2 + 0.01).tolist()
        if furnisher.floor.window_behind(side, start, width, 0.0, float(high[1])) and high[1] > 1.2:
            continue
        placed = furnisher.floor.stand(model, x, z, wall.turn, 0.0, side, gap=0.0)
        if placed and role in (lower, "washer"):
            top_role = "counter_machine" if furnisher.chance(0.35) else "counter_thing"
            furnisher.upon(placed, top_role, None, -0.05, float(furnisher.rng.normal(0, 0.2)))
            furnisher.some(placed, "counter_thing", 1)
        if placed and role not in ("fridge", "high_cabinet"):
            above, y = ("hood", 1.65) if role == "stove" else (upper, 1.45)
            if furnisher.chance(0.93):
                furnisher.wall(above, (side,), start + width / 2, y=y, gap=0.005)
        start += width + 0.002
