"""Camera path: a view at eye height across the furniture, then a step from frame to frame."""

from dataclasses import replace

import numpy as np

from mtal.rooms.camera import Camera
from mtal.rooms.render import Stage
from mtal.rooms.room import Room

CANDIDATES = 90
COARSE = (12, 16)  # rays, down and across, that rate a camera
NEAREST = 0.6  # metres: what is closer blocks the view
CLEAR = 0.22  # metres from the camera to objects, at least
STRUCTURE = {"wall", "floor", "ceiling", "window", "door"}


def cameras(room: Room, stage: Stage, rng: np.random.Generator, frames: int) -> list[Camera]:
    """Return the cameras of a short walk, around the best of CANDIDATES."""
    candidates = [_candidate(room, rng) for _ in range(CANDIDATES)]
    worth = [_worth(room, stage, camera) for camera in candidates]
    best = candidates[int(np.argmax(worth))]
    ahead, spin = rng.uniform(0, 2 * np.pi), np.radians(rng.uniform(1.5, 5)) * rng.choice([-1, 1])
    # Turned back by half the walk, so that the best view comes in its middle.
    camera = replace(best, yaw=best.yaw - float(spin) * (frames - 1) / 2)
    if _worth(room, stage, camera) < -3:
        camera = best
    path = [camera]
    while len(path) < frames:
        camera, ahead = _step(room, stage, rng, camera, float(ahead), float(spin))
        path.append(camera)
    return path


def _candidate(room: Room, rng: np.random.Generator) -> Camera:
    """Draw a camera, near the walls more often than in the middle, that looks inwards."""
    wide, deep = room.shell.width, room.shell.depth
    for _ in range(60):
        x, z = (0.3 + (size - 0.6) * rng.beta(0.5, 0.5) for size in (wide, deep))
        if clear(room, x, z):
            break
    target = np.array([wide / 2 + rng.normal(0, wide / 5), deep / 2 + rng.normal(0, deep / 5)])
    towards = target - (x, z)
    height = rng.uniform(1.1, 1.7)
    pitch = np.radians(rng.normal(-8 - 14 * (height - 1.1), 4))
    return Camera(np.array([x, height, z]), float(np.arctan2(towards[0], towards[1])), float(pitch))


def clear(room: Room, x: float, z: float) -> bool:
    """Whether a camera may be at (x, z): inside, and clear of objects at its height."""
    inside = 0.25 < x < room.shell.width - 0.25 and 0.25 < z < room.shell.depth - 0.25
    return inside and not any(
        block.x0 - CLEAR < x < block.x1 + CLEAR
        and block.z0 - CLEAR < z < block.z1 + CLEAR
        and block.high > 0.5
        and block.low < 1.9
        for block in room.blocks
    )


def _worth(room: Room, stage: Stage, camera: Camera) -> float:
    """Rate what a camera sees: objects and people are good, near or large ones and windows bad."""
    if not clear(room, camera.position[0], camera.position[2]):
        return -100.0
    seen = stage.look(camera, COARSE)
    names = [scene_object.class_name for scene_object in room.scene_objects]
    classes = np.array(names)[seen.owner]
    furnished = ~np.isin(classes, list(STRUCTURE))
    owners, rays = np.unique(seen.owner[furnished], return_counts=True)
    cut = np.isin(owners, np.concatenate([seen.owner[-1], seen.owner[:, 0], seen.owner[:, -1]]))
    # Objects that the image's border cuts off count less.
    shown = ((rays >= 2) * np.where(cut, 0.2, 0.6)).sum()
    share = furnished.mean()
    blocked = (seen.depth < NEAREST).mean()
    largest = rays.max(initial=0) / seen.owner.size
    person = min((classes == "person").mean() / 0.04, 1.0)
    person -= 4 * float(seen.depth[classes == "person"].min(initial=9) < 1.4)
    bright = min((classes == "window").mean(), 0.4)
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
    """Return the next camera and the direction of the walk; where it is blocked, only turn."""
    for _ in range(8):
        length = rng.uniform(0.05, 0.22)
        direction = np.array([np.sin(ahead), rng.normal(0, 0.08), np.cos(ahead)])
        position = camera.position + length * direction
        position[1] = np.clip(position[1], 1.1, 1.7)
        yaw = camera.yaw + spin * float(rng.uniform(0.4, 1.4))
        pitch = camera.pitch + float(np.radians(rng.normal(0, 1)))
        following = Camera(position, yaw, pitch)
        free = clear(room, position[0], position[2])
        if free and (stage.look(following, COARSE).depth < 0.5).mean() < 0.02:
            return following, ahead
        ahead = rng.uniform(0, 2 * np.pi)
    return Camera(camera.position, camera.yaw - spin, camera.pitch), ahead
