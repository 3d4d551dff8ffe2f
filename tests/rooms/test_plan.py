"""Which rooms and frames there are."""

from collections import Counter

import pytest

from mtal.config import ConfigError
from mtal.rooms.light import MOODS
from mtal.rooms.plan import WALK, keeps, plan, stream
from mtal.rooms.room_types import ROOM_TYPES


def of(split: str, images: int = 600, seed: int = 3) -> list:
    return [visit for visit in plan(images, seed) if visit.split == split]


@pytest.mark.parametrize("images", [5, 50, 600, 601])
def test_four_in_the_pool_to_one_that_validates(images):
    pool, validation = (
        sum(visit.frames for visit in of(split, images)) for split in ("pool", "validation")
    )
    assert pool + validation == images
    assert abs(validation - images / 5) <= 0.5


def test_no_id_twice_and_no_room_in_both():
    ids = [name for visit in plan(600, 3) for name in visit.ids]
    assert len(set(ids)) == 600
    states = [
        stream(3, visit.split, visit.room, 1).bit_generator.state["state"]["state"]
        for visit in plan(600, 3)
    ]
    assert len(set(states)) == len(states)


def test_same_seed_same_plan():
    assert plan(200, 8) == plan(200, 8)
    assert plan(200, 8) != plan(200, 9)


def test_more_images_keep_the_rooms_that_were_there():
    few, many = of("pool", 100), of("pool", 300)
    assert few[:-1] == many[: len(few) - 1]


def test_a_plan_is_kept_where_no_walk_is_cut():
    whole = sum(visit.frames for visit in of("pool", 100)[:-1])
    images = next(images for images in range(5, 100) if images - round(images / 5) == whole)
    assert keeps(images, 100, 3)
    assert keeps(100, 100, 3)
    assert not keeps(100, images, 3)
    assert not keeps(99, 100, 3)  # its last walk is a frame shorter


def test_walks_in_the_pool_and_single_frames_to_validate():
    assert {visit.frames for visit in of("pool")[:-1]} <= set(range(WALK[0], WALK[1] + 1))
    assert {visit.frames for visit in of("validation")} == {1}


def test_validation_is_balanced_and_the_pool_is_not():
    types = Counter(visit.room_type for visit in of("validation"))
    moods = Counter(visit.mood for visit in of("validation"))
    pairs = Counter((visit.room_type, visit.mood) for visit in of("validation"))
    assert set(types) == set(ROOM_TYPES)
    assert max(types.values()) - min(types.values()) <= 1
    assert max(moods.values()) - min(moods.values()) <= 1
    assert len(pairs) == len(ROOM_TYPES) * len(MOODS)
    pool = Counter(visit.room_type for visit in of("pool"))
    rare = sum(count for name, count in pool.items() if not ROOM_TYPES[name].common)
    assert 0 < rare < 0.3 * sum(pool.values())


def test_too_few_images_say_how_many():
    with pytest.raises(ConfigError, match="at least 5"):
        plan(4, 1)
