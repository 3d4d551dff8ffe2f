"""Room types: size, windows, floor, and the function that furnishes them.

In metres; our choice, after real rooms.
"""

from collections.abc import Callable
from dataclasses import dataclass

from mtal.rooms.furnish_living import dining, living
from mtal.rooms.furnish_rare import bathroom, games, garage, gym, music
from mtal.rooms.furnish_sleeping import bedroom, nursery
from mtal.rooms.furnish_working import kitchen, office
from mtal.rooms.layout import Furnisher

CARPETED = ("carpet", "planks", "carpet")  # one is drawn, so the first is twice as frequent
TILED = ("tiles", "planks", "tiles")


@dataclass(frozen=True)
class RoomType:
    """What rooms of a type have in common."""

    name: str
    width: tuple[float, float]  # metres, from and to
    depth: tuple[float, float]
    furnish: Callable[[Furnisher], None]
    windows: tuple[int, int] = (1, 2)  # fewest and most
    common: float = 0.0  # share of the pool's rooms; 0 = rare, those share the rest
    tiled: bool = False
    pictures: int = 4
    floors: tuple[str, ...] = ("planks", "planks", "carpet")


ROOM_TYPES: dict[str, RoomType] = {
    room_type.name: room_type
    for room_type in (
        RoomType("living", (3.8, 6.0), (3.6, 5.2), living, (1, 3), 0.28),
        RoomType("bedroom", (3.2, 4.8), (3.2, 4.6), bedroom, (1, 2), 0.24),
        RoomType(
            "office", (3.2, 5.5), (3.2, 5.0), office, (1, 3), 0.15, pictures=3, floors=CARPETED
        ),
        RoomType(
            "kitchen", (3.4, 5.2), (3.2, 4.6), kitchen, (1, 2), 0.13, pictures=2, floors=TILED
        ),
        RoomType("dining", (3.4, 5.4), (3.4, 4.8), dining, (1, 3), 0.1),
        RoomType("bathroom", (2.6, 3.6), (2.4, 3.4), bathroom, (0, 1), 0.0, True, 1, ("tiles",)),
        RoomType("nursery", (3.2, 4.4), (3.2, 4.4), nursery, (1, 2), 0.0, pictures=5),
        RoomType(
            "gym", (4.4, 6.2), (4.0, 5.6), gym, (0, 2), 0.0, pictures=2, floors=("carpet", "planks")
        ),
        RoomType("music", (3.8, 5.5), (3.6, 5.0), music, (1, 2), 0.0),
        RoomType(
            "garage", (4.2, 6.0), (4.0, 5.6), garage, (0, 1), 0.0, pictures=1, floors=("concrete",)
        ),
        RoomType("games", (4.6, 6.4), (4.4, 5.6), games, (0, 2), 0.0),
    )
}
