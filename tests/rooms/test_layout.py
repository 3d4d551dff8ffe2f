"""Furnished rooms: objects are inside, apart from each other, and the same for the same seed."""

from itertools import combinations

import numpy as np
import pytest

from mtal.rooms.catalogue import FURNITURE
from mtal.rooms.furniture import FurnitureLibrary, area, both_sides
from mtal.rooms.layout import Furnisher
from mtal.rooms.light import MOODS
from mtal.rooms.mesh import Mesh
from mtal.rooms.placement import Floor
from mtal.rooms.room import make_room
from mtal.rooms.room_types import ROOM_TYPES
from mtal.rooms.shapes import box
from mtal.rooms.shell import Opening, Shell

pytestmark = pytest.mark.skipif(
    not FURNITURE.is_dir(), reason="the furniture libraries are not installed"
)
SHELL = Shell(
    4.6,
    4.2,
    2.6,
    (Opening("door", 0, 0.2, 0.9, 0.0, 2.0), Opening("window", 2, 1.0, 1.6, 0.9, 1.2)),
)


def furnished(kind: str, seed: int = 5) -> Furnisher:
    rng = np.random.default_rng(seed)
    floor = Floor(SHELL)
    furnisher = Furnisher(floor, FurnitureLibrary(FURNITURE, rng), rng)
    ROOM_TYPES[kind].furnish(furnisher)
    return furnisher


@pytest.fixture(scope="module", params=["living", "bedroom", "kitchen", "music", "bathroom"])
def furnisher(request: pytest.FixtureRequest) -> Furnisher:
    return furnished(request.param)


def test_nothing_overlaps_but_chairs_and_tables(furnisher):
    placed = furnisher.floor.placed
    assert len(placed) >= 3
    meeting = [
        {first.scene_object.class_name, second.scene_object.class_name}
        for first, second in combinations(placed, 2)
        if first.block.meets(second.block)
    ]
    assert all(pair == {"chair", "table"} for pair in meeting)


def test_all_stand_inside_and_leave_the_door_free(furnisher):
    for placed in furnisher.floor.placed:
        low, high = placed.scene_object.bounds()
        assert (low >= -1e-4).all()
        assert (high <= [SHELL.width + 1e-4, SHELL.height, SHELL.depth + 1e-4]).all()
        assert not placed.block.meets(furnisher.floor.kept[0])


def test_objects_stand_on_the_floor_or_on_another_or_hang(furnisher):
    for placed in furnisher.floor.placed:
        foot = placed.block.low
        below = [
            other
            for other in furnisher.floor.placed
            if abs(other.scene_object.top - foot) < 0.003 and other is not placed
        ]
        hangs = placed.block.high > SHELL.height - 0.02
        assert foot < 0.01 or below or placed.side >= 0 or hangs


def test_same_seed_same_room():
    first, second = (
        make_room(np.random.default_rng(4), "office", "evening", 0, FURNITURE) for _ in range(2)
    )
    first_credits, second_credits = (
        [scene_object.credit for scene_object in room.scene_objects] for room in (first, second)
    )
    assert first_credits == second_credits
    for a, b in zip(first.scene_objects, second.scene_objects, strict=True):
        assert all(
            np.array_equal(x.vertices, y.vertices) for x, y in zip(a.meshes, b.meshes, strict=True)
        )


def test_by_day_windows_shine_and_in_the_evening_lamps_do():
    day, evening = (
        make_room(np.random.default_rng(4), "bedroom", mood, 0, FURNITURE)
        for mood in ("day", "evening")
    )
    assert "window" in {shown.class_name for shown in day.scene_objects if shown.lit}
    assert "lamp" in {shown.class_name for shown in evening.scene_objects if shown.lit}
    assert max(MOODS["day"].sky) > 10 * max(MOODS["evening"].sky)


def test_lamp_shades_shine_both_ways():
    cube = box((0, 0, 0), (1, 1, 1))
    both = both_sides(Mesh(cube.vertices, cube.faces, None))
    assert area(both) == pytest.approx(12, rel=0.02)
    assert len(both.faces) == 2 * len(cube.faces)
