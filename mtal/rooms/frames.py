"""A visit -> its frames: the room is made once, then every frame that is not there yet is photographed and labelled."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from mtal.rooms.camera import Camera
from mtal.rooms.denoise import denoised
from mtal.rooms.folder import files, write_frame
from mtal.rooms.labels import View, labels_of
from mtal.rooms.photo import develop
from mtal.rooms.plan import Visit, stream
from mtal.rooms.render import Stage
from mtal.rooms.room import Room, make_room
from mtal.rooms.scene_object import CLASSES
from mtal.rooms.camera_path import cameras

SUNLIGHT = (1.0, 0.93, 0.8)  # linear colour


class Set:
    """A room on its stage: as it is, and once more with nothing but the sun behind open windows.

    Light adds up, so the two pictures do too. One stage could not show both: the bright panes that stand for the sky would
    keep the sun out.
    """

    def __init__(self, room: Room) -> None:
        self.room, self.stage = room, Stage(room.things)
        self.sunny = None
        if room.beam is not None:
            power = [room.mood.sun * one for one in SUNLIGHT]
            self.sunny = Stage(
                [replace(thing, lit=()) for thing in room.things],
                [
                    {
                        "type": "directional",
                        "direction": room.beam.tolist(),
                        "irradiance": {"type": "rgb", "value": power},
                    }
                ],
            )

    def photograph(
        self, camera: Camera, view: View, size: tuple[int, int], samples: int, seed: int
    ) -> np.ndarray:
        """(H, W, 3) linear, in two halves whose difference shows the noise that is left."""
        stages = [self.stage, *([self.sunny] if self.sunny else [])]
        each = max(samples // 2, 1)
        halves = [
            [stage.photograph(camera, size, each, 2 * seed + half) for stage in stages]
            for half in (0, 1)
        ]
        return denoised(
            np.array(halves).sum(axis=1),
            self.stage.albedo(camera, size),
            view.depth,
            view.normals,
            view.shines,
        )


def missing(visit: Visit, folder: Path) -> list[int]:
    """The frames that are not whole yet."""
    return [
        frame
        for frame, name in enumerate(visit.ids)
        if not all(path.is_file() for path in files(folder, name).values())
    ]


def make_frames(
    visit: Visit, seed: int, size: tuple[int, int], samples: int, furniture: Path, folder: Path
) -> tuple[int, list[str]]:
    """Writes what is missing. -> how many frames that were, and the catalogue's keys of the models in the room."""
    room = make_room(
        stream(seed, visit.split, visit.room, 1), visit.kind, visit.mood, visit.people, furniture
    )
    credits = sorted({thing.credit for thing in room.things if thing.credit})
    todo = missing(visit, folder)
    if todo:
        scene = Set(room)
        path = cameras(room, scene.stage, stream(seed, visit.split, visit.room, 2), visit.frames)
        for frame in todo:
            image, labels = shot(
                scene, path[frame], size, samples, stream(seed, visit.split, visit.room, 3, frame)
            )
            write_frame(folder, visit.ids[frame], image, labels)
    return len(todo), credits


def shot(
    scene: Set, camera: Camera, size: tuple[int, int], samples: int, rng: np.random.Generator
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The photograph, (H, W, 3) uint8, and the labels."""
    view = scene.stage.look(camera, size)
    light = scene.photograph(camera, view, size, samples, int(rng.integers(2**30)))
    return develop(light, scene.room.mood, rng), labels_of(
        view, [CLASSES.index(thing.kind) for thing in scene.room.things]
    )


def one_thread() -> None:
    """For a process of many: Mitsuba takes as many threads as it finds cores."""
    os.environ["OMP_NUM_THREADS"] = "1"
    from mtal.rooms.render import mitsuba

    mitsuba().set_log_level(mitsuba().LogLevel.Error)
    import drjit

    drjit.set_thread_count(1)
