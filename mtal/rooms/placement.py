"""Where things stand: rectangles on the floor that may not overlap, walls to stand at, and tops to stand on."""

from dataclasses import dataclass, field

import numpy as np

from mtal.rooms.shell import Shell, Side
from mtal.rooms.scene_object import SceneObject

SWING = 0.95  # metres in front of a door that stay free
TIES = 40  # places that are tried


@dataclass(frozen=True)
class Block:
    """A box with sides along the walls: a thing, or room to move that it needs."""

    x0: float
    z0: float
    x1: float
    z1: float
    low: float = 0.0
    high: float = 9.0

    def meets(self, other: "Block", gap: float = 0.0) -> bool:
        return (
            self.x0 < other.x1 + gap
            and other.x0 < self.x1 + gap
            and self.z0 < other.z1 + gap
            and other.z0 < self.z1 + gap
            and self.low < other.high - 1e-4
            and other.low < self.high - 1e-4
        )

    @property
    def centre(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, (self.z0 + self.z1) / 2


@dataclass(frozen=True, eq=False)
class Placed:
    """A thing in its place. turn: radians, from z towards x; side: the wall at its back, -1 where it stands free."""

    thing: SceneObject
    block: Block
    turn: float
    side: int = -1
    place: tuple[float, float, float] = (0.0, 0.0, 0.0)  # of the thing's own origin
    size: tuple[float, float, float] = (0.0, 0.0, 0.0)  # before it was turned

    def point(self, right: float, forward: float) -> tuple[float, float]:
        """(x, z) of a place given in the thing's own frame."""
        sine, cosine = np.sin(self.turn), np.cos(self.turn)
        return (
            self.place[0] + cosine * right + sine * forward,
            self.place[2] - sine * right + cosine * forward,
        )


@dataclass
class Floor:
    """A room in the making."""

    shell: Shell
    placed: list[Placed] = field(default_factory=list)
    kept: list[Block] = field(
        default_factory=list
    )  # must stay free of things, not of other such room

    def __post_init__(self) -> None:
        for one in self.shell.openings:
            if one.kind == "door":
                self.kept.append(
                    self.stretch(
                        one.side, one.start - 0.08, one.width + 0.16, SWING, 0, one.height + 0.1
                    )
                )

    def stretch(
        self,
        side: int,
        start: float,
        width: float,
        depth: float,
        low: float = 0.0,
        high: float = 9.0,
    ) -> Block:
        """A block at a wall."""
        wall = self.shell.sides[side]
        corners = np.stack([wall.at(start), wall.at(start + width, 0, depth)])
        (x0, _, z0), (x1, _, z1) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
        return Block(x0, z0, x1, z1, low, high)

    def fits(self, block: Block, gap: float = 0.03, access: Block | None = None) -> bool:
        """Whether a thing may stand there."""
        inside = (
            block.x0 >= -1e-6
            and block.z0 >= -1e-6
            and block.x1 <= self.shell.width + 1e-6
            and block.z1 <= self.shell.depth + 1e-6
            and block.high <= self.shell.height
        )
        if (
            not inside
            or any(block.meets(one) for one in self.kept)
            or any(block.meets(one.block, gap) for one in self.placed)
        ):
            return False
        return access is None or not any(access.meets(one.block) for one in self.placed)

    def stand(
        self,
        thing: SceneObject,
        x: float,
        z: float,
        turn: float = 0.0,
        y: float = 0.0,
        side: int = -1,
        gap: float = 0.03,
        access: Block | None = None,
    ) -> Placed | None:
        """Puts a thing made at the origin there, unless something is in the way."""
        low, high = thing.bounds()
        there = thing.moved(turn, (x, y, z))
        first, last = there.bounds()
        block = Block(
            float(first[0]),
            float(first[2]),
            float(last[0]),
            float(last[2]),
            float(first[1]),
            float(last[1]),
        )
        if not self.fits(block, gap, access):
            return None
        width, height, depth = (high - low).tolist()
        placed = Placed(there, block, turn, side, (x, y, z), (width, height, depth))
        self.placed.append(placed)
        if access is not None:
            self.kept.append(access)
        return placed

    def at_wall(
        self,
        rng: np.random.Generator,
        thing: SceneObject,
        sides: tuple[int, ...] = (0, 1, 2, 3),
        at: float | None = None,
        access: float = 0.0,
        y: float = 0.0,
        gap: float = 0.02,
    ) -> Placed | None:
        """At a free place of one of these walls, with its back to it.

        at: metres along the wall, else anywhere, often in a corner. access: metres in front that stay free.
        """
        low, high = thing.bounds()
        width, depth = float(high[0] - low[0]), float(high[2] - low[2])
        for _ in range(TIES if at is None else len(sides)):
            number = int(rng.choice(sides))
            side = self.shell.sides[number]
            room = side.length - width - 0.06
            if room < 0:
                continue
            start = (
                at - width / 2
                if at is not None
                else 0.03 + float(rng.choice([0, 1, rng.random(), rng.random()])) * room
            )
            if self.window_behind(number, start, width, y + float(low[1]), y + float(high[1])):
                continue
            x, _, z = side.at(start + width / 2, 0, depth / 2 + gap).tolist()
            front = self.stretch(number, start, width, depth + access, 0, 1.8) if access else None
            placed = self.stand(thing, x, z, side.turn, y, number, access=front)
            if placed:
                return placed
        return None

    def window_behind(
        self, number: int, start: float, width: float, low: float, high: float
    ) -> bool:
        """Whether such a thing would stand before a window or its curtains."""
        return any(
            one.side == number
            and one.kind == "window"
            and start < one.end + 0.25
            and one.start - 0.25 < start + width
            and low < one.top
            and high > one.bottom - 0.02
            for one in self.shell.openings
        )

    def along(self, placed: Placed) -> float:
        """Metres along its wall."""
        side: Side = self.shell.sides[placed.side]
        return float((np.array(placed.place) - side.origin) @ side.along)
