"""Place objects in a room: on the floor, at a wall or on top of each other, without overlaps."""

from dataclasses import dataclass, field

import numpy as np

from mtal.rooms.scene_object import SceneObject
from mtal.rooms.shell import Shell, Side

SWING = 0.95  # metres in front of a door that stay free
TRIES = 40  # positions tried at the walls


@dataclass(frozen=True)
class Block:
    """An axis-aligned box: the extent of an object, or free space that it needs."""

    x0: float
    z0: float
    x1: float
    z1: float
    low: float = 0.0
    high: float = 9.0

    def meets(self, other: "Block", gap: float = 0.0) -> bool:
        """Whether two boxes overlap, or come closer than `gap` metres on the floor."""
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
        """Middle (x, z) of the box."""
        return (self.x0 + self.x1) / 2, (self.z0 + self.z1) / 2


@dataclass(frozen=True, eq=False)
class Placed:
    """An object at its position in the room."""

    scene_object: SceneObject
    block: Block
    turn: float  # radians, from z towards x
    side: int = -1  # the wall at its back, -1 if there is none
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)  # of the object's own frame
    size: tuple[float, float, float] = (0.0, 0.0, 0.0)  # before the turn

    def point(self, right: float, forward: float) -> tuple[float, float]:
        """Return (x, z) of a point given in the object's own frame."""
        sine, cosine = np.sin(self.turn), np.cos(self.turn)
        return (
            self.origin[0] + cosine * right + sine * forward,
            self.origin[2] - sine * right + cosine * forward,
        )


@dataclass
class Floor:
    """A room that is being furnished."""

    shell: Shell
    placed: list[Placed] = field(default_factory=list)
    kept: list[Block] = field(default_factory=list)  # space that stays free of objects

    def __post_init__(self) -> None:
        for opening in self.shell.openings:
            if opening.kind == "door":
                start, width = opening.start - 0.08, opening.width + 0.16
                high = opening.height + 0.1
                self.kept.append(self.stretch(opening.side, start, width, SWING, 0, high))

    def stretch(
        self,
        side: int,
        start: float,
        width: float,
        depth: float,
        low: float = 0.0,
        high: float = 9.0,
    ) -> Block:
        """Return a block at a wall.

        Arguments:
            side: index of the wall.
            start: metres along the wall.
            width: metres along the wall.
            depth: metres into the room.
            low: lower end, in metres above the floor.
            high: upper end.
        """
        wall = self.shell.sides[side]
        corners = np.stack([wall.at(start), wall.at(start + width, 0, depth)])
        (x0, _, z0), (x1, _, z1) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
        return Block(x0, z0, x1, z1, low, high)

    def fits(self, block: Block, gap: float = 0.03, access: Block | None = None) -> bool:
        """Whether an object fits: inside the room, apart from others, and with free access."""
        inside = (
            block.x0 >= -1e-6
            and block.z0 >= -1e-6
            and block.x1 <= self.shell.width + 1e-6
            and block.z1 <= self.shell.depth + 1e-6
            and block.high <= self.shell.height
        )
        if not inside or any(block.meets(space) for space in self.kept):
            return False
        if any(block.meets(placed.block, gap) for placed in self.placed):
            return False
        return access is None or not any(access.meets(placed.block) for placed in self.placed)

    def stand(
        self,
        scene_object: SceneObject,
        x: float,
        z: float,
        turn: float = 0.0,
        y: float = 0.0,
        side: int = -1,
        gap: float = 0.03,
        access: Block | None = None,
    ) -> Placed | None:
        """Place an object; None if it does not fit.

        Arguments:
            scene_object: the object, at the origin.
            x: position on the floor, in metres.
            z: position on the floor.
            turn: radians, from z towards x.
            y: height of its foot.
            side: index of the wall at its back, -1 for none.
            gap: metres to other objects.
            access: block that must be free now and stays free.
        """
        low, high = scene_object.bounds()
        moved = scene_object.moved(turn, (x, y, z))
        first, last = moved.bounds()
        (x0, y0, z0), (x1, y1, z1) = first.tolist(), last.tolist()
        block = Block(x0, z0, x1, z1, y0, y1)
        if not self.fits(block, gap, access):
            return None
        width, height, depth = (high - low).tolist()
        placed = Placed(moved, block, turn, side, (x, y, z), (width, height, depth))
        self.placed.append(placed)
        if access is not None:
            self.kept.append(access)
        return placed

    def at_wall(
        self,
        rng: np.random.Generator,
        scene_object: SceneObject,
        sides: tuple[int, ...] = (0, 1, 2, 3),
        at: float | None = None,
        access: float = 0.0,
        y: float = 0.0,
        gap: float = 0.02,
    ) -> Placed | None:
        """Place an object with its back to a wall; None if it fits nowhere.

        Arguments:
            rng: generator of the position.
            scene_object: the object, at the origin.
            sides: indices of the walls to try.
            at: metres along the wall to its middle; without it anywhere, often in a corner.
            access: metres in front that stay free.
            y: height of its foot, in metres.
            gap: metres to the wall.
        """
        low, high = scene_object.bounds()
        width, depth = float(high[0] - low[0]), float(high[2] - low[2])
        for _ in range(TRIES if at is None else len(sides)):
            number = int(rng.choice(sides))
            side = self.shell.sides[number]
            slack = side.length - width - 0.06
            if slack < 0:
                continue
            if at is None:
                start = 0.03 + float(rng.choice([0, 1, rng.random(), rng.random()])) * slack
            else:
                start = at - width / 2
            if self.window_behind(number, start, width, y + float(low[1]), y + float(high[1])):
                continue
            x, _, z = side.at(start + width / 2, 0, depth / 2 + gap).tolist()
            front = self.stretch(number, start, width, depth + access, 0, 1.8) if access else None
            placed = self.stand(scene_object, x, z, side.turn, y, number, access=front)
            if placed:
                return placed
        return None

    def window_behind(
        self, number: int, start: float, width: float, low: float, high: float
    ) -> bool:
        """Whether an object of this extent would stand before a window or its curtains."""
        return any(
            opening.side == number
            and opening.kind == "window"
            and start < opening.end + 0.25
            and opening.start - 0.25 < start + width
            and low < opening.top
            and high > opening.bottom - 0.02
            for opening in self.shell.openings
        )

    def along(self, placed: Placed) -> float:
        """Return the position of an object along its wall, in metres."""
        side: Side = self.shell.sides[placed.side]
        return float((np.array(placed.origin) - side.origin) @ side.along)
