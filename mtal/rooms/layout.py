"""Arrange furniture in groups, such as seats around a table or night stands beside a bed.

What does not fit is left out, so every room is possible. All numbers are our choice.
"""

import numpy as np

from mtal.rooms.furniture import FurnitureLibrary
from mtal.rooms.placement import Floor, Placed
from mtal.rooms.scene_object import SceneObject
from mtal.rooms.shapes import box, covered, joined, plain, quad
from mtal.rooms.textures import RUGS, paint, picture

ALL = (0, 1, 2, 3)


class Furnisher:
    """Furnishes one room, by one stream of random numbers."""

    def __init__(self, floor: Floor, furniture: FurnitureLibrary, rng: np.random.Generator) -> None:
        self.floor, self.furniture, self.rng = floor, furniture, rng
        self.flat: list[SceneObject] = []  # rugs, which may lie under furniture
        self.seats: list[Placed] = []  # seats for people
        self.beds: list[Placed] = []

    def chance(self, share: float) -> bool:
        """Draw True with this probability."""
        return bool(self.rng.random() < share)

    def add_seat(self, seat: Placed | None) -> None:
        """Offer an object, if it was placed, as a seat for people."""
        if seat is not None:
            self.seats.append(seat)

    def wall(
        self,
        role: str,
        sides: tuple[int, ...] = ALL,
        at: float | None = None,
        access: float = 0.0,
        y: float = 0.0,
        gap: float = 0.02,
    ) -> Placed | None:
        """Place a model with its back to one of these walls; see Floor.at_wall."""
        return self.floor.at_wall(self.rng, self.furniture.load(role), sides, at, access, y, gap)

    def wide_sides(self) -> tuple[int, ...]:
        """Return the walls without a door, the longest first."""
        shell = self.floor.shell
        doors = {opening.side for opening in shell.openings if opening.kind == "door"}
        free = (side for side in ALL if side not in doors)
        return tuple(sorted(free, key=lambda side: -shell.sides[side].length))

    def beside(
        self, base: Placed, role: str, right: float, gap: float = 0.06, back: bool = True
    ) -> Placed | None:
        """Place a model to the right (+1) or left (-1) of an object, in line with its back."""
        scene_object = self.furniture.load(role)
        low, high = scene_object.bounds()
        width, depth = float(high[0] - low[0]), float(high[2] - low[2])
        forward = (depth - base.size[2]) / 2 if back else 0.0
        x, z = base.point(right * (base.size[0] / 2 + width / 2 + gap), forward)
        return self.floor.stand(scene_object, x, z, base.turn)

    def before(
        self,
        base: Placed,
        role: str,
        distance: float,
        facing: bool = False,
        right: float = 0.0,
        jitter: float = 0.0,
    ) -> Placed | None:
        """Place a model in front of an object.

        Arguments:
            base: the object.
            role: role of the model.
            distance: metres between them.
            facing: whether the model is turned towards the object.
            right: metres to the right of the object's middle.
            jitter: standard deviation of the turn in radians.
        """
        scene_object = self.furniture.load(role)
        low, high = scene_object.bounds()
        x, z = base.point(right, base.size[2] / 2 + distance + float(high[2] - low[2]) / 2)
        turn = base.turn + np.pi if facing else base.turn
        return self.floor.stand(scene_object, x, z, turn + float(self.rng.normal(0, jitter)))

    def upon(
        self,
        base: Placed | None,
        role: str,
        right: float | None = None,
        forward: float | None = None,
        turn: float | None = None,
    ) -> Placed | None:
        """Place a model on top of an object, at a position in the object's frame, else anywhere."""
        if base is None:
            return None
        scene_object = self.furniture.load(role)
        low, high = scene_object.bounds()
        reach = (np.array(base.size)[[0, 2]] - (high - low)[[0, 2]]) / 2 - 0.03
        if (reach < -0.01).any():
            return None
        for _ in range(12):
            spot = self.rng.uniform(-1, 1, 2) * np.maximum(reach, 0)
            across = spot[0] if right is None else float(np.clip(right, -reach[0], reach[0]))
            ahead = spot[1] if forward is None else float(np.clip(forward, -reach[1], reach[1]))
            x, z = base.point(across, ahead)
            angle = base.turn + (float(self.rng.normal(0, 0.4)) if turn is None else turn)
            placed = self.floor.stand(
                scene_object, x, z, angle, base.scene_object.top + 0.001, gap=0.01
            )
            if placed:
                return placed
        return None

    def some(self, base: Placed | None, role: str, most: int) -> None:
        """Place up to `most` models on top of an object."""
        for _ in range(int(self.rng.integers(0, most + 1))):
            self.upon(base, role)

    def around(self, table: Placed, role: str, most: int, pulled: float = 0.0) -> None:
        """Place up to `most` chairs of one model around a table, facing it."""
        choice = self.furniture.pick(role)
        width, _, depth = table.size
        long = max(int(width / 0.6), 1)
        spots = [
            ((seat + 0.5) / long * width - width / 2, sign * depth / 2, 0.0 if sign < 0 else np.pi)
            for sign in (-1, 1)
            for seat in range(long)
        ]
        spots += [
            (sign * width / 2, 0.0, np.pi / 2 if sign < 0 else -np.pi / 2)
            for sign in (-1, 1)
            if depth > 0.6
        ]
        colouring = self.rng.bit_generator.state  # drawn again for each chair: all look alike
        for number in self.rng.permutation(len(spots))[:most]:
            after, self.rng.bit_generator.state = self.rng.bit_generator.state, colouring
            scene_object = self.furniture.load(choice)
            self.rng.bit_generator.state = after
            right, forward, turn = spots[int(number)]
            low, high = scene_object.bounds()
            out = float(high[2] - low[2]) * float(self.rng.uniform(0.1, 0.35)) + pulled
            away = np.array([np.sign(right) if abs(forward) < 1e-9 else 0.0, np.sign(forward)])
            x, z = table.point(right + away[0] * out, forward + away[1] * out)
            turn = table.turn + turn + float(self.rng.normal(0, 0.12))
            placed = self._tucked(scene_object, x, z, turn, table)
            self.add_seat(placed)

    def _tucked(
        self, scene_object: SceneObject, x: float, z: float, turn: float, table: Placed
    ) -> Placed | None:
        """Place a chair that may reach under its table, by taking the table away meanwhile."""
        self.floor.placed.remove(table)
        placed = self.floor.stand(scene_object, x, z, turn)
        self.floor.placed.append(table)
        return placed

    def rug(self, x: float, z: float, width: float, depth: float) -> None:
        """Lay a rug around (x, z), cut to the room; furniture may stand on it."""
        shell = self.floor.shell
        x0, x1 = max(x - width / 2, 0.1), min(x + width / 2, shell.width - 0.1)
        z0, z1 = max(z - depth / 2, 0.1), min(z + depth / 2, shell.depth - 0.1)
        pattern = RUGS[int(self.rng.integers(len(RUGS)))]
        colour = paint(self.rng.random(), self.rng.uniform(0.1, 0.7), self.rng.uniform(0.25, 0.85))
        sheet = quad((x0, 0.008, z1), (x1 - x0, 0, 0), (0, 0, z0 - z1))
        top = covered(sheet, pattern(self.rng, colour))
        rim = plain(box((x0, 0.001, z0), (x1, 0.0075, z1)), colour)
        self.flat.append(SceneObject("floor", (top, rim)))

    def rug_under(self, base: Placed, wider: float = 0.5, deeper: float = 0.5) -> None:
        """Lay a rug under an object, so many metres larger on each side."""
        block = base.block
        self.rug(*block.centre, block.x1 - block.x0 + 2 * wider, block.z1 - block.z0 + 2 * deeper)

    def pictures(self, most: int) -> None:
        """Hang up to `most` framed pictures at eye height, where the walls are free."""
        for _ in range(int(self.rng.integers(1, most + 1))):
            width, height = self.rng.uniform(0.3, 1.1), self.rng.uniform(0.3, 0.8)
            framed = self.framed(float(width), float(height))
            self.floor.at_wall(self.rng, framed, y=float(self.rng.uniform(1.2, 1.45)), gap=0.001)

    def framed(self, width: float, height: float) -> SceneObject:
        """Return a framed picture of this size in metres."""
        rim, dark = 0.03, paint(0.08, self.rng.uniform(0, 0.6), self.rng.uniform(0.1, 0.9))
        left, right, thick = -width / 2, width / 2, 0.035
        corner = (-width / 2 + rim, rim, 0.026)
        inside = quad(corner, (width - 2 * rim, 0, 0), (0, height - 2 * rim, 0))
        back = box((left, 0, 0), (right, height, 0.02))
        edges = joined(
            [
                box((left, 0, 0), (right, rim, thick)),
                box((left, height - rim, 0), (right, height, thick)),
                box((left, 0, 0), (left + rim, height, thick)),
                box((right - rim, 0, 0), (right, height, thick)),
            ]
        )
        canvas = covered(inside, picture(self.rng), 0.5)
        return SceneObject("picture", (plain(back, dark), plain(edges, dark, 0.4), canvas))

    def free(self, role: str, margin: float = 0.3, turn: float | None = None) -> Placed | None:
        """Place a model anywhere on the floor, at least `margin` metres from the walls."""
        scene_object, shell = self.furniture.load(role), self.floor.shell
        for _ in range(25):
            x = self.rng.uniform(margin, shell.width - margin)
            z = self.rng.uniform(margin, shell.depth - margin)
            angle = self.rng.uniform(0, 2 * np.pi) if turn is None else turn
            placed = self.floor.stand(scene_object, float(x), float(z), float(angle))
            if placed:
                return placed
        return None

    def corner(self, role: str) -> Placed | None:
        """Place a model in a corner of the room."""
        scene_object, shell = self.furniture.load(role), self.floor.shell
        low, high = scene_object.bounds()
        half = float((high - low)[[0, 2]].max()) / 2 + 0.04
        for number in self.rng.permutation(4):
            x, z = (half, shell.width - half)[number % 2], (half, shell.depth - half)[number // 2]
            placed = self.floor.stand(scene_object, x, z, float(self.rng.uniform(0, 2 * np.pi)))
            if placed:
                return placed
        return None

    def hang(self, role: str, x: float, z: float) -> None:
        """Hang a model from the ceiling."""
        scene_object = self.furniture.load(role)
        foot = self.floor.shell.height - float(scene_object.bounds()[1][1]) - 0.004
        self.floor.stand(scene_object, x, z, float(self.rng.choice([0, np.pi / 2])), foot)
