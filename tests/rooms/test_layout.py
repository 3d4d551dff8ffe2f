"""Furnished rooms of every kind: inside, apart from each other, and the same for the same seed."""

import numpy as np
import pytest

from mtal.rooms.catalogue import FURNITURE
from mtal.rooms.furniture import Furniture, area, both_sides
from mtal.rooms.room_types import KINDS
from mtal.rooms.layout import Furnisher
from mtal.rooms.light import MOODS
from mtal.rooms.mesh import Mesh
from mtal.rooms.placement import Floor
from mtal.rooms.room import make_room
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
    maker = Furnisher(floor, Furniture(FURNITURE, rng), rng)
    KINDS[kind].furnish(maker)
    return maker


@pytest.fixture(scope="module", params=["living", "bedroom", "kitchen", "music", "bathroom"])
def maker(request: pytest.FixtureRequest) -> Furnisher:
    return furnished(request.param)


def test_nothing_overlaps_but_chairs_and_tables(maker):
    placed = maker.floor.placed
    assert len(placed) >= 3
    meeting = [
        {one.thing.kind, other.thing.kind}
        for at, one in enumerate(placed)
        for other in placed[:at]
        if one.block.meets(other.block)
    ]
    assert all(pair == {"chair", "table"} for pair in meeting)


def test_all_stand_inside_and_leave_the_door_free(maker):
    for one in maker.floor.placed:
        low, high = one.thing.bounds()
        assert (low >= -1e-4).all()
        assert (high <= [SHELL.width + 1e-4, SHELL.height, SHELL.depth + 1e-4]).all()
        assert not one.block.meets(maker.floor.kept[0])


def test_things_stand_on_the_floor_or_on_something_or_hang(maker):
    for one in maker.floor.placed:
        foot = one.block.low
        below = [
            other
            for other in maker.floor.placed
            if abs(other.thing.top - foot) < 0.003 and other is not one
        ]
        hangs = one.block.high > SHELL.height - 0.02
        assert foot < 0.01 or below or one.side >= 0 or hangs


def test_same_seed_same_room():
    one, two = (
        make_room(np.random.default_rng(4), "office", "evening", 0, FURNITURE) for _ in range(2)
    )
    assert [thing.credit for thing in one.things] == [thing.credit for thing in two.things]
    for a, b in zip(one.things, two.things, strict=True):
        assert all(
            np.array_equal(x.vertices, y.vertices) for x, y in zip(a.meshes, b.meshes, strict=True)
        )


def test_by_day_windows_shine_and_in_the_evening_lamps_do():
    day, evening = (
        make_room(np.random.default_rng(4), "bedroom", mood, 0, FURNITURE)
        for mood in ("day", "evening")
    )
    assert [thing for thing in day.things if thing.kind == "window" and thing.lit]
    assert [thing for thing in evening.things if thing.kind == "lamp" and thing.lit]
    assert max(MOODS["day"].sky) > 10 * max(MOODS["evening"].sky)


def test_lamp_shades_shine_both_ways():
    cube = box((0, 0, 0), (1, 1, 1))
    both = both_sides(Mesh(cube.vertices, cube.faces, None))
    assert area(both) == pytest.approx(12, rel=0.02)
    assert len(both.faces) == 2 * len(cube.faces)
