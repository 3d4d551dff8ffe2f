"""Objects do not overlap, stay inside, and leave doors free."""

from itertools import combinations

import numpy as np
import pytest

from mtal.rooms.placement import SWING, Block, Floor
from mtal.rooms.scene_object import SceneObject
from mtal.rooms.shapes import box, plain
from mtal.rooms.shell import Opening, Shell

ROOM = Shell(
    4.0,
    3.0,
    2.5,
    (Opening("door", 0, 0.5, 0.9, 0.0, 2.0), Opening("window", 2, 1.0, 1.5, 0.9, 1.2)),
)


def chest(width: float = 0.8, height: float = 0.7, depth: float = 0.5) -> SceneObject:
    body = box((-width / 2, 0, -depth / 2), (width / 2, height, depth / 2))
    return SceneObject("cabinet", (plain(body, (0.5, 0.5, 0.5)),), top=height)


def filled(seed: int, height: float = 0.7) -> Floor:
    floor, rng = Floor(ROOM), np.random.default_rng(seed)
    for _ in range(15):
        floor.at_wall(rng, chest(height=height))
    return floor


@pytest.mark.parametrize("seed", range(8))
def test_blocks_meet_as_points_say(seed):
    rng = np.random.default_rng(seed)
    a, b = (Block(*low, *(low + rng.uniform(0.5, 3, 2)), 0, 1) for low in rng.uniform(0, 3, (2, 2)))
    x, z = np.meshgrid(*[np.linspace(0, 7, 701)] * 2)
    within = [(block.x0 < x) & (x < block.x1) & (block.z0 < z) & (z < block.z1) for block in (a, b)]
    shared = (within[0] & within[1]).any()
    assert a.meets(b) == b.meets(a) == shared


def test_one_above_the_other_does_not_meet():
    assert not Block(0, 0, 1, 1, 0, 0.7).meets(Block(0, 0, 1, 1, 0.7, 1))


@pytest.mark.parametrize("seed", range(5))
def test_nothing_overlaps_and_all_stay_inside(seed):
    blocks = [placed.block for placed in filled(seed).placed]
    assert len(blocks) > 5
    assert not any(first.meets(second) for first, second in combinations(blocks, 2))
    assert all(block.x0 >= 0 and block.z0 >= 0 for block in blocks)
    assert all(block.x1 <= 4 and block.z1 <= 3 for block in blocks)


@pytest.mark.parametrize("seed", range(5))
def test_the_door_opens(seed):
    swing = Block(0.5, 0, 1.4, SWING)
    assert not any(placed.block.meets(swing) for placed in filled(seed).placed)


@pytest.mark.parametrize("seed", range(5))
def test_only_low_objects_stand_below_the_window(seed):
    behind = Block(1.5, 2.0, 3.0, 3.0)  # the wall z = 3 runs from x = 4 down
    low, tall = (
        [placed for placed in filled(seed, height).placed if placed.block.meets(behind)]
        for height in (0.7, 1.8)
    )
    assert not [placed for placed in tall if placed.side == 2]
    assert low


@pytest.mark.parametrize("side", range(4))
def test_backs_are_at_the_wall_and_fronts_look_inwards(side):
    placed = Floor(ROOM).at_wall(np.random.default_rng(0), chest(), (side,), gap=0.0)
    assert placed is not None
    wall = ROOM.sides[side]
    back = [
        (vertex - wall.origin) @ wall.inward for vertex in placed.scene_object.meshes[0].vertices
    ]
    assert min(back) == pytest.approx(0, abs=1e-5)
    x, z = placed.point(0, 1)
    assert (np.array([x, 0, z]) - placed.origin) @ wall.inward == pytest.approx(1)


def test_a_full_room_takes_no_more():
    floor = Floor(ROOM)
    assert floor.stand(chest(3.0, 1, 1.9), 2.2, 2.0)
    assert floor.at_wall(np.random.default_rng(0), chest(3.5, 1, 1.5)) is None
