"""A small drawn data set with exact labels of six tasks: for tests and first trials, not results.

Random rooms (scenes.py) are seen by a pinhole camera (raycast.py) and drawn at the configured size.
The image of an index never changes, whatever the sizes of the splits.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from mtal.config import Config, ConfigError
from mtal.datasets.dataset import Dataset, Source, select_tasks
from mtal.datasets.synthetic.raycast import View, render_view
from mtal.datasets.synthetic.scenes import CLASSES, FLOOR, PERSON, WALL, Scene, draw_scene
from mtal.tasks.depth import depth
from mtal.tasks.edge import edge
from mtal.tasks.human_parts import human_parts
from mtal.tasks.normals import normals
from mtal.tasks.saliency import saliency
from mtal.tasks.semseg import semseg
from mtal.tasks.task import IGNORE, Task

POOL, VALIDATION = 60, 20  # images, unless the config says otherwise
MAX_IMAGES = 100_000  # of a split
SEED = 2024  # of the data, not of a run: all runs see the same images
NOTE = "Drawn shapes, for trials only: these figures say nothing about photographs."
LAYOUT = "Needs no folder. `data` may give the number of images as pool+validation, such as 48+16."
NOISE = 0.015  # of the camera: standard deviation of pixels in 0..1


def _tasks() -> dict[str, Task]:
    """All six tasks by name, with the weights of docs/method.md, section 8.2."""
    tasks = (
        semseg(CLASSES, weight=1, note=NOTE),
        depth(weight=1, far_m=8, typical_m=4),
        normals(weight=10),
        edge(weight=50, positive_weight=0.95, tolerance=0.011),
        saliency(weight=5),
        human_parts(weight=2),
    )
    return {task.name: task for task in tasks}


@dataclass(frozen=True)
class DrawnSplit:
    """A split whose images are drawn when they are read."""

    ids: tuple[str, ...]
    part: int  # 0 = pool, 1 = validation
    size: tuple[int, int]  # height, width

    def image(self, index: int) -> np.ndarray:
        """Draw an image, (H, W, 3) uint8 RGB."""
        return draw_sample(self.part, index, self.size)["image"].copy()

    def label(self, index: int, task: Task) -> np.ndarray:
        """Draw an exact label, (H, W) or (H, W, 3)."""
        return draw_sample(self.part, index, self.size)[task.name].copy()

    def has_label(self, index: int, task: Task) -> bool:
        """True: every label can be drawn."""
        return True

    def files(self, index: int, tasks: tuple[Task, ...]) -> dict[str, Path]:
        """No files."""
        return {}


@lru_cache(maxsize=16)  # an image and its labels are asked for one after the other
def draw_sample(part: int, index: int, size: tuple[int, int]) -> dict[str, np.ndarray]:
    """Draw an image and its labels: "image" and each task name -> array of `size`, (H, W)."""
    rng = np.random.default_rng([SEED, part, index])
    scene = draw_scene(rng)
    view = render_view([item.body for item in scene.items], size)
    kind, object_id, person_part = (
        _per_pixel(scene, view, field).reshape(size) for field in ("kind", "object_id", "part")
    )
    has_person = (kind == PERSON).any()
    return {
        "image": _paint(scene, view, rng).reshape(*size, 3),
        "semseg": kind.astype(np.uint8),
        "depth": view.depth.reshape(size).astype(np.float32),
        "normals": view.normals.T.reshape(*size, 3).astype(np.float32),
        "edge": object_borders(object_id),
        "saliency": _largest(np.where((kind == WALL) | (kind == FLOOR), -1, object_id)),
        "human_parts": (person_part if has_person else np.full(size, IGNORE)).astype(np.uint8),
    }


def _per_pixel(scene: Scene, view: View, field: str) -> np.ndarray:
    """A field of the visible item of every pixel, (N,) or (N, 3)."""
    return np.array([getattr(item, field) for item in scene.items])[view.body_index]


def _paint(scene: Scene, view: View, rng: np.random.Generator) -> np.ndarray:
    """Pixels, (N, 3) uint8: Lambert's law, checks on every surface, a little noise."""
    colour, contrast, cells, glow = (
        _per_pixel(scene, view, field) for field in ("colour", "contrast", "cells", "glow")
    )
    waves = np.sin(np.pi * cells * view.local[0]) * np.sin(np.pi * cells * view.local[1])
    checks = 1 - contrast * (0.5 + 0.5 * np.tanh(6 * waves))
    lit = np.maximum(0, scene.towards_light @ view.normals)
    shine = np.maximum(scene.light * (0.35 + 0.65 * lit), glow)
    pixels = colour * (checks * shine)[:, None] + rng.normal(scale=NOISE, size=colour.shape)
    return (255 * pixels.clip(0, 1)).round().astype(np.uint8)


def object_borders(objects: np.ndarray) -> np.ndarray:
    """Edges, (H, W) uint8: 1 where the object changes to the right or below.

    objects: (H, W) integers, one per object.
    """
    edges = np.zeros(objects.shape, np.uint8)
    edges[:, :-1] |= objects[:, :-1] != objects[:, 1:]
    edges[:-1] |= objects[:-1] != objects[1:]
    return edges


def _largest(objects: np.ndarray) -> np.ndarray:
    """Mask of the object that covers most pixels, (H, W) uint8; -1 marks pixels of no object."""
    numbers, pixels = np.unique(objects[objects >= 0], return_counts=True)
    if not len(numbers):
        return np.zeros(objects.shape, np.uint8)
    return (objects == numbers[pixels.argmax()]).astype(np.uint8)


def parse_counts(data: str) -> tuple[int, int]:
    """Parse the numbers of pool and validation images, such as "48+16"; ConfigError if invalid."""
    if not data:
        return POOL, VALIDATION
    match = re.fullmatch(r"\s*(\d{1,6})\s*\+\s*(\d{1,6})\s*", data)
    if not match or not all(1 <= int(number) <= MAX_IMAGES for number in match.groups()):
        raise ConfigError(
            f"data: for drawn shapes give the images as pool+validation, such as "
            f"{POOL}+{VALIDATION}, each 1 to {MAX_IMAGES}, not {data!r}"
        )
    return int(match[1]), int(match[2])


def describe_content(config: Config) -> str:
    """Describe the numbers and size of the images, which identify a drawn data set.

    ConfigError for an invalid `data`.
    """
    pool, validation = parse_counts(config.data)
    return f"{pool}+{validation} images of {config.size[0]}x{config.size[1]}"


def tasks_in(config: Config) -> tuple[str, ...]:
    """All six tasks."""
    return tuple(_tasks())


def load(config: Config) -> Dataset:
    """Set the data set up without drawing an image. ConfigError for an invalid `data`."""
    tasks = select_tasks(_tasks(), config, DRAWN.title)
    pool_count, validation_count = parse_counts(config.data)
    pool = DrawnSplit(_ids("pool", pool_count), 0, config.size)
    validation = DrawnSplit(_ids("val", validation_count), 1, config.size)
    return Dataset(DRAWN.name, DRAWN.title, describe_content(config), tasks, pool, validation, NOTE)


def _ids(prefix: str, count: int) -> tuple[str, ...]:
    return tuple(f"{prefix}{index:05d}" for index in range(count))


DRAWN = Source("drawn", "Drawn shapes", LAYOUT, tuple(_tasks()), describe_content, tasks_in, load)
