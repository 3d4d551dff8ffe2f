"""NYU Depth v2 as its authors published it: 1449 labelled images in one file, `nyu_depth_v2_labeled.mat` (docs/data.md, section 3)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import distance_transform_edt

from mtal.config import Config
from mtal.datasets.dataset import DataError, Dataset, Source, chosen
from mtal.datasets.readers.depth_normals import Camera, normals_from_depth
from mtal.datasets.readers.hdf5_images import Form, Stacks, open_stacks
from mtal.datasets.readers.locate import Home
from mtal.datasets.readers.nyud import CLASSES
from mtal.datasets.readers.nyud_official import (
    CLASSES_894,
    IMAGES,
    forty_classes,
    training_numbers,
    validation_numbers,
)
from mtal.datasets.synthetic.shapes import borders
from mtal.tasks.depth import depth
from mtal.tasks.edge import edge
from mtal.tasks.normals import normals
from mtal.tasks.semseg import semseg
from mtal.tasks.task import IGNORE, Task

NAME, TITLE, FILE = "nyud-mat", "NYU Depth v2 (.mat)", "nyu_depth_v2_labeled.mat"
HOME = Home(TITLE, mark=FILE, variable="MTAL_NYUD_MAT", also=(f"NYUv2/{FILE}",))
LAYOUT = """\
nyu_depth_v2_labeled.mat   the labelled data set, as it is (HDF5, 2.8 GB); `data` may be the file or the folder that holds it
  images     1449 x 3 x 640 x 480, RGB
  depths     1449 x 640 x 480, metres; with rawDepths only what the sensor measured counts, normals are computed from it
  labels     1449 x 640 x 480, 0 = unlabelled, 1..894 -> the usual 40 classes; with instances also the edges
The official split is built in: 795 images to choose from, 654 to measure on."""

FORMS = {
    "images": Form(np.uint8, 3),
    "depths": Form(np.floating),
    "labels": Form(np.unsignedinteger),
    "rawDepths": Form(np.floating),
    "instances": Form(np.unsignedinteger),
}
NEEDED = {"semseg": "labels", "depth": "depths", "normals": "depths", "edge": "labels"}
# Of the colour camera onto which depth was projected: camera_params.m of the authors' toolbox, whose first pixel is at (1, 1).
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
class MatImages:
    """A split of the file."""

    ids: tuple[str, ...]  # numbers from 0001, as in the authors' toolbox
    stacks: Stacks

    def image(self, index: int) -> np.ndarray:
        """(H, W, 3) uint8 RGB."""
        return self.stacks.read("images", self._place(index))

    def label(self, index: int, task: Task) -> np.ndarray:
        """Label of the image's size."""
        try:
            label = READ[task.name](self.stacks, self._place(index))
            problem = task.problem(label)
        except IndexError:
            problem = f"labels go beyond the {CLASSES_894} classes"
        if problem:
            raise DataError(
                f"{self.stacks.path}, image {self.ids[index]}: {problem}; take the official file"
            )
        return label

    def has_label(self, index: int, task: Task) -> bool:
        """Always."""
        return True

    def files(self, index: int, tasks: tuple[Task, ...]) -> dict[str, Path]:
        """The one file, which is also `Dataset.folder`."""
        return dict.fromkeys(("image", *(task.name for task in tasks)), self.stacks.path)

    def _place(self, index: int) -> int:
        return int(self.ids[index]) - 1


def _classes(stacks: Stacks, place: int) -> np.ndarray:
    return FORTY[stacks.read("labels", place)]


def _metres(stacks: Stacks, place: int) -> np.ndarray:
    """`depths` is filled in everywhere; what the sensor did not measure does not count (our choice)."""
    filled = stacks.read("depths", place).astype(np.float32)
    return (
        np.where(stacks.read("rawDepths", place) > 0, filled, np.float32(0))
        if "rawDepths" in stacks
        else filled
    )


def _vectors(stacks: Stacks, place: int) -> np.ndarray:
    down, across = (now / then for now, then in zip(stacks.size, CAMERA_SIZE, strict=True))
    return normals_from_depth(
        _metres(stacks, place), CAMERA.resized(across, down), max(1, round(RADIUS * across))
    )


def _borders(stacks: Stacks, place: int) -> np.ndarray:
    """1 where the object (class of the 894 and instance) changes to the right or below, as in our drawn data (our choice).

    Objects are labelled with narrow gaps between them. A pixel in a gap belongs to the nearest object, so that the border runs in
    the middle; farther than GAP_PX from all objects nothing is known.
    """
    labels = stacks.read("labels", place).astype(np.int64)
    things = (
        labels << 16 | stacks.read("instances", place).astype(np.int64)
        if "instances" in stacks
        else labels
    )
    if not labels.any():
        return np.full(labels.shape, IGNORE, np.uint8)
    distance, nearest = distance_transform_edt(labels == 0, return_indices=True)
    return np.where(distance > GAP_PX, np.uint8(IGNORE), borders(things[tuple(nearest)]))


READ = {"semseg": _classes, "depth": _metres, "normals": _vectors, "edge": _borders}


def tasks_in(config: Config) -> tuple[str, ...]:
    """All, if there is a file."""
    return tuple(NEEDED) if HOME.place(config) else ()


def load(config: Config) -> Dataset:
    """The data set. Opens the file and reads no image."""
    found = HOME.needed(config)
    tasks = chosen(_offered(), config, TITLE)
    stacks = open_stacks(
        found, FORMS, frozenset({"images", *(NEEDED[task.name] for task in tasks)})
    )
    if len(stacks) != IMAGES:
        raise DataError(
            f"{found} holds {len(stacks)} images, not the {IMAGES} of the official file, so the official split does "
            f"not apply; take the official file, or put your images into folders (data set `nyud`)"
        )
    pool, validation = (
        MatImages(tuple(f"{number:04d}" for number in numbers()), stacks)
        for numbers in (training_numbers, validation_numbers)
    )
    return Dataset(NAME, TITLE, str(found), tasks, pool, validation, _note(tasks, stacks))


def _offered() -> dict[str, Task]:
    """The four tasks as of NYUD_MT: weights of docs/method.md, section 8.2, edge settings of 8.1 and 10."""
    tasks = (
        semseg(CLASSES, weight=1),
        depth(weight=1, far_m=10, typical_m=2.8),
        normals(weight=10),
        edge(weight=50, positive_weight=0.95, tolerance=0.011),
    )
    return {task.name: task for task in tasks}


def _note(tasks: tuple[Task, ...], stacks: Stacks) -> str:
    """What was decided here about the labels of these tasks."""
    counts = (
        "Depth counts where the sensor measured"
        if "rawDepths" in stacks
        else "Depth counts where it was filled in, too"
    )
    said = {
        "depth": f"{counts}.",
        "normals": f"Normals are computed from depth (a plane fitted in windows of {2 * RADIUS + 1} pixels): not comparable "
        "with published numbers.",
        "edge": "Edges are the borders of labelled objects: not comparable with published numbers.",
    }
    return " ".join(said[task.name] for task in tasks if task.name in said)


NYUD_MAT = Source(NAME, TITLE, LAYOUT, tuple(NEEDED), HOME.place, tasks_in, load)
