"""Rooms of the long tail: bath, gym, music room, garage, games room."""

import numpy as np

from mtal.rooms.layout import Furnisher
from mtal.rooms.furnish_living import extras


def bathroom(maker: Furnisher) -> None:
    first = ("bath", "shower", "corner_bath", "bath")[int(maker.rng.integers(4))]
    for role, access in (
        (first, 0.2),
        ("toilet", 0.4),
        ("basin", 0.4),
        ("bidet", 0.3),
        ("washer", 0.3),
    ):
        if role not in ("bidet", "washer") or maker.chance(0.4):
            maker.wall(role, access=access)
    if maker.chance(0.6):
        maker.wall("towels", y=0.3)
    if maker.chance(0.5):
        maker.wall("basket", gap=0.05)
    if maker.chance(0.6):
        shell = maker.floor.shell
        maker.rug(shell.width / 2, shell.depth / 2, 0.9, 0.6)
    extras(maker, plants=1, things=0)


def gym(maker: Furnisher) -> None:
    for role in ("treadmill", "gym", "gym", "gym", "treadmill"):
        maker.wall(role, gap=0.25)
    for _ in range(3):
        maker.free("gym", 0.8) if maker.chance(0.6) else maker.wall("floor_thing")
    maker.wall("cooler")
    maker.wall("bookcase")


def music(maker: Furnisher) -> None:
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
    extras(maker, plants=1, things=2)


def garage(maker: Furnisher) -> None:
    bench = maker.wall("workbench", access=0.4)
    maker.some(bench, "cabinet_thing", 2)
    maker.wall("bookcase")
    for _ in range(int(maker.rng.integers(5, 10))):
        maker.wall("garage", gap=0.08) if maker.chance(0.6) else maker.free("garage", 0.5)
    for _ in range(3):
        maker.wall("floor_thing", gap=0.05)


def games(maker: Furnisher) -> None:
    shell = maker.floor.shell
    table = maker.floor.stand(
        maker.furniture.thing("pool_table"),
        shell.width / 2,
        shell.depth / 2,
        0.0 if shell.width > shell.depth else np.pi / 2,
    )
    for role in ("flipper", "flipper", "sofa", "bar_stool", "bar_stool", "low_cabinet", "speaker"):
        if maker.chance(0.7):
            placed = maker.wall(role, gap=0.05)
            if role == "sofa" and placed:
                maker.seats.append(placed)
    if table:
        maker.hang("hanging_lamp", *table.block.centre)
    extras(maker, plants=1, things=1)
