"""Furnish living rooms and dining rooms; also what stands in any room, such as plants."""

import numpy as np

from mtal.rooms.layout import Furnisher
from mtal.rooms.placement import Placed


def living(furnisher: Furnisher) -> None:
    """Furnish a living room around a sofa."""
    corner = furnisher.chance(0.2)
    sofa = None
    for side in furnisher.rng.permutation(furnisher.wide_sides()):
        length = furnisher.floor.shell.sides[int(side)].length
        at = None if corner else length / 2 + float(furnisher.rng.normal(0, 0.2))
        gap = float(furnisher.rng.choice([0.03, 0.15]))
        sofa = furnisher.wall("corner_sofa" if corner else "sofa", (int(side),), at, gap=gap)
        if sofa:
            break
    if sofa is None:
        sofa = furnisher.wall("sofa")
    if sofa:
        _seating(furnisher, sofa)
    for role, share in (
        ("bookcase", 0.75),
        ("low_cabinet", 0.7),
        ("bookcase", 0.3),
        ("piano", 0.06),
        ("fireplace", 0.12),
    ):
        if furnisher.chance(share):
            furnisher.some(furnisher.wall(role, access=0.45), "cabinet_thing", 2)
    extras(furnisher, plants=2, objects=2)
    if furnisher.chance(0.35):
        furnisher.corner("floor_lamp")
    if furnisher.chance(0.08):
        furnisher.free("animal")


def _seating(furnisher: Furnisher, sofa: Placed) -> None:
    """Place what belongs to a sofa: television, coffee table, armchairs, rug and lamps."""
    furnisher.add_seat(sofa)
    facing = (sofa.side + 2) % 4 if sofa.side >= 0 else 0
    across = furnisher.floor.shell.sides[facing].length - furnisher.floor.along(sofa)
    unit = furnisher.wall("tv_unit", (facing,), across, access=0.3)
    if unit is None:
        unit = furnisher.wall("tv_unit", (facing,), access=0.3)
    if unit and furnisher.chance(0.8):
        furnisher.upon(unit, "tv", 0.0, 0.0, 0.0)
    furnisher.some(unit, "cabinet_thing", 2)
    table = furnisher.before(sofa, "coffee_table", float(furnisher.rng.uniform(0.3, 0.45)))
    furnisher.some(table, "table_thing", 4)
    if table and furnisher.chance(0.75):
        wider, deeper = furnisher.rng.uniform(0.3, 0.7), furnisher.rng.uniform(0.25, 0.5)
        furnisher.rug_under(table, float(wider), float(deeper))
    for sign in (-1, 1):
        if table and furnisher.chance(0.5):
            _armchair(furnisher, table, sign)
        if furnisher.chance(0.25):
            stand = furnisher.beside(sofa, "night_stand", sign)
            furnisher.upon(stand, "table_lamp")


def _armchair(furnisher: Furnisher, table: Placed, sign: int) -> None:
    """Place an armchair beside the coffee table, turned to it."""
    armchair = furnisher.furniture.load("armchair")
    x, z = table.point(sign * (table.size[0] / 2 + 0.75), float(furnisher.rng.uniform(0, 0.35)))
    turn = table.turn - sign * np.pi / 2 + float(furnisher.rng.normal(0, 0.25))
    furnisher.add_seat(furnisher.floor.stand(armchair, x, z, turn))


def dining(furnisher: Furnisher) -> None:
    """Furnish a dining room around a table."""
    shell = furnisher.floor.shell
    turn = 0.0 if shell.width > shell.depth else np.pi / 2
    table = furnisher.floor.stand(
        furnisher.furniture.load("dining_table"),
        shell.width / 2 + float(furnisher.rng.normal(0, 0.15)),
        shell.depth / 2 + float(furnisher.rng.normal(0, 0.15)),
        turn,
    )
    if table:
        if furnisher.chance(0.6):
            furnisher.rug_under(table, 0.6, 0.6)
        furnisher.around(table, "dining_chair", int(furnisher.rng.integers(4, 9)))
        furnisher.some(table, "dining_thing", 5)
        if furnisher.chance(0.4):
            furnisher.hang("hanging_lamp", *table.block.centre)
        if furnisher.chance(0.4):
            furnisher.upon(table, "small_plant", 0.0, 0.0)
    for role, share in (
        ("low_cabinet", 0.8),
        ("bookcase", 0.5),
        ("piano", 0.1),
        ("fireplace", 0.12),
    ):
        if furnisher.chance(share):
            furnisher.some(furnisher.wall(role, access=0.3), "cabinet_thing", 3)
    extras(furnisher, plants=2, objects=1)


def extras(furnisher: Furnisher, plants: int, objects: int) -> None:
    """Place what any room has: plants, radiators under windows, objects on the floor.

    plants, objects: largest numbers of plants and of objects on the floor.
    """
    for _ in range(int(furnisher.rng.integers(0, plants + 1))):
        if furnisher.chance(0.7):
            furnisher.corner("floor_plant")
        else:
            furnisher.wall("floor_plant")
    for opening in furnisher.floor.shell.openings:
        if opening.kind == "window" and opening.bottom > 0.7 and furnisher.chance(0.5):
            furnisher.wall("radiator", (opening.side,), opening.start + opening.width / 2)
    for _ in range(int(furnisher.rng.integers(0, objects + 1))):
        furnisher.wall("floor_thing", gap=0.06)
