"""Plan the rooms and frames: a pool as if collected, and a balanced validation split.

The pool is short walks through common rooms by daylight, with near-duplicate frames, and a long
tail of rare rooms and rare light. Validation has every room type and mood equally often, one frame
per room. A frame depends only on (seed, split, room, frame).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mtal.config import ConfigError
from mtal.rooms.light import MOODS
from mtal.rooms.room_types import ROOM_TYPES

SPLITS = ("pool", "validation")
SHARE = 0.2  # of the images that are the validation split
WALK = (3, 8)  # frames of a walk, fewest and most
RARE_ROOMS = 0.12  # share of the pool's rooms
LIGHT = {"day": 0.62, "overcast": 0.12, "sun": 0.1, "evening": 0.1, "night": 0.06}
PEOPLED = 0.34  # share of rooms with people, who are not seen in every frame
SEVERAL = 0.25  # share of these with two people


@dataclass(frozen=True)
class Visit:
    """A room, and the number of frames that are rendered of it."""

    split: str
    room: int
    room_type: str
    mood: str
    people: int
    frames: int

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the frames, such as "living012_03", or "val_living012_00" for validation."""
        prefix = "" if self.split == "pool" else "val_"
        name = f"{prefix}{self.room_type}{self.room:03d}"
        return tuple(f"{name}_{frame:02d}" for frame in range(self.frames))


def plan(images: int, seed: int) -> tuple[Visit, ...]:
    """Return all visits, of `images` frames in both splits, four in the pool to one for validation.

    Raises ConfigError for fewer than 5 images.
    """
    if images < 5:
        raise ConfigError(
            f"--images: at least 5, four for the pool and one to validate, not {images}"
        )
    checked = round(images * SHARE)
    return (*_pool(images - checked, seed), *_validation(checked, seed))


def keeps(images: int, more: int, seed: int) -> bool:
    """Whether the plan of `more` images has every visit of the plan of `images` unchanged.

    A walk that was cut short and is longer now has other cameras, so it counts as changed.
    """
    return set(plan(images, seed)) <= set(plan(more, seed))


def _pool(images: int, seed: int) -> Iterator[Visit]:
    room = 0
    while images > 0:
        rng = stream(seed, "pool", room)
        frames = min(int(rng.integers(WALK[0], WALK[1] + 1)), images)
        room_type = _room_type(rng)
        mood = str(rng.choice(list(LIGHT), p=list(LIGHT.values())))
        yield Visit("pool", room, room_type, mood, _people(rng), frames)
        room, images = room + 1, images - frames


def _room_type(rng: np.random.Generator) -> str:
    """Draw the name of a room type."""
    rare = [kind.name for kind in ROOM_TYPES.values() if not kind.common]
    if rng.random() < RARE_ROOMS:
        return str(rng.choice(rare))
    common = {kind.name: kind.common for kind in ROOM_TYPES.values() if kind.common}
    shares = np.array(list(common.values()))
    return str(rng.choice(list(common), p=shares / shares.sum()))


def _people(rng: np.random.Generator) -> int:
    """Draw the number of people in a room."""
    peopled, several = rng.random() < PEOPLED, rng.random() < SEVERAL
    if not peopled:
        return 0
    return 2 if several else 1


def _validation(images: int, seed: int) -> Iterator[Visit]:
    """Yield room types in turn, and moods in turn for each type, each from another mood on."""
    room_types, moods = list(ROOM_TYPES), list(MOODS)
    for room in range(images):
        lap, index = divmod(room, len(room_types))
        people = _people(stream(seed, "validation", room))
        mood = moods[(lap + index) % len(moods)]
        yield Visit("validation", room, room_types[index], mood, people, 1)


def stream(seed: int, split: str, room: int, *more: int) -> np.random.Generator:
    """Return the generator of a room, or of one purpose within it; all seeds come from here."""
    return np.random.default_rng([seed, SPLITS.index(split), room, *more])
