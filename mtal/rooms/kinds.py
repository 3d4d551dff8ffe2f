"""The kinds of rooms and what stands in them. Sizes in metres; all our own choice, after rooms as they are."""
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mtal.rooms.layout import ALL, Maker
from mtal.rooms.placement import Placed


@dataclass(frozen=True)
class Kind:
    name: str
    width: tuple[float, float]
    depth: tuple[float, float]
    furnish: Callable[[Maker], None]
    windows: tuple[int, int] = (1, 2)                       # fewest and most
    common: float = 0.0                                     # share of the pool's rooms; rare kinds share the rest
    tiled: bool = False
    pictures: int = 4
    floors: tuple[str, ...] = ("planks", "planks", "carpet")


def living(maker: Maker) -> None:
    corner = maker.chance(0.2)
    sofa = None
    for side in maker.rng.permutation(maker.wide_sides()):
        room = maker.floor.shell.sides[int(side)].length
        at = None if corner else room / 2 + float(maker.rng.normal(0, 0.2))
        sofa = maker.wall("corner_sofa" if corner else "sofa", (int(side),), at, gap=float(maker.rng.choice([0.03, 0.15])))
        if sofa:
            break
    if sofa is None:
        sofa = maker.wall("sofa")
    if sofa:
        _seating(maker, sofa)
    for role, share in (("bookcase", 0.75), ("low_cabinet", 0.7), ("bookcase", 0.3), ("piano", 0.06), ("fireplace", 0.12)):
        if maker.chance(share):
            maker.some(maker.wall(role, access=0.45), "cabinet_thing", 2)
    _extras(maker, plants=2, things=2)
    if maker.chance(0.35):
        maker.corner("floor_lamp")
    if maker.chance(0.08):
        maker.free("animal")


def _seating(maker: Maker, sofa: Placed) -> None:
    """What a sofa looks at."""
    maker.seats.append(sofa)
    facing = (sofa.side + 2) % 4 if sofa.side >= 0 else 0
    across = maker.floor.shell.sides[facing].length - maker.floor.along(sofa)
    unit = maker.wall("tv_unit", (facing,), across, 0.3) or maker.wall("tv_unit", (facing,), None, 0.3)
    if unit and maker.chance(0.8):
        maker.upon(unit, "tv", 0.0, 0.0, 0.0)
    maker.some(unit, "cabinet_thing", 2)
    table = maker.before(sofa, "coffee_table", float(maker.rng.uniform(0.3, 0.45)))
    maker.some(table, "table_thing", 4)
    if table and maker.chance(0.75):
        maker.rug_under(table, float(maker.rng.uniform(0.3, 0.7)), float(maker.rng.uniform(0.25, 0.5)))
    for sign in (-1, 1):
        if table and maker.chance(0.5):
            _armchair(maker, table, sign)
        if maker.chance(0.25):
            stand = maker.beside(sofa, "night_stand", sign)
            maker.upon(stand, "table_lamp")


def _armchair(maker: Maker, table: Placed, sign: int) -> None:
    """Beside the coffee table, turned to it."""
    thing = maker.furniture.thing("armchair")
    x, z = table.point(sign * (table.size[0] / 2 + 0.75), float(maker.rng.uniform(0, 0.35)))
    placed = maker.floor.stand(thing, x, z, table.turn - sign * np.pi / 2 + float(maker.rng.normal(0, 0.25)))
    if placed:
        maker.seats.append(placed)


def _extras(maker: Maker, plants: int, things: int) -> None:
    for _ in range(int(maker.rng.integers(0, plants + 1))):
        maker.corner("floor_plant") if maker.chance(0.7) else maker.wall("floor_plant")
    for one in maker.floor.shell.openings:
        if one.kind == "window" and one.bottom > 0.7 and maker.chance(0.5):
            maker.wall("radiator", (one.side,), one.start + one.width / 2)
    for _ in range(int(maker.rng.integers(0, things + 1))):
        maker.wall("floor_thing", gap=0.06)


def bedroom(maker: Maker) -> None:
    role = "double_bed" if maker.chance(0.75) else "single_bed"
    bed = None
    for side in maker.wide_sides():
        bed = maker.wall(role, (side,), maker.floor.shell.sides[side].length / 2 + float(maker.rng.normal(0, 0.3)))
        if bed:
            break
    bed = bed or maker.wall(role)
    if bed:
        maker.beds.append(bed)
        if maker.chance(0.6):
            maker.rug(*bed.point(0, bed.size[2] * 0.25), *_turned(bed, bed.size[0] + 1.1, bed.size[2] * 0.8))
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
        _desk(maker)
    if maker.chance(0.4):
        seat = maker.corner("armchair")
        maker.seats.extend([seat] if seat else [])
    _extras(maker, plants=1, things=2)


def _turned(base: Placed, width: float, depth: float) -> tuple[float, float]:
    """Extents along x and z of a rectangle that is turned as a thing at a wall is."""
    return (width, depth) if base.side in (0, 2) else (depth, width)


def _desk(maker: Maker, sides: tuple[int, ...] = ALL) -> Placed | None:
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


def office(maker: Maker) -> None:
    for _ in range(int(maker.rng.integers(2, 5))):
        _desk(maker)
    for role, share, access in (("bookcase", 0.9, 0.4), ("bookcase", 0.4, 0.4), ("filing", 0.6, 0.4), ("low_cabinet", 0.3, 0.4),
                                ("whiteboard", 0.3, 0.3), ("cooler", 0.25, 0.2)):
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
    _extras(maker, plants=2, things=2)


def kitchen(maker: Maker) -> None:
    own = maker.chance(0.5)
    lower, upper, sink = ("lower", "upper", "sink") if own else ("lower2", "upper2", "sink2")
    sides = maker.wide_sides()
    _counter(maker, sides[0], lower, upper, sink)
    thing = maker.furniture.thing("dining_table" if maker.chance(0.7) else "small_table")
    x, z = (size / 2 + float(maker.rng.normal(0, 0.3)) for size in (maker.floor.shell.width, maker.floor.shell.depth))
    table = maker.floor.stand(thing, x, z, float(maker.rng.choice([0, np.pi / 2])))
    if table is None and maker.chance(0.7):
        table = maker.wall("small_table")
    if table:
        maker.around(table, "dining_chair", int(maker.rng.integers(2, 6)))
        maker.some(table, "dining_thing", 4)
    for role, share in (("washer", 0.3), ("low_cabinet", 0.3)):
        if maker.chance(share):
            maker.some(maker.wall(role, access=0.5), "counter_thing", 2)
    _extras(maker, plants=1, things=1)


def _counter(maker: Maker, side: int, lower: str, upper: str, sink: str) -> None:
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
                maker.wall(above, (side,), at + width / 2, y=1.65 if role == "stove" else 1.45, gap=0.005)
        at += width + 0.002


def dining(maker: Maker) -> None:
    shell = maker.floor.shell
    turn = 0.0 if shell.width > shell.depth else np.pi / 2
    table = maker.floor.stand(maker.furniture.thing("dining_table"), shell.width / 2 + float(maker.rng.normal(0, 0.15)),
                              shell.depth / 2 + float(maker.rng.normal(0, 0.15)), turn)
    if table:
        if maker.chance(0.6):
            maker.rug_under(table, 0.6, 0.6)
        maker.around(table, "dining_chair", int(maker.rng.integers(4, 9)))
        maker.some(table, "dining_thing", 5)
        if maker.chance(0.4):
            maker.hang("hanging_lamp", *table.block.centre)
        maker.upon(table, "small_plant", 0.0, 0.0) if maker.chance(0.4) else None
    for role, share in (("low_cabinet", 0.8), ("bookcase", 0.5), ("piano", 0.1), ("fireplace", 0.12)):
        if maker.chance(share):
            maker.some(maker.wall(role, access=0.3), "cabinet_thing", 3)
    _extras(maker, plants=2, things=1)


def bathroom(maker: Maker) -> None:
    first = ("bath", "shower", "corner_bath", "bath")[int(maker.rng.integers(4))]
    for role, access in ((first, 0.2), ("toilet", 0.4), ("basin", 0.4), ("bidet", 0.3), ("washer", 0.3)):
        if role not in ("bidet", "washer") or maker.chance(0.4):
            maker.wall(role, access=access)
    if maker.chance(0.6):
        maker.wall("towels", y=0.3)
    if maker.chance(0.5):
        maker.wall("basket", gap=0.05)
    if maker.chance(0.6):
        shell = maker.floor.shell
        maker.rug(shell.width / 2, shell.depth / 2, 0.9, 0.6)
    _extras(maker, plants=1, things=0)


def nursery(maker: Maker) -> None:
    bed = maker.wall("crib" if maker.chance(0.6) else "single_bed")
    maker.beds.extend([bed] if bed and bed.size[2] > 1.6 else [])
    for role, share in (("changing", 0.6), ("bookcase", 0.7), ("wardrobe", 0.6), ("low_cabinet", 0.4)):
        if maker.chance(share):
            maker.some(maker.wall(role, access=0.4), "toy", 2)
    table = maker.free("kids_table", 0.8, 0.0)
    if table:
        maker.rug_under(table, 0.8, 0.7)
        maker.around(table, "kids_chair", 3)
        maker.some(table, "toy", 2)
    for _ in range(int(maker.rng.integers(3, 8))):
        maker.free("toy")


def gym(maker: Maker) -> None:
    for role in ("treadmill", "gym", "gym", "gym", "treadmill"):
        maker.wall(role, gap=0.25)
    for _ in range(3):
        maker.free("gym", 0.8) if maker.chance(0.6) else maker.wall("floor_thing")
    maker.wall("cooler")
    maker.wall("bookcase")


def music(maker: Maker) -> None:
    grand = maker.free("grand_piano", 1.0, 0.0) if maker.chance(0.5) else None
    piano = grand or maker.wall("piano")
    if piano:
        bench = maker.before(piano, "stool", 0.12, facing=True)
        maker.seats.extend([bench] if bench else [])
    for role in ("guitar", "guitar", "speaker", "speaker", "bookcase", "sofa", "low_cabinet"):
        if maker.chance(0.7):
            placed = maker.wall(role, gap=0.06)
            if role == "sofa" and placed:
                maker.seats.append(placed)
            if role == "low_cabinet":
                maker.upon(placed, "keyboard")
    for _ in range(int(maker.rng.integers(0, 4))):
        seat = maker.free("dining_chair", 0.6)
        maker.seats.extend([seat] if seat else [])
    _extras(maker, plants=1, things=2)


def garage(maker: Maker) -> None:
    bench = maker.wall("workbench", access=0.4)
    maker.some(bench, "cabinet_thing", 2)
    maker.wall("bookcase")
    for _ in range(int(maker.rng.integers(5, 10))):
        maker.wall("garage", gap=0.08) if maker.chance(0.6) else maker.free("garage", 0.5)
    for _ in range(3):
        maker.wall("floor_thing", gap=0.05)


def games(maker: Maker) -> None:
    shell = maker.floor.shell
    table = maker.floor.stand(maker.furniture.thing("pool_table"), shell.width / 2, shell.depth / 2,
                              0.0 if shell.width > shell.depth else np.pi / 2)
    for role in ("flipper", "flipper", "sofa", "bar_stool", "bar_stool", "low_cabinet", "speaker"):
        if maker.chance(0.7):
            placed = maker.wall(role, gap=0.05)
            if role == "sofa" and placed:
                maker.seats.append(placed)
    if table:
        maker.hang("hanging_lamp", *table.block.centre)
    _extras(maker, plants=1, things=1)


KINDS: dict[str, Kind] = {kind.name: kind for kind in (
    Kind("living", (3.8, 6.0), (3.6, 5.2), living, (1, 3), 0.28),
    Kind("bedroom", (3.2, 4.8), (3.2, 4.6), bedroom, (1, 2), 0.24),
    Kind("office", (3.2, 5.5), (3.2, 5.0), office, (1, 3), 0.15, pictures=3, floors=("carpet", "planks", "carpet")),
    Kind("kitchen", (3.4, 5.2), (3.2, 4.6), kitchen, (1, 2), 0.13, pictures=2, floors=("tiles", "planks", "tiles")),
    Kind("dining", (3.4, 5.4), (3.4, 4.8), dining, (1, 3), 0.1),
    Kind("bathroom", (2.6, 3.6), (2.4, 3.4), bathroom, (0, 1), 0.0, True, 1, ("tiles",)),
    Kind("nursery", (3.2, 4.4), (3.2, 4.4), nursery, (1, 2), 0.0, pictures=5),
    Kind("gym", (4.4, 6.2), (4.0, 5.6), gym, (0, 2), 0.0, pictures=2, floors=("carpet", "planks")),
    Kind("music", (3.8, 5.5), (3.6, 5.0), music, (1, 2), 0.0),
    Kind("garage", (4.2, 6.0), (4.0, 5.6), garage, (0, 1), 0.0, pictures=1, floors=("concrete",)),
    Kind("games", (4.6, 6.4), (4.4, 5.6), games, (0, 2), 0.0),
)}
