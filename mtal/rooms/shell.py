"""The room itself: floor, ceiling, four walls, windows with what is behind them, a door, curtains."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from mtal.rooms.mesh import Mesh
from mtal.rooms.shapes import box, covered, joined, moved, plain, quad, sheet
from mtal.rooms.textures import RGB
from mtal.rooms.scene_object import Lit, SceneObject

RECESS = 0.14  # metres from the wall's face to the window pane
BAR = 0.05  # width of window bars
UP = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True)
class Side:
    """A wall. Seen from inside, `along` runs to the right."""

    origin: np.ndarray
    along: np.ndarray
    inward: np.ndarray
    length: float

    @property
    def turn(self) -> float:
        """Of a thing whose back is to the wall."""
        return float(np.arctan2(self.inward[0], self.inward[2]))

    def at(self, along: float, up: float = 0.0, inward: float = 0.0) -> np.ndarray:
        return self.origin + along * self.along + up * UP + inward * self.inward

    def stood(self, mesh: Mesh, along: float, up: float = 0.0, inward: float = 0.0) -> Mesh:
        """A mesh made for the wall z = 0, at a place of this wall."""
        x, y, z = self.at(along, up, inward).tolist()
        return moved(mesh, self.turn, (x, y, z))


@dataclass(frozen=True)
class Opening:
    """A window or a door in a wall."""

    kind: str  # "window" or "door"
    side: int
    start: float  # metres along the wall
    width: float
    bottom: float
    height: float

    @property
    def end(self) -> float:
        return self.start + self.width

    @property
    def top(self) -> float:
        return self.bottom + self.height


@dataclass(frozen=True)
class Shell:
    """Inner measures in metres; a corner of the floor is the origin."""

    width: float  # x
    depth: float  # z
    height: float
    openings: tuple[Opening, ...]

    @property
    def sides(self) -> tuple[Side, Side, Side, Side]:
        x, z = np.array([1.0, 0, 0]), np.array([0, 0, 1.0])
        return (
            Side(0 * x, x, z, self.width),
            Side(self.width * x, z, -x, self.depth),
            Side(self.width * x + self.depth * z, -x, -z, self.width),
            Side(self.depth * z, -z, x, self.depth),
        )


@dataclass(frozen=True)
class Finish:
    """Materials of the shell. A texture and the metres after which it repeats."""

    floor: tuple[np.ndarray, float]
    floor_roughness: float
    walls: tuple[tuple[np.ndarray, float], ...]  # one per side
    ceiling: np.ndarray
    trim: RGB  # doors, windows, skirting
    curtain: np.ndarray | None
    blind: float  # share of the window that a blind covers
    door: RGB  # a door's leaf


def build(shell: Shell, finish: Finish, views: list[np.ndarray], sky: RGB) -> list[SceneObject]:
    """All things of the shell. views: what is behind each window; sky: radiance behind the windows, linear."""
    wide, deep, high = shell.width, shell.depth, shell.height
    floor = quad((0, 0, deep), (wide, 0, 0), (0, 0, -deep), finish.floor[1])
    ceiling = quad((0, high, 0), (wide, 0, 0), (0, 0, deep), 2.0)
    things = [
        SceneObject("floor", (covered(floor, finish.floor[0], finish.floor_roughness),)),
        SceneObject("ceiling", (covered(ceiling, finish.ceiling),)),
    ]
    for number, side in enumerate(shell.sides):
        cut = [one for one in shell.openings if one.side == number]
        things.append(_wall(shell, side, cut, finish, finish.walls[number]))
    windows = [one for one in shell.openings if one.kind == "window"]
    for opening, view in zip(windows, views, strict=True):
        things.append(_window(shell.sides[opening.side], opening, finish, view, sky))
        if finish.curtain is not None:
            things.extend(_curtains(shell, shell.sides[opening.side], opening, finish.curtain))
    things.extend(
        _door(shell.sides[one.side], one, finish) for one in shell.openings if one.kind == "door"
    )
    return things


def _wall(
    shell: Shell, side: Side, cut: list[Opening], finish: Finish, cover: tuple[np.ndarray, float]
) -> SceneObject:
    texture, repeat = cover
    windows = [one for one in cut if one.kind == "window"]
    columns = sorted(
        {0.0, side.length, *(edge for one in windows for edge in (one.start, one.end))}
    )
    rows = sorted({0.0, shell.height, *(edge for one in windows for edge in (one.bottom, one.top))})
    cells = []
    for left, right in pairwise(columns):
        for low, high in pairwise(rows):
            across, up = (left + right) / 2, (low + high) / 2
            if not any(
                one.start < across < one.end and one.bottom < up < one.top for one in windows
            ):
                cells.append(
                    quad(
                        side.at(left, low),
                        side.along * (right - left),
                        UP * (high - low),
                        repeat,
                        (left, low),
                    )
                )
    surfaces = [covered(joined(cells), texture)]
    if windows:
        surfaces.append(plain(joined([_reveal(side, one) for one in windows]), finish.trim))
    surfaces.append(plain(joined(_skirting(side, cut)), finish.trim, 0.45))
    return SceneObject("wall", tuple(surfaces))


def _reveal(side: Side, one: Opening) -> Mesh:
    """The four inner faces of the hole in the wall."""
    out, wide, high = -side.inward * RECESS, side.along * one.width, UP * one.height
    corner = side.at(one.start, one.bottom)
    return joined(
        [
            quad(corner + out, -out, high),
            quad(corner + wide, out, high),
            quad(corner, wide, out),
            quad(corner + high + out, wide, -out),
        ]
    )


def _skirting(side: Side, cut: list[Opening]) -> list[Mesh]:
    doors = sorted((one for one in cut if one.kind == "door"), key=lambda one: one.start)
    edges = [
        0.0,
        *(edge for one in doors for edge in (one.start - 0.08, one.end + 0.08)),
        side.length,
    ]
    return [
        side.stood(box((0, 0, 0), (right - left, 0.08, 0.012)), left)
        for left, right in zip(edges[::2], edges[1::2], strict=True)
        if right > left
    ]


def _window(side: Side, one: Opening, finish: Finish, view: np.ndarray, sky: RGB) -> SceneObject:
    back = -RECESS + 0.02
    wide, high = one.width, one.height
    panes = 1 if wide < 0.9 else 2 if wide < 1.9 else 3
    bars = [
        box((0, 0, back), (wide, BAR, back + 0.05)),
        box((0, high - BAR, back), (wide, high, back + 0.05)),
    ]
    for number in range(panes + 1):
        middle = min(max(wide * number / panes, BAR / 2), wide - BAR / 2)
        bars.append(box((middle - BAR / 2, 0, back), (middle + BAR / 2, high, back + 0.05)))
    bars.append(box((-0.04, -0.03, -0.02), (wide + 0.04, 0, 0.06)))
    surfaces = [plain(side.stood(joined(bars), one.start, one.bottom), finish.trim, 0.45)]
    if finish.blind:
        cloth = side.stood(
            box((0.01, high * (1 - finish.blind), -0.05), (wide - 0.01, high, -0.04)),
            one.start,
            one.bottom,
        )
        surfaces.append(plain(cloth, (0.85, 0.82, 0.74)))
    pane = quad(side.at(one.start, one.bottom, -RECESS), side.along * wide, UP * high)
    return SceneObject("window", tuple(surfaces), (Lit(pane, sky, view),), tags=frozenset({"pane"}))


def _curtains(shell: Shell, side: Side, one: Opening, cloth: np.ndarray) -> list[SceneObject]:
    """One at each end of the window, and their rail; for learners they belong to the window."""
    wide = min(0.55, 0.2 + 0.2 * one.width)
    bottom = 0.03 if one.bottom < 1.3 else one.bottom - 0.2
    rail = min(one.top + 0.14, shell.height - 0.03)
    things = []
    for start in (one.start - 0.62 * wide, one.end - 0.38 * wide):
        left, right = max(start, 0.02), min(start + wide, side.length - 0.02)
        if right - left > 0.12:
            mesh = sheet(right - left, rail - bottom, (right - left) / 0.11, 0.03)
            uv = None if mesh.uv is None else mesh.uv / 0.5
            things.append(
                SceneObject(
                    "window",
                    (
                        covered(
                            side.stood(Mesh(mesh.vertices, mesh.faces, uv), left, bottom, 0.1),
                            cloth,
                        ),
                    ),
                )
            )
    rod = box(
        (max(one.start - 0.7 * wide, 0.02), -0.012, 0.088),
        (min(one.end + 0.7 * wide, side.length - 0.02), 0.012, 0.112),
    )
    return [
        *things,
        SceneObject("window", (plain(side.stood(rod, 0, rail + 0.012), (0.35, 0.3, 0.25), 0.4),)),
    ]


def _door(side: Side, one: Opening, finish: Finish) -> SceneObject:
    wide, high = one.width, one.height
    frame = [
        box((-0.07, 0, 0), (0, high + 0.07, 0.03)),
        box((wide, 0, 0), (wide + 0.07, high + 0.07, 0.03)),
        box((0, high, 0), (wide, high + 0.07, 0.03)),
    ]
    leaf = [box((-0.002, 0, 0), (wide + 0.002, high + 0.002, 0.012))]
    for low, top in ((0.12, 0.42), (0.48, 0.94)):
        for left, right in ((0.12, 0.46), (0.54, 0.88)):
            leaf.append(box((left * wide, low * high, 0), (right * wide, top * high, 0.02)))
    handle = box((wide - 0.14, 1.0, 0.012), (wide - 0.04, 1.02, 0.06))
    leafs = side.stood(joined([Mesh(part.vertices, part.faces, None) for part in leaf]), one.start)
    return SceneObject(
        "door",
        (
            plain(side.stood(joined(frame), one.start), finish.trim, 0.45),
            plain(leafs, finish.door, 0.45),
            plain(side.stood(handle, one.start), (0.6, 0.58, 0.55), 0.3),
        ),
    )
