"""NYU Depth v2 as published: 1449 labelled images in the file `nyu_depth_v2_labeled.mat`.

See docs/data.md, section 3.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import distance_transform_edt

from mtal.config import Config
from mtal.datasets.dataset import DataError, Dataset, Source, select_tasks
from mtal.datasets.readers.depth_normals import Camera, normals_from_depth
from mtal.datasets.readers.hdf5_images import ArraySpec, ImageStacks, open_stacks
from mtal.datasets.readers.locate import DatasetLocation
from mtal.datasets.readers.nyud import CLASSES
from mtal.datasets.readers.nyud_official import (
    CLASSES_894,
    IMAGES,
    forty_classes,
    training_numbers,
    validation_numbers,
)
from mtal.datasets.synthetic.shapes import object_borders
from mtal.tasks.depth import depth
from mtal.tasks.edge import edge
from mtal.tasks.normals import normals
from mtal.tasks.semseg import semseg
from mtal.tasks.task import IGNORE, Task

NAME, TITLE, FILE = "nyud-mat", "NYU Depth v2 (.mat)", "nyu_depth_v2_labeled.mat"
LOCATION = DatasetLocation(
    TITLE, basename=FILE, variable="MTAL_NYUD_MAT", other_names=(f"NYUv2/{FILE}",)
)
LAYOUT = """\
nyu_depth_v2_labeled.mat   the labelled data set as published (HDF5, 2.8 GB)
`data` may be the file or the folder that holds it. It contains:
  images     1449 x 3 x 640 x 480, RGB
  depths     1449 x 640 x 480, metres; normals are computed from it
  rawDepths  if present, depth counts only where the sensor measured
  labels     1449 x 640 x 480, 0 = unlabelled, 1..894 -> the usual 40 classes
  instances  if present, edges separate objects of one class too
The official split is built in: 795 images to choose from, 654 to measure on."""

SPECS = {
    "images": ArraySpec(np.uint8, 3),
    "depths": ArraySpec(np.floating),
    "labels": ArraySpec(np.unsignedinteger),
    "rawDepths": ArraySpec(np.floating),
    "instances": ArraySpec(np.unsignedinteger),
}
# Task -> the stack that its labels are made from
SOURCES = {"semseg": "labels", "depth": "depths", "normals": "depths", "edge": "labels"}
# The colour camera, onto which depth was projected, from camera_params.m of the authors' toolbox;
# there the first pixel is at (1, 1).
CAMERA = Camera(
    fx=518.85790117450188,
    fy=519.46961112127485,
    cx=325.58244941119034 - 0.5,
    cy=253.73616633400465 - 0.5,
)
CAMERA_SIZE = (480, 640)
RADIUS = 7  # half a window of the normals at 640 pixels a row (our choice)
GAP_PX = 8  # how far a label reaches into what is unlabelled (our choice)
FORTY = np.where(forty_classes() == 0, IGNORE, forty_classes() - 1).astype(np.uint8)


@dataclass(frozen=True)
class MatSplit:
    """A split of the file."""

    ids: tuple[str, ...]  # numbers from 0001, as in the authors' toolbox
    stacks: ImageStacks

    def image(self, index: int) -> np.ndarray:
        """Read an image, (H, W, 3) uint8 RGB. DataError if it cannot be read."""
        return self.stacks.read("images", self._file_index(index))

    def label(self, index: int, task: Task) -> np.ndarray:
        """Read a label of the image's size. DataError if it is broken or out of range."""
        try:
            label = READERS[task.name](self.stacks, self._file_index(index))
            problem = task.problem(label)
        except IndexError:
            problem = f"labels go beyond the {CLASSES_894} classes"
        if problem:
            raise DataError(
                f"{self.stacks.path}, image {self.ids[index]}: {problem}; take the official file"
            )
        return label

    def has_label(self, index: int, task: Task) -> bool:
        """True: the file has labels of every image."""
        return True

    def files(self, index: int, tasks: tuple[Task, ...]) -> dict[str, Path]:
        """The one file, which is also `Dataset.folder`, for every key."""
        return dict.fromkeys(("image", *(task.name for task in tasks)), self.stacks.path)

    def _file_index(self, index: int) -> int:
        """Position in the file's stacks."""
        return int(self.ids[index]) - 1


def _read_classes(stacks: ImageStacks, index: int) -> np.ndarray:
    return FORTY[stacks.read("labels", index)]


def _read_depth(stacks: ImageStacks, index: int) -> np.ndarray:
    """Depth where the sensor measured it: `depths` is filled in everywhere (our choice)."""
    depths = stacks.read("depths", index).astype(np.float32)
    if "rawDepths" not in stacks:
        return depths
    return np.where(stacks.read("rawDepths", index) > 0, depths, np.float32(0))


def _read_normals(stacks: ImageStacks, index: int) -> np.ndarray:
    height, width = stacks.size
    y_scale, x_scale = height / CAMERA_SIZE[0], width / CAMERA_SIZE[1]
    return normals_from_depth(
        _read_depth(stacks, index),
        CAMERA.resized(x_scale, y_scale),
        max(1, round(RADIUS * x_scale)),
    )


def _read_edges(stacks: ImageStacks, index: int) -> np.ndarray:
    """1 where the object (class of 894 and instance) changes to the right or below (our choice).

    Objects are labelled with narrow gaps between them. A pixel in a gap belongs to the nearest
    object, so the border runs in the middle; more than GAP_PX from all objects it is ignored.
    """
    labels = stacks.read("labels", index).astype(np.int64)
    if not labels.any():
        return np.full(labels.shape, IGNORE, np.uint8)
    objects = labels
    if "instances" in stacks:
        objects = labels << 16 | stacks.read("instances", index).astype(np.int64)
    distance, nearest = distance_transform_edt(labels == 0, return_indices=True)
    edges = object_borders(objects[tuple(nearest)])
    return np.where(distance > GAP_PX, np.uint8(IGNORE), edges)


READERS = {
    "semseg": _read_classes,
    "depth": _read_depth,
    "normals": _read_normals,
    "edge": _read_edges,
}


def tasks_in(config: Config) -> tuple[str, ...]:
    """All four tasks, if the file exists."""
    return tuple(SOURCES) if LOCATION.locate(config) else ()


def load(config: Config) -> Dataset:
    """Open the file without reading an image. ConfigError or DataError if that fails."""
    path = LOCATION.require(config)
    tasks = select_tasks(_tasks(), config, TITLE)
    stacks = open_stacks(
        path, SPECS, frozenset({"images", *(SOURCES[task.name] for task in tasks)})
    )
    if len(stacks) != IMAGES:
        raise DataError(
            f"{path} holds {len(stacks)} images, not the {IMAGES} of the official file, so the "
            "official split does not apply; take the official file, or put your images into "
            "folders (data set `nyud`)"
        )
    pool, validation = (
        MatSplit(tuple(f"{number:04d}" for number in numbers()), stacks)
        for numbers in (training_numbers, validation_numbers)
    )
    return Dataset(NAME, TITLE, str(path), tasks, pool, validation, _note(tasks, stacks))


def _tasks() -> dict[str, Task]:
    """The four tasks by name, with the settings of NYUD_MT.

    Weights of docs/method.md, section 8.2; edge settings of sections 8.1 and 10.
    """
    tasks = (
        semseg(CLASSES, weight=1),
        depth(weight=1, far_m=10, typical_m=2.8),
        normals(weight=10),
        edge(weight=50, positive_weight=0.95, tolerance=0.011),
    )
    return {task.name: task for task in tasks}


def _note(tasks: tuple[Task, ...], stacks: ImageStacks) -> str:
    """How the labels of these tasks were made."""
    if "rawDepths" in stacks:
        counts = "Depth counts where the sensor measured."
    else:
        counts = "Depth counts where it was filled in, too."
    notes = {
        "depth": counts,
        "normals": (
            f"Normals are computed from depth (a plane fitted in windows of {2 * RADIUS + 1} "
            "pixels): not comparable with published numbers."
        ),
        "edge": "Edges are the borders of labelled objects: not comparable with published numbers.",
    }
    return " ".join(notes[task.name] for task in tasks if task.name in notes)


NYUD_MAT = Source(NAME, TITLE, LAYOUT, tuple(SOURCES), LOCATION.locate, tasks_in, load)
