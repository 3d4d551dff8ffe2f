"""Shell of a room: floor, ceiling, four walls, windows with their views, a door, curtains."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from mtal.rooms.mesh import Mesh
from mtal.rooms.scene_object import Lit, SceneObject
from mtal.rooms.shapes import box, covered, joined, moved, plain, quad, sheet
from mtal.rooms.textures import RGB

RECESS = 0.14  # metres from the wall's face to the window pane
BAR = 0.05  # width of window bars
UP = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True)
class Side:
    """A wall. Seen from inside, `along` runs to the right."""

    origin: np.ndarray  # (3,) lower left corner
    along: np.ndarray  # (3,) unit vector
    inward: np.ndarray  # (3,) unit vector
    length: float  # metres

    @property
    def turn(self) -> float:
        """Turn of an object whose back is to the wall, in radians."""
        return float(np.arctan2(self.inward[0], self.inward[2]))

    def at(self, along: float, up: float = 0.0, inward: float = 0.0) -> np.ndarray:
        """Return the point (3,) so many metres along, above and in front of the wall's corner."""
        return self.origin + along * self.along + up * UP + inward * self.inward

    def stood(self, mesh: Mesh, along: float, up: float = 0.0, inward: float = 0.0) -> Mesh:
        """Return a mesh that was made for the wall z = 0, moved to this wall."""
        x, y, z = self.at(along, up, inward).tolist()
        return moved(mesh, self.turn, (x, y, z))


@dataclass(frozen=True)
class Opening:
    """A window or a door in a wall."""

    kind: str  # "window" or "door"
    side: int  # index of the wall
    start: float  # metres along the wall
    width: float
    bottom: float
    height: float

    @property
    def end(self) -> float:
        """Right end, in metres along the wall."""
        return self.start + self.width

    @property
    def top(self) -> float:
        """Upper end, in metres above the floor."""
        return self.bottom + self.height


@dataclass(frozen=True)
class Shell:
    """Inner dimensions in metres, and openings; a corner of the floor is the origin."""

    width: float  # x
    depth: float  # z
    height: float
    openings: tuple[Opening, ...]

    @property
    def sides(self) -> tuple[Side, Side, Side, Side]:
        """The four walls."""
        x, z = np.array([1.0, 0, 0]), np.array([0, 0, 1.0])
        return (
            Side(0 * x, x, z, self.width),
            Side(self.width * x, z, -x, self.depth),
            Side(self.width * x + self.depth * z, -x, -z, self.width),
            Side(self.depth * z, -z, x, self.depth),
        )


@dataclass(frozen=True)
class Finish:
    """Materials of the shell. A cover is a texture and the metres after which it repeats."""

    floor: tuple[np.ndarray, float]
    floor_roughness: float
    walls: tuple[tuple[np.ndarray, float], ...]  # one per side
    ceiling: np.ndarray
    trim: RGB  # doors, windows, skirting
    curtain: np.ndarray | None
    blind: float  # share of the window that a blind covers
    door: RGB  # leaf of the door


def build(shell: Shell, finish: Finish, views: list[np.ndarray], sky: RGB) -> list[SceneObject]:
    """Return the objects of the shell.

    views: picture (h, w, 3) uint8 behind each window; sky: linear radiance behind the windows.
    """
    wide, deep, high = shell.width, shell.depth, shell.height
    floor = quad((0, 0, deep), (wide, 0, 0), (0, 0, -deep), finish.floor[1])
    ceiling = quad((0, high, 0), (wide, 0, 0), (0, 0, deep), 2.0)
    scene_objects = [
        SceneObject("floor", (covered(floor, finish.floor[0], finish.floor_roughness),)),
        SceneObject("ceiling", (covered(ceiling, finish.ceiling),)),
    ]
    for number, side in enumerate(shell.sides):
        openings = [opening for opening in shell.openings if opening.side == number]
        scene_objects.append(_wall(shell, side, openings, finish, finish.walls[number]))
    windows = [opening for opening in shell.openings if opening.kind == "window"]
    for window, view in zip(windows, views, strict=True):
        side = shell.sides[window.side]
        scene_objects.append(_window(side, window, finish, view, sky))
        if finish.curtain is not None:
            scene_objects.extend(_curtains(shell, side, window, finish.curtain))
    doors = [opening for opening in shell.openings if opening.kind == "door"]
    scene_objects.extend(_door(shell.sides[door.side], door, finish) for door in doors)
    return scene_objects


def _wall(
    shell: Shell,
    side: Side,
    openings: list[Opening],
    finish: Finish,
    cover: tuple[np.ndarray, float],
) -> SceneObject:
    """Return a wall with holes for its windows, which cut it into a grid of rectangles."""
    texture, repeat = cover
    windows = [opening for opening in openings if opening.kind == "window"]
    columns, rows = {0.0, side.length}, {0.0, shell.height}
    for window in windows:
        columns |= {window.start, window.end}
        rows |= {window.bottom, window.top}
    cells = []
    for left, right in pairwise(sorted(columns)):
        for low, high in pairwise(sorted(rows)):
            if not _in_window(windows, (left + right) / 2, (low + high) / 2):
                wide, tall = side.along * (right - left), UP * (high - low)
                cells.append(quad(side.at(left, low), wide, tall, repeat, (left, low)))
    surfaces = [covered(joined(cells), texture)]
    if windows:
        surfaces.append(plain(joined([_reveal(side, window) for window in windows]), finish.trim))
    surfaces.append(plain(joined(_skirting(side, openings)), finish.trim, 0.45))
    return SceneObject("wall", tuple(surfaces))


def _in_window(windows: list[Opening], along: float, up: float) -> bool:
    """Whether a point of a wall lies in one of its windows."""
    return any(
        window.start < along < window.end and window.bottom < up < window.top for window in windows
    )


def _reveal(side: Side, opening: Opening) -> Mesh:
    """Return the four inner faces of a window's hole in the wall."""
    out, wide, high = -side.inward * RECESS, side.along * opening.width, UP * opening.height
    corner = side.at(opening.start, opening.bottom)
    return joined(
        [
            quad(corner + out, -out, high),
            quad(corner + wide, out, high),
            quad(corner, wide, out),
            quad(corner + high + out, wide, -out),
        ]
    )


def _skirting(side: Side, openings: list[Opening]) -> list[Mesh]:
    """Return the skirting boards of a wall, with gaps at the doors."""
    doors = [opening for opening in openings if opening.kind == "door"]
    edges = [0.0]
    for door in sorted(doors, key=lambda door: door.start):
        edges += [door.start - 0.08, door.end + 0.08]
    edges.append(side.length)
    return [
        side.stood(box((0, 0, 0), (right - left, 0.08, 0.012)), left)
        for left, right in zip(edges[::2], edges[1::2], strict=True)
        if right > left
    ]


def _window(
    side: Side, opening: Opening, finish: Finish, view: np.ndarray, sky: RGB
) -> SceneObject:
    """Return a window with its frame, perhaps a blind, and a shining pane that shows the view."""
    back = -RECESS + 0.02
    wide, high = opening.width, opening.height
    panes = 1 if wide < 0.9 else 2
    if wide >= 1.9:
        panes = 3
    bars = [
        box((0, 0, back), (wide, BAR, back + 0.05)),
        box((0, high - BAR, back), (wide, high, back + 0.05)),
    ]
    for number in range(panes + 1):
        middle = min(max(wide * number / panes, BAR / 2), wide - BAR / 2)
        bars.append(box((middle - BAR / 2, 0, back), (middle + BAR / 2, high, back + 0.05)))
    bars.append(box((-0.04, -0.03, -0.02), (wide + 0.04, 0, 0.06)))
    surfaces = [plain(side.stood(joined(bars), opening.start, opening.bottom), finish.trim, 0.45)]
    if finish.blind:
        blind = box((0.01, high * (1 - finish.blind), -0.05), (wide - 0.01, high, -0.04))
        blind = side.stood(blind, opening.start, opening.bottom)
        surfaces.append(plain(blind, (0.85, 0.82, 0.74)))
    pane = quad(side.at(opening.start, opening.bottom, -RECESS), side.along * wide, UP * high)
    return SceneObject("window", tuple(surfaces), (Lit(pane, sky, view),), tags=frozenset({"pane"}))


def _curtains(shell: Shell, side: Side, opening: Opening, cloth: np.ndarray) -> list[SceneObject]:
    """Return a curtain at each end of a window, and their rail; all have the class window."""
    wide = min(0.55, 0.2 + 0.2 * opening.width)
    bottom = 0.03 if opening.bottom < 1.3 else opening.bottom - 0.2
    rail = min(opening.top + 0.14, shell.height - 0.03)
    curtains = []
    for start in (opening.start - 0.62 * wide, opening.end - 0.38 * wide):
        left, right = max(start, 0.02), min(start + wide, side.length - 0.02)
        if right - left > 0.12:
            mesh = sheet(right - left, rail - bottom, (right - left) / 0.11, 0.03)
            uv = None if mesh.uv is None else mesh.uv / 0.5
            mesh = side.stood(Mesh(mesh.vertices, mesh.faces, uv), left, bottom, 0.1)
            curtains.append(SceneObject("window", (covered(mesh, cloth),)))
    rod = box(
        (max(opening.start - 0.7 * wide, 0.02), -0.012, 0.088),
        (min(opening.end + 0.7 * wide, side.length - 0.02), 0.012, 0.112),
    )
    rod_surface = plain(side.stood(rod, 0, rail + 0.012), (0.35, 0.3, 0.25), 0.4)
    return [*curtains, SceneObject("window", (rod_surface,))]


def _door(side: Side, opening: Opening, finish: Finish) -> SceneObject:
    """Return a closed door with its frame, four panels and a handle."""
    wide, high = opening.width, opening.height
    frame = [
        box((-0.07, 0, 0), (0, high + 0.07, 0.03)),
        box((wide, 0, 0), (wide + 0.07, high + 0.07, 0.03)),
        box((0, high, 0), (wide, high + 0.07, 0.03)),
    ]
    boxes = [box((-0.002, 0, 0), (wide + 0.002, high + 0.002, 0.012))]
    for low, top in ((0.12, 0.42), (0.48, 0.94)):
        for left, right in ((0.12, 0.46), (0.54, 0.88)):
            boxes.append(box((left * wide, low * high, 0), (right * wide, top * high, 0.02)))
    handle = box((wide - 0.14, 1.0, 0.012), (wide - 0.04, 1.02, 0.06))
    leaf = joined([Mesh(part.vertices, part.faces, None) for part in boxes])
    return SceneObject(
        "door",
        (
            plain(side.stood(joined(frame), opening.start), finish.trim, 0.45),
            plain(side.stood(leaf, opening.start), finish.door, 0.45),
            plain(side.stood(handle, opening.start), (0.6, 0.58, 0.55), 0.3),
        ),
    )
