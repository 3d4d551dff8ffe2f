"""A small drawn data set with exact labels of six tasks: for tests and first trials, not for results.

Rooms are put together at random (scenes.py), seen by a pinhole camera (raycast.py) and drawn at the size asked for.
The image of an index never changes, whatever the sizes of the splits.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from mtal.config import Config, ConfigError
from mtal.datasets.dataset import Dataset, Source, chosen
from mtal.datasets.synthetic.raycast import View, look
from mtal.datasets.synthetic.scenes import CLASSES, FLOOR, PERSON, WALL, Scene, draw_scene
from mtal.tasks.depth import depth
from mtal.tasks.edge import edge
from mtal.tasks.human_parts import human_parts
from mtal.tasks.normals import normals
from mtal.tasks.saliency import saliency
from mtal.tasks.semseg import semseg
from mtal.tasks.task import IGNORE, Task

POOL, VALIDATION = 60, 20  # images, where the config does not say
MOST = 100_000
SEED = 2024  # of the data, not of a run: all runs see the same images
NOTE = "Drawn shapes, for trials only: these figures say nothing about photographs."
LAYOUT = "Needs no folder. `data` may give the number of images as pool+validation, such as 48+16."
NOISE = 0.015  # of the camera, standard deviation in 0..1


def _offered() -> dict[str, Task]:
    """All six tasks, with the weights of docs/method.md, section 8.2."""
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
class Drawings:
    """A split; nothing of it lies on a disk."""

    ids: tuple[str, ...]
    part: int  # 0 = pool, 1 = validation
    size: tuple[int, int]  # height, width

    def image(self, index: int) -> np.ndarray:
        """(H, W, 3) uint8 RGB."""
        return drawing(self.part, index, self.size)["image"].copy()

    def label(self, index: int, task: Task) -> np.ndarray:
        """(H, W) or (H, W, 3), exact."""
        return drawing(self.part, index, self.size)[task.name].copy()

    def has_label(self, index: int, task: Task) -> bool:
        """Always."""
        return True

    def files(self, index: int, tasks: tuple[Task, ...]) -> dict[str, Path]:
        """There are none."""
        return {}


@lru_cache(maxsize=16)  # an image and its labels are asked for one after the other
def drawing(part: int, index: int, size: tuple[int, int]) -> dict[str, np.ndarray]:
    """ "image" and the label of every task, by its name."""
    rng = np.random.default_rng([SEED, part, index])
    scene = draw_scene(rng)
    view = look([item.body for item in scene.items], size)
    kind, thing, part_of_person = (
        np.array([getattr(item, what) for item in scene.items])[view.owner].reshape(size)
        for what in ("kind", "thing", "part")
    )
    return {
        "image": _paint(scene, view, rng).reshape(*size, 3),
        "semseg": kind.astype(np.uint8),
        "depth": view.depth.reshape(size).astype(np.float32),
        "normals": view.normals.T.reshape(*size, 3).astype(np.float32),
        "edge": borders(thing),
        "saliency": _largest(np.where((kind == WALL) | (kind == FLOOR), -1, thing)),
        "human_parts": (part_of_person if (kind == PERSON).any() else np.full(size, IGNORE)).astype(
            np.uint8
        ),
    }


def _paint(scene: Scene, view: View, rng: np.random.Generator) -> np.ndarray:
    """(N, 3) uint8: Lambert's law, checks on everything, a little noise."""
    colour, contrast, cells, glow = (
        np.array([getattr(item, what) for item in scene.items])[view.owner]
        for what in ("colour", "contrast", "cells", "glow")
    )
    waves = np.sin(np.pi * cells * view.local[0]) * np.sin(np.pi * cells * view.local[1])
    checks = 1 - contrast * (0.5 + 0.5 * np.tanh(6 * waves))
    shine = np.maximum(
        scene.light * (0.35 + 0.65 * np.maximum(0, scene.towards_light @ view.normals)), glow
    )
    pixels = colour * (checks * shine)[:, None] + rng.normal(scale=NOISE, size=colour.shape)
    return (255 * pixels.clip(0, 1)).round().astype(np.uint8)


def borders(thing: np.ndarray) -> np.ndarray:
    """(H, W) uint8, 1 where the object changes to the right or below. thing: (H, W) whole numbers."""
    edges = np.zeros(thing.shape, np.uint8)
    edges[:, :-1] |= thing[:, :-1] != thing[:, 1:]
    edges[:-1] |= thing[:-1] != thing[1:]
    return edges


def _largest(thing: np.ndarray) -> np.ndarray:
    """1 on the object that covers most pixels, 0 elsewhere; -1 marks what is no object."""
    numbers, pixels = np.unique(thing[thing >= 0], return_counts=True)
    return (thing == numbers[pixels.argmax()] if len(numbers) else np.zeros(thing.shape)).astype(
        np.uint8
    )


def counts(data: str) -> tuple[int, int]:
    """Images in pool and validation; ConfigError if the text does not say."""
    if not data:
        return POOL, VALIDATION
    found = re.fullmatch(r"\s*(\d{1,6})\s*\+\s*(\d{1,6})\s*", data)
    if not found or not all(1 <= int(number) <= MOST for number in found.groups()):
        raise ConfigError(
            f"data: for drawn shapes give the images as pool+validation, such as {POOL}+{VALIDATION}, each 1 to "
            f"{MOST}, not {data!r}"
        )
    return int(found[1]), int(found[2])


def place(config: Config) -> str:
    """What tells one drawn data set from another."""
    pool, validation = counts(config.data)
    return f"{pool}+{validation} images of {config.size[0]}x{config.size[1]}"


def tasks_in(config: Config) -> tuple[str, ...]:
    """All."""
    return tuple(_offered())


def load(config: Config) -> Dataset:
    """The data set; draws nothing yet."""
    tasks = chosen(_offered(), config, DRAWN.title)
    pool, validation = (
        Drawings(tuple(f"{name}{index:05d}" for index in range(count)), part, config.size)
        for part, (name, count) in enumerate(zip(("pool", "val"), counts(config.data), strict=True))
    )
    return Dataset(DRAWN.name, DRAWN.title, place(config), tasks, pool, validation, NOTE)


DRAWN = Source("drawn", "Drawn shapes", LAYOUT, tuple(_offered()), place, tasks_in, load)
