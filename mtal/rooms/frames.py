"""Render and label the frames of one visit: build the room once, then each missing frame."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from mtal.rooms.camera import Camera
from mtal.rooms.camera_path import cameras
from mtal.rooms.denoise import denoised
from mtal.rooms.folder import files, write_frame
from mtal.rooms.labels import View, labels_of
from mtal.rooms.photo import develop
from mtal.rooms.plan import Visit, stream
from mtal.rooms.render import Stage
from mtal.rooms.room import Room, make_room
from mtal.rooms.scene_object import CLASSES

SUNLIGHT = (1.0, 0.93, 0.8)  # linear colour


class RoomStage:
    """A room ready to be rendered: once with its lamps and sky, once with sunlight alone.

    Light is additive, so the two renderings are summed. One scene could not hold both, since the
    bright window panes that stand for the sky would keep the sunlight out.
    """

    def __init__(self, room: Room) -> None:
        self.room, self.stage = room, Stage(room.scene_objects)
        self.sunny = None
        if room.beam is not None:
            power = [room.mood.sun * channel for channel in SUNLIGHT]
            sunlight = {
                "type": "directional",
                "direction": room.beam.tolist(),
                "irradiance": {"type": "rgb", "value": power},
            }
            unlit = [replace(scene_object, lit=()) for scene_object in room.scene_objects]
            self.sunny = Stage(unlit, [sunlight])

    def photograph(
        self, camera: Camera, view: View, size: tuple[int, int], samples: int, seed: int
    ) -> np.ndarray:
        """Return the denoised light (H, W, 3), linear.

        The samples are rendered in two halves, whose difference gives the noise.
        """
        stages = [stage for stage in (self.stage, self.sunny) if stage is not None]
        each = max(samples // 2, 1)
        halves = [
            [stage.photograph(camera, size, each, 2 * seed + half) for stage in stages]
            for half in (0, 1)
        ]
        light, albedo = np.array(halves).sum(axis=1), self.stage.albedo(camera, size)
        return denoised(light, albedo, view.depth, view.normals, view.shines)


def missing(visit: Visit, folder: Path) -> list[int]:
    """Return the indices of the visit's frames of which a file is missing."""
    return [
        frame
        for frame, name in enumerate(visit.ids)
        if not all(path.is_file() for path in files(folder, name).values())
    ]


def make_frames(
    visit: Visit, seed: int, size: tuple[int, int], samples: int, furniture: Path, folder: Path
) -> tuple[int, list[str]]:
    """Write the missing frames of a visit.

    Arguments:
        visit: the room and its number of frames.
        seed: seed of the whole data set.
        size: height and width in pixels.
        samples: light paths per pixel.
        furniture: folder of the furniture libraries.
        folder: folder of the data set.

    Returns the number of frames written, and the catalogue keys of the models in the room. Raises
    ConfigError if a furniture library or a package is missing.
    """
    rng = stream(seed, visit.split, visit.room, 1)
    room = make_room(rng, visit.room_type, visit.mood, visit.people, furniture)
    credits = sorted(
        {scene_object.credit for scene_object in room.scene_objects if scene_object.credit}
    )
    todo = missing(visit, folder)
    if todo:
        scene = RoomStage(room)
        path = cameras(room, scene.stage, stream(seed, visit.split, visit.room, 2), visit.frames)
        for frame in todo:
            rng = stream(seed, visit.split, visit.room, 3, frame)
            image, labels = render_frame(scene, path[frame], size, samples, rng)
            write_frame(folder, visit.ids[frame], image, labels)
    return len(todo), credits


def render_frame(
    scene: RoomStage, camera: Camera, size: tuple[int, int], samples: int, rng: np.random.Generator
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the image (H, W, 3) uint8 and the labels, by task."""
    view = scene.stage.look(camera, size)
    light = scene.photograph(camera, view, size, samples, int(rng.integers(2**30)))
    image = develop(light, scene.room.mood, rng)
    classes = [CLASSES.index(shown.class_name) for shown in scene.room.scene_objects]
    return image, labels_of(view, classes)


def one_thread() -> None:
    """Limit this process to one thread, since Mitsuba takes as many threads as there are cores."""
    os.environ["OMP_NUM_THREADS"] = "1"
    from mtal.rooms.render import mitsuba

    mitsuba().set_log_level(mitsuba().LogLevel.Error)
    import drjit

    drjit.set_thread_count(1)
