"""Furnish the rare rooms of the long tail: bathroom, gym, music room, garage, games room."""

import numpy as np

from mtal.rooms.furnish_living import extras
from mtal.rooms.layout import Furnisher


def bathroom(furnisher: Furnisher) -> None:
    """Furnish a bathroom."""
    first = ("bath", "shower", "corner_bath", "bath")[int(furnisher.rng.integers(4))]
    for role, access in (
        (first, 0.2),
        ("toilet", 0.4),
        ("basin", 0.4),
        ("bidet", 0.3),
        ("washer", 0.3),
    ):
        if role not in ("bidet", "washer") or furnisher.chance(0.4):
            furnisher.wall(role, access=access)
    if furnisher.chance(0.6):
        furnisher.wall("towels", y=0.3)
    if furnisher.chance(0.5):
        furnisher.wall("basket", gap=0.05)
    if furnisher.chance(0.6):
        shell = furnisher.floor.shell
        furnisher.rug(shell.width / 2, shell.depth / 2, 0.9, 0.6)
    extras(furnisher, plants=1, objects=0)


def gym(furnisher: Furnisher) -> None:
    """Furnish a gym."""
    for role in ("treadmill", "gym", "gym", "gym", "treadmill"):
        furnisher.wall(role, gap=0.25)
    for _ in range(3):
        if furnisher.chance(0.6):
            furnisher.free("gym", 0.8)
        else:
            furnisher.wall("floor_thing")
    furnisher.wall("cooler")
    furnisher.wall("bookcase")


def music(furnisher: Furnisher) -> None:
    """Furnish a music room."""
    grand = furnisher.free("grand_piano", 1.0, 0.0) if furnisher.chance(0.5) else None
    piano = grand or furnisher.wall("piano")
    if piano:
        furnisher.add_seat(furnisher.before(piano, "stool", 0.12, facing=True))
    for role in ("guitar", "guitar", "speaker", "speaker", "bookcase", "sofa", "low_cabinet"):
        if furnisher.chance(0.7):
            placed = furnisher.wall(role, gap=0.06)
            if role == "sofa":
                furnisher.add_seat(placed)
            if role == "low_cabinet":
                furnisher.upon(placed, "keyboard")
    for _ in range(int(furnisher.rng.integers(0, 4))):
        furnisher.add_seat(furnisher.free("dining_chair", 0.6))
    extras(furnisher, plants=1, objects=2)


def garage(furnisher: Furnisher) -> None:
    """Furnish a garage."""
    bench = furnisher.wall("workbench", access=0.4)
    furnisher.some(bench, "cabinet_thing", 2)
    furnisher.wall("bookcase")
    for _ in range(int(furnisher.rng.integers(5, 10))):
        if furnisher.chance(0.6):
            furnisher.wall("garage", gap=0.08)
        else:
            furnisher.free("garage", 0.5)
    for _ in range(3):
        furnisher.wall("floor_thing", gap=0.05)


def games(furnisher: Furnisher) -> None:
    """Furnish a games room."""
    shell = furnisher.floor.shell
    table = furnisher.floor.stand(
        furnisher.furniture.load("pool_table"),
        shell.width / 2,
        shell.depth / 2,
        0.0 if shell.width > shell.depth else np.pi / 2,
    )
    for role in ("flipper", "flipper", "sofa", "bar_stool", "bar_stool", "low_cabinet", "speaker"):
        if furnisher.chance(0.7):
            placed = furnisher.wall(role, gap=0.05)
            if role == "sofa":
                furnisher.add_seat(placed)
    if table:
        furnisher.hang("hanging_lamp", *table.block.centre)
    extras(furnisher, plants=1, objects=1)
