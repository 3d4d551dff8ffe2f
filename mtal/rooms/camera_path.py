"""Where the camera stands: at eye height, inside, looking across at the furniture; and its steps from frame to frame."""

from dataclasses import replace

import numpy as np

from mtal.rooms.camera import Camera
from mtal.rooms.render import Stage
from mtal.rooms.room import Room

CANDIDATES = 90
COARSE = (12, 16)  # rays of a glance
NEAREST = 0.6  # metres: what is closer blocks the view
CLEAR = 0.22  # metres around the camera without things
STRUCTURE = {"wall", "floor", "ceiling", "window", "door"}


def cameras(room: Room, stage: Stage, rng: np.random.Generator, frames: int) -> list[Camera]:
    """A short walk; its first camera is the best of some candidates."""
    found = [_guess(room, rng) for _ in range(CANDIDATES)]
    worth = [_worth(room, stage, camera) for camera in found]
    best = found[int(np.argmax(worth))]
    ahead, spin = rng.uniform(0, 2 * np.pi), np.radians(rng.uniform(1.5, 5)) * rng.choice([-1, 1])
    camera = replace(
        best, yaw=best.yaw - float(spin) * (frames - 1) / 2
    )  # so that the walk is about what it saw
    if _worth(room, stage, camera) < -3:
        camera = best
    path = [camera]
    while len(path) < frames:
        camera, ahead = _step(room, stage, rng, camera, float(ahead), float(spin))
        path.append(camera)
    return path


def _guess(room: Room, rng: np.random.Generator) -> Camera:
    """Near the walls more often than in the middle, looking inwards."""
    wide, deep = room.shell.width, room.shell.depth
    for _ in range(60):
        x, z = (0.3 + (size - 0.6) * rng.beta(0.5, 0.5) for size in (wide, deep))
        if clear(room, x, z):
            break
    towards = np.array([wide / 2 + rng.normal(0, wide / 5), deep / 2 + rng.normal(0, deep / 5)]) - (
        x,
        z,
    )
    height = rng.uniform(1.1, 1.7)
    pitch = np.radians(rng.normal(-8 - 14 * (height - 1.1), 4))
    return Camera(np.array([x, height, z]), float(np.arctan2(towards[0], towards[1])), float(pitch))


def clear(room: Room, x: float, z: float) -> bool:
    """Whether a camera may be there."""
    inside = 0.25 < x < room.shell.width - 0.25 and 0.25 < z < room.shell.depth - 0.25
    return inside and not any(
        one.x0 - CLEAR < x < one.x1 + CLEAR
        and one.z0 - CLEAR < z < one.z1 + CLEAR
        and one.high > 0.5
        and one.low < 1.9
        for one in room.blocks
    )


def _worth(room: Room, stage: Stage, camera: Camera) -> float:
    """How much there is to see."""
    if not clear(room, camera.position[0], camera.position[2]):
        return -100.0
    seen = stage.look(camera, COARSE)
    kinds = np.array([thing.kind for thing in room.things])[seen.owner]
    thing = ~np.isin(kinds, list(STRUCTURE))
    owners, rays = np.unique(seen.owner[thing], return_counts=True)
    cut = np.isin(owners, np.concatenate([seen.owner[-1], seen.owner[:, 0], seen.owner[:, -1]]))
    shown = (
        (rays >= 2) * np.where(cut, 0.2, 0.6)
    ).sum()  # things that the picture cuts off are worth less
    share = thing.mean()
    blocked = (seen.depth < NEAREST).mean()
    largest = rays.max(initial=0) / seen.owner.size
    person = min((kinds == "person").mean() / 0.04, 1.0)
    person -= 4 * float(seen.depth[kinds == "person"].min(initial=9) < 1.4)
    bright = min((kinds == "window").mean(), 0.4)
    return float(
        shown
        + 4 * min(share, 0.55)
        - 30 * blocked
        - 5 * max(largest - 0.35, 0)
        + 2.5 * person
        - 5 * max(bright - 0.15, 0)
        + 1.5 * min(np.median(seen.depth), 3.0) / 3
    )


def _step(
    room: Room, stage: Stage, rng: np.random.Generator, camera: Camera, ahead: float, spin: float
) -> tuple[Camera, float]:
    """The next camera and the direction of the walk; where the way is blocked it only turns."""
    for _ in range(8):
        length = rng.uniform(0.05, 0.22)
        place = camera.position + length * np.array(
            [np.sin(ahead), rng.normal(0, 0.08), np.cos(ahead)]
        )
        place[1] = np.clip(place[1], 1.1, 1.7)
        yaw, pitch = (
            camera.yaw + spin * float(rng.uniform(0.4, 1.4)),
            camera.pitch + float(np.radians(rng.normal(0, 1))),
        )
        found = Camera(place, yaw, pitch)
        if (
            clear(room, place[0], place[2])
            and (stage.look(found, COARSE).depth < 0.5).mean() < 0.02
        ):
            return found, ahead
        ahead = rng.uniform(0, 2 * np.pi)
    return Camera(camera.position, camera.yaw - spin, camera.pitch), ahead
