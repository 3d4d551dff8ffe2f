"""Groups of furniture as people put them: seats around a table, a bed with night stands, a row of kitchen cabinets.

A Maker furnishes one room. What does not fit is left out, so every room is possible; all numbers are our own choice.
"""

import numpy as np

from mtal.rooms.furniture import Furniture
from mtal.rooms.placement import Floor, Placed
from mtal.rooms.shapes import box, covered, joined, plain, quad
from mtal.rooms.textures import RUGS, paint, picture
from mtal.rooms.scene_object import SceneObject

ALL = (0, 1, 2, 3)


class Furnisher:
    """Puts things into a room, by one stream of random numbers."""

    def __init__(self, floor: Floor, furniture: Furniture, rng: np.random.Generator) -> None:
        self.floor, self.furniture, self.rng = floor, furniture, rng
        self.flat: list[SceneObject] = []  # rugs: they lie under everything
        self.seats: list[Placed] = []  # where people may sit
        self.beds: list[Placed] = []

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def wall(
        self,
        role: str,
        sides: tuple[int, ...] = ALL,
        at: float | None = None,
        access: float = 0.0,
        y: float = 0.0,
        gap: float = 0.02,
    ) -> Placed | None:
        """A thing with its back to one of these walls."""
        return self.floor.at_wall(self.rng, self.furniture.thing(role), sides, at, access, y, gap)

    def wide_sides(self) -> tuple[int, ...]:
        """Walls without a door, the longest first."""
        doors = {one.side for one in self.floor.shell.openings if one.kind == "door"}
        return tuple(
            sorted(
                (side for side in ALL if side not in doors),
                key=lambda one: -self.floor.shell.sides[one].length,
            )
        )

    def beside(
        self, base: Placed, role: str, right: float, gap: float = 0.06, back: bool = True
    ) -> Placed | None:
        """To the right (+1) or left (-1) of a thing, in line with its back."""
        thing = self.furniture.thing(role)
        low, high = thing.bounds()
        width, depth = float(high[0] - low[0]), float(high[2] - low[2])
        forward = (depth - base.size[2]) / 2 if back else 0.0
        x, z = base.point(right * (base.size[0] / 2 + width / 2 + gap), forward)
        return self.floor.stand(thing, x, z, base.turn)

    def before(
        self,
        base: Placed,
        role: str,
        distance: float,
        facing: bool = False,
        right: float = 0.0,
        jitter: float = 0.0,
    ) -> Placed | None:
        """In front of a thing; facing: turned towards it."""
        thing = self.furniture.thing(role)
        low, high = thing.bounds()
        x, z = base.point(right, base.size[2] / 2 + distance + float(high[2] - low[2]) / 2)
        return self.floor.stand(
            thing, x, z, base.turn + (np.pi if facing else 0) + float(self.rng.normal(0, jitter))
        )

    def upon(
        self,
        base: Placed | None,
        role: str,
        right: float | None = None,
        forward: float | None = None,
        turn: float | None = None,
    ) -> Placed | None:
        """On top of a thing, at a place of its own frame or anywhere on it."""
        if base is None:
            return None
        thing = self.furniture.thing(role)
        low, high = thing.bounds()
        reach = (np.array(base.size)[[0, 2]] - (high - low)[[0, 2]]) / 2 - 0.03
        if (reach < -0.01).any():
            return None
        for _ in range(12):
            spot = self.rng.uniform(-1, 1, 2) * np.maximum(reach, 0)
            across = spot[0] if right is None else float(np.clip(right, -reach[0], reach[0]))
            ahead = spot[1] if forward is None else float(np.clip(forward, -reach[1], reach[1]))
            x, z = base.point(across, ahead)
            angle = base.turn + (float(self.rng.normal(0, 0.4)) if turn is None else turn)
            placed = self.floor.stand(thing, x, z, angle, base.thing.top + 0.001, gap=0.01)
            if placed:
                return placed
        return None

    def some(self, base: Placed | None, role: str, most: int) -> None:
        """A few things on top."""
        for _ in range(int(self.rng.integers(0, most + 1))):
            self.upon(base, role)

    def around(self, table: Placed, role: str, most: int, pulled: float = 0.0) -> None:
        """Chairs of one kind along the sides of a table, facing it."""
        choice = self.furniture.pick(role)
        width, _, depth = table.size
        long = max(int(width / 0.6), 1)
        spots = [
            ((at + 0.5) / long * width - width / 2, sign * depth / 2, 0.0 if sign < 0 else np.pi)
            for sign in (-1, 1)
            for at in range(long)
        ]
        spots += [
            (sign * width / 2, 0.0, np.pi / 2 if sign < 0 else -np.pi / 2)
            for sign in (-1, 1)
            if depth > 0.6
        ]
        dressing = self.rng.bit_generator.state
        for number in self.rng.permutation(len(spots))[:most]:
            after, self.rng.bit_generator.state = self.rng.bit_generator.state, dressing
            thing = self.furniture.thing(choice)  # the same colours for all chairs
            self.rng.bit_generator.state = after
            right, forward, turn = spots[int(number)]
            low, high = thing.bounds()
            out = float(high[2] - low[2]) * float(self.rng.uniform(0.1, 0.35)) + pulled
            away = np.array([np.sign(right) if abs(forward) < 1e-9 else 0.0, np.sign(forward)])
            x, z = table.point(right + away[0] * out, forward + away[1] * out)
            placed = self._tucked(
                thing, x, z, table.turn + turn + float(self.rng.normal(0, 0.12)), table
            )
            if placed:
                self.seats.append(placed)

    def _tucked(
        self, thing: SceneObject, x: float, z: float, turn: float, table: Placed
    ) -> Placed | None:
        """A chair may reach under its table, so the table is out of the way meanwhile."""
        self.floor.placed.remove(table)
        placed = self.floor.stand(thing, x, z, turn)
        self.floor.placed.append(table)
        return placed

    def rug(self, x: float, z: float, width: float, depth: float) -> None:
        """A carpet below what stands there; it stays in the room."""
        shell = self.floor.shell
        x0, x1 = max(x - width / 2, 0.1), min(x + width / 2, shell.width - 0.1)
        z0, z1 = max(z - depth / 2, 0.1), min(z + depth / 2, shell.depth - 0.1)
        kind = RUGS[int(self.rng.integers(len(RUGS)))]
        colour = paint(self.rng.random(), self.rng.uniform(0.1, 0.7), self.rng.uniform(0.25, 0.85))
        top = covered(
            quad((x0, 0.008, z1), (x1 - x0, 0, 0), (0, 0, z0 - z1)), kind(self.rng, colour)
        )
        rim = plain(box((x0, 0.001, z0), (x1, 0.0075, z1)), colour)
        self.flat.append(SceneObject("floor", (top, rim)))

    def rug_under(self, base: Placed, wider: float = 0.5, deeper: float = 0.5) -> None:
        block = base.block
        self.rug(*block.centre, block.x1 - block.x0 + 2 * wider, block.z1 - block.z0 + 2 * deeper)

    def pictures(self, most: int) -> None:
        """Framed, at eye height, where the wall is free."""
        for _ in range(int(self.rng.integers(1, most + 1))):
            width, height = self.rng.uniform(0.3, 1.1), self.rng.uniform(0.3, 0.8)
            framed = self.framed(float(width), float(height))
            self.floor.at_wall(self.rng, framed, y=float(self.rng.uniform(1.2, 1.45)), gap=0.001)

    def framed(self, width: float, height: float) -> SceneObject:
        rim, dark = 0.03, paint(0.08, self.rng.uniform(0, 0.6), self.rng.uniform(0.1, 0.9))
        left, right, thick = -width / 2, width / 2, 0.035
        inside = quad(
            (-width / 2 + rim, rim, 0.026), (width - 2 * rim, 0, 0), (0, height - 2 * rim, 0)
        )
        back = box((left, 0, 0), (right, height, 0.02))
        edges = joined(
            [
                box((left, 0, 0), (right, rim, thick)),
                box((left, height - rim, 0), (right, height, thick)),
                box((left, 0, 0), (left + rim, height, thick)),
                box((right - rim, 0, 0), (right, height, thick)),
            ]
        )
        return SceneObject(
            "picture",
            (plain(back, dark), plain(edges, dark, 0.4), covered(inside, picture(self.rng), 0.5)),
        )

    def free(self, role: str, margin: float = 0.3, turn: float | None = None) -> Placed | None:
        """Anywhere on the floor."""
        thing, shell = self.furniture.thing(role), self.floor.shell
        for _ in range(25):
            x, z = (
                self.rng.uniform(margin, shell.width - margin),
                self.rng.uniform(margin, shell.depth - margin),
            )
            angle = self.rng.uniform(0, 2 * np.pi) if turn is None else turn
            placed = self.floor.stand(thing, float(x), float(z), float(angle))
            if placed:
                return placed
        return None

    def corner(self, role: str) -> Placed | None:
        """In a corner of the room."""
        thing, shell = self.furniture.thing(role), self.floor.shell
        low, high = thing.bounds()
        half = float((high - low)[[0, 2]].max()) / 2 + 0.04
        for number in self.rng.permutation(4):
            x, z = (half, shell.width - half)[number % 2], (half, shell.depth - half)[number // 2]
            placed = self.floor.stand(thing, x, z, float(self.rng.uniform(0, 2 * np.pi)))
            if placed:
                return placed
        return None

    def hang(self, role: str, x: float, z: float) -> None:
        """From the ceiling."""
        thing = self.furniture.thing(role)
        foot = self.floor.shell.height - float(thing.bounds()[1][1]) - 0.004
        self.floor.stand(thing, x, z, float(self.rng.choice([0, np.pi / 2])), foot)
