"""Rooms to sit in: the living room and the dining room, and what stands in any room."""

import numpy as np

from mtal.rooms.layout import Furnisher
from mtal.rooms.placement import Placed


def living(maker: Furnisher) -> None:
    corner = maker.chance(0.2)
    sofa = None
    for side in maker.rng.permutation(maker.wide_sides()):
        room = maker.floor.shell.sides[int(side)].length
        at = None if corner else room / 2 + float(maker.rng.normal(0, 0.2))
        sofa = maker.wall(
            "corner_sofa" if corner else "sofa",
            (int(side),),
            at,
            gap=float(maker.rng.choice([0.03, 0.15])),
        )
        if sofa:
            break
    if sofa is None:
        sofa = maker.wall("sofa")
    if sofa:
        _seating(maker, sofa)
    for role, share in (
        ("bookcase", 0.75),
        ("low_cabinet", 0.7),
        ("bookcase", 0.3),
        ("piano", 0.06),
        ("fireplace", 0.12),
    ):
        if maker.chance(share):
            maker.some(maker.wall(role, access=0.45), "cabinet_thing", 2)
    extras(maker, plants=2, things=2)
    if maker.chance(0.35):
        maker.corner("floor_lamp")
    if maker.chance(0.08):
        maker.free("animal")


def _seating(maker: Furnisher, sofa: Placed) -> None:
    """What a sofa looks at."""
    maker.seats.append(sofa)
    facing = (sofa.side + 2) % 4 if sofa.side >= 0 else 0
    across = maker.floor.shell.sides[facing].length - maker.floor.along(sofa)
    unit = maker.wall("tv_unit", (facing,), across, 0.3) or maker.wall(
        "tv_unit", (facing,), None, 0.3
    )
    if unit and maker.chance(0.8):
        maker.upon(unit, "tv", 0.0, 0.0, 0.0)
    maker.some(unit, "cabinet_thing", 2)
    table = maker.before(sofa, "coffee_table", float(maker.rng.uniform(0.3, 0.45)))
    maker.some(table, "table_thing", 4)
    if table and maker.chance(0.75):
        maker.rug_under(
            table, float(maker.rng.uniform(0.3, 0.7)), float(maker.rng.uniform(0.25, 0.5))
        )
    for sign in (-1, 1):
        if table and maker.chance(0.5):
            _armchair(maker, table, sign)
        if maker.chance(0.25):
            stand = maker.beside(sofa, "night_stand", sign)
            maker.upon(stand, "table_lamp")


def _armchair(maker: Furnisher, table: Placed, sign: int) -> None:
    """Beside the coffee table, turned to it."""
    thing = maker.furniture.thing("armchair")
    x, z = table.point(sign * (table.size[0] / 2 + 0.75), float(maker.rng.uniform(0, 0.35)))
    placed = maker.floor.stand(
        thing, x, z, table.turn - sign * np.pi / 2 + float(maker.rng.normal(0, 0.25))
    )
    if placed:
        maker.seats.append(placed)


def dining(maker: Furnisher) -> None:
    shell = maker.floor.shell
    turn = 0.0 if shell.width > shell.depth else np.pi / 2
    table = maker.floor.stand(
        maker.furniture.thing("dining_table"),
        shell.width / 2 + float(maker.rng.normal(0, 0.15)),
        shell.depth / 2 + float(maker.rng.normal(0, 0.15)),
        turn,
    )
    if table:
        if maker.chance(0.6):
            maker.rug_under(table, 0.6, 0.6)
        maker.around(table, "dining_chair", int(maker.rng.integers(4, 9)))
        maker.some(table, "dining_thing", 5)
        if maker.chance(0.4):
            maker.hang("hanging_lamp", *table.block.centre)
        maker.upon(table, "small_plant", 0.0, 0.0) if maker.chance(0.4) else None
    for role, share in (
        ("low_cabinet", 0.8),
        ("bookcase", 0.5),
        ("piano", 0.1),
        ("fireplace", 0.12),
    ):
        if maker.chance(share):
            maker.some(maker.wall(role, access=0.3), "cabinet_thing", 3)
    extras(maker, plants=2, things=1)


def extras(maker: Furnisher, plants: int, things: int) -> None:
    """What any room has: plants, a radiator under a window, things on the floor."""
    for _ in range(int(maker.rng.integers(0, plants + 1))):
        maker.corner("floor_plant") if maker.chance(0.7) else maker.wall("floor_plant")
    for one in maker.floor.shell.openings:
        if one.kind == "window" and one.bottom > 0.7 and maker.chance(0.5):
            maker.wall("radiator", (one.side,), one.start + one.width / 2)
    for _ in range(int(maker.rng.integers(0, things + 1))):
        maker.wall("floor_thing", gap=0.06)
