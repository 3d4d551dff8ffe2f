"""Which rooms and frames there are: a pool made like one that was really collected, and a balanced validation split.

The pool is short walks through common rooms by daylight, with near-duplicate frames, and a long tail of rare rooms and rare
light. Validation shows every kind and light alike, one frame per room. A frame needs only (seed, split, room, frame).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mtal.config import ConfigError
from mtal.rooms.room_types import KINDS
from mtal.rooms.light import MOODS

SPLITS = ("pool", "validation")
SHARE = 0.2  # of the images that validate
WALK = (3, 8)  # frames, fewest and most
RARE_ROOMS = 0.12  # share of the pool's rooms
LIGHT = {"day": 0.62, "overcast": 0.12, "sun": 0.1, "evening": 0.1, "night": 0.06}
PEOPLED = 0.34  # share of the rooms; in some of their frames nobody is seen
SEVERAL = 0.25  # of these, with two people


@dataclass(frozen=True)
class Visit:
    """A room and how many frames are made of it."""

    split: str
    room: int
    kind: str
    mood: str
    people: int
    frames: int

    @property
    def ids(self) -> tuple[str, ...]:
        """ "living012_03"; validation rooms are named apart."""
        name = (
            f"{self.kind}{self.room:03d}"
            if self.split == "pool"
            else f"val_{self.kind}{self.room:03d}"
        )
        return tuple(f"{name}_{frame:02d}" for frame in range(self.frames))


def plan(images: int, seed: int) -> tuple[Visit, ...]:
    """All visits; `images` in both splits together, four in the pool to one that validates."""
    if images < 5:
        raise ConfigError(
            f"--images: at least 5, four for the pool and one to validate, not {images}"
        )
    checked = round(images * SHARE)
    return (*_pool(images - checked, seed), *_validation(checked, seed))


def keeps(images: int, more: int, seed: int) -> bool:
    """Whether the plan of `more` images has every visit of the plan of `images` as it is. A walk that was cut short and now
    goes on is another walk: its cameras stand elsewhere."""
    return set(plan(images, seed)) <= set(plan(more, seed))


def _pool(images: int, seed: int) -> Iterator[Visit]:
    room = 0
    while images > 0:
        rng = stream(seed, "pool", room)
        frames = min(int(rng.integers(WALK[0], WALK[1] + 1)), images)
        yield Visit(
            "pool",
            room,
            _kind(rng),
            str(rng.choice(list(LIGHT), p=list(LIGHT.values()))),
            _people(rng),
            frames,
        )
        room, images = room + 1, images - frames


def _kind(rng: np.random.Generator) -> str:
    rare = [kind.name for kind in KINDS.values() if not kind.common]
    if rng.random() < RARE_ROOMS:
        return str(rng.choice(rare))
    common = {kind.name: kind.common for kind in KINDS.values() if kind.common}
    shares = np.array(list(common.values()))
    return str(rng.choice(list(common), p=shares / shares.sum()))


def _people(rng: np.random.Generator) -> int:
    return int(rng.random() < PEOPLED) * (1 + int(rng.random() < SEVERAL))


def _validation(images: int, seed: int) -> Iterator[Visit]:
    """Kinds in turn, and lights in turn for each kind; each kind counts the lights from another one on."""
    kinds, moods = list(KINDS), list(MOODS)
    for room in range(images):
        lap, place = divmod(room, len(kinds))
        people = _people(stream(seed, "validation", room))
        yield Visit("validation", room, kinds[place], moods[(lap + place) % len(moods)], people, 1)


def stream(seed: int, split: str, room: int, *more: int) -> np.random.Generator:
    """The one tree of seeds."""
    return np.random.default_rng([seed, SPLITS.index(split), room, *more])
