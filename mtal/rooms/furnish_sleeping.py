"""Furnish bedrooms and nurseries."""

from mtal.rooms.furnish_living import extras
from mtal.rooms.furnish_working import desk_place
from mtal.rooms.layout import Furnisher
from mtal.rooms.placement import Placed


def bedroom(furnisher: Furnisher) -> None:
    """Furnish a bedroom."""
    role = "double_bed" if furnisher.chance(0.75) else "single_bed"
    bed = None
    for side in furnisher.wide_sides():
        middle = furnisher.floor.shell.sides[side].length / 2
        bed = furnisher.wall(role, (side,), middle + float(furnisher.rng.normal(0, 0.3)))
        if bed:
            break
    bed = bed or furnisher.wall(role)
    if bed:
        furnisher.beds.append(bed)
        if furnisher.chance(0.6):
            width, depth = _turned(bed, bed.size[0] + 1.1, bed.size[2] * 0.8)
            furnisher.rug(*bed.point(0, bed.size[2] * 0.25), width, depth)
        for sign in (-1, 1):
            stand = furnisher.beside(bed, "night_stand", sign) if furnisher.chance(0.85) else None
            furnisher.upon(stand, "table_lamp", 0.0, -0.05)
            furnisher.some(stand, "table_thing", 1)
    furnisher.wall("wardrobe", access=0.6)
    if furnisher.chance(0.6):
        furnisher.some(furnisher.wall("low_cabinet", access=0.5), "cabinet_thing", 3)
    if furnisher.chance(0.35):
        table = furnisher.wall("dressing_table", access=0.3)
        if table:
            furnisher.before(table, "stool", -0.1, facing=True)
    elif furnisher.chance(0.4):
        desk_place(furnisher)
    if furnisher.chance(0.4):
        furnisher.add_seat(furnisher.corner("armchair"))
    extras(furnisher, plants=1, objects=2)


def _turned(base: Placed, width: float, depth: float) -> tuple[float, float]:
    """Return the extents along x and z of a rectangle that is turned like `base` at its wall."""
    return (width, depth) if base.side in (0, 2) else (depth, width)


def nursery(furnisher: Furnisher) -> None:
    """Furnish a nursery."""
    bed = furnisher.wall("crib" if furnisher.chance(0.6) else "single_bed")
    if bed and bed.size[2] > 1.6:
        furnisher.beds.append(bed)
    for role, share in (
        ("changing", 0.6),
        ("bookcase", 0.7),
        ("wardrobe", 0.6),
        ("low_cabinet", 0.4),
    ):
        if furnisher.chance(share):
            furnisher.some(furnisher.wall(role, access=0.4), "toy", 2)
    table = furnisher.free("kids_table", 0.8, 0.0)
    if table:
        furnisher.rug_under(table, 0.8, 0.7)
        furnisher.around(table, "kids_chair", 3)
        furnisher.some(table, "toy", 2)
    for _ in range(int(furnisher.rng.integers(3, 8))):
        furnisher.free("toy")
