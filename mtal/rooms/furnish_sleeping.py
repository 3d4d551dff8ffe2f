"""Rooms to sleep in: the bedroom and the nursery."""

from mtal.rooms.layout import Furnisher
from mtal.rooms.furnish_living import extras
from mtal.rooms.placement import Placed
from mtal.rooms.furnish_working import desk_place


def bedroom(maker: Furnisher) -> None:
    role = "double_bed" if maker.chance(0.75) else "single_bed"
    bed = None
    for side in maker.wide_sides():
        bed = maker.wall(
            role,
            (side,),
            maker.floor.shell.sides[side].length / 2 + float(maker.rng.normal(0, 0.3)),
        )
        if bed:
            break
    bed = bed or maker.wall(role)
    if bed:
        maker.beds.append(bed)
        if maker.chance(0.6):
            maker.rug(
                *bed.point(0, bed.size[2] * 0.25),
                *_turned(bed, bed.size[0] + 1.1, bed.size[2] * 0.8),
            )
        for sign in (-1, 1):
            stand = maker.beside(bed, "night_stand", sign) if maker.chance(0.85) else None
            maker.upon(stand, "table_lamp", 0.0, -0.05)
            maker.some(stand, "table_thing", 1)
    maker.wall("wardrobe", access=0.6)
    if maker.chance(0.6):
        maker.some(maker.wall("low_cabinet", access=0.5), "cabinet_thing", 3)
    if maker.chance(0.35):
        table = maker.wall("dressing_table", access=0.3)
        if table:
            maker.before(table, "stool", -0.1, facing=True)
    elif maker.chance(0.4):
        desk_place(maker)
    if maker.chance(0.4):
        seat = maker.corner("armchair")
        maker.seats.extend([seat] if seat else [])
    extras(maker, plants=1, things=2)


def _turned(base: Placed, width: float, depth: float) -> tuple[float, float]:
    """Extents along x and z of a rectangle that is turned as a thing at a wall is."""
    return (width, depth) if base.side in (0, 2) else (depth, width)


def nursery(maker: Furnisher) -> None:
    bed = maker.wall("crib" if maker.chance(0.6) else "single_bed")
    maker.beds.extend([bed] if bed and bed.size[2] > 1.6 else [])
    for role, share in (
        ("changing", 0.6),
        ("bookcase", 0.7),
        ("wardrobe", 0.6),
        ("low_cabinet", 0.4),
    ):
        if maker.chance(share):
            maker.some(maker.wall(role, access=0.4), "toy", 2)
    table = maker.free("kids_table", 0.8, 0.0)
    if table:
        maker.rug_under(table, 0.8, 0.7)
        maker.around(table, "kids_chair", 3)
        maker.some(table, "toy", 2)
    for _ in range(int(maker.rng.integers(3, 8))):
        maker.free("toy")
