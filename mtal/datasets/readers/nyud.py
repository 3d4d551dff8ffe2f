"""NYUD_MT: indoor photographs with four kinds of labels, read in the layout of Multi-Task-Learning-PyTorch (its data/nyud.py)."""

from pathlib import Path

import numpy as np

from mtal.config import Config
from mtal.datasets.dataset import DataError, Dataset, Source, chosen
from mtal.datasets.readers.decode import read_array, read_ids_image, read_rgb
from mtal.datasets.readers.file_lists import stay_inside
from mtal.datasets.readers.file_split import Kind, find_photographs
from mtal.datasets.readers.locate import Home
from mtal.tasks.depth import depth
from mtal.tasks.edge import edge
from mtal.tasks.normals import normals
from mtal.tasks.semseg import semseg
from mtal.tasks.task import IGNORE, Task

NAME, TITLE = "nyud", "NYUD-v2"
HOME = Home(TITLE, mark="NYUD_MT", variable="MTAL_NYUD", lists="gt_sets")
LAYOUT = """\
NYUD_MT/
  gt_sets/train.txt   ids of the pool, one per line
  gt_sets/val.txt     ids of the validation images
  images/ID.jpg       photographs (.png will do)
  segmentation/ID.png 0 = unlabelled, 1..40 = classes
  depth/ID.npy        metres, height x width, 0 = not measured
  normals/ID.npy      unit vectors, height x width x 3, x right, y down; zero vector = unknown
  edge/ID.npy         0 or 1, height x width
  classes.txt         if the classes are others: their names in the order of their numbers, one per line"""

CLASSES = (
    "wall",
    "floor",
    "cabinet",
    "bed",
    "chair",
    "sofa",
    "table",
    "door",
    "window",
    "bookshelf",
    "picture",
    "counter",
    "blinds",
    "desk",
    "shelves",
    "curtain",
    "dresser",
    "pillow",
    "mirror",
    "floor mat",
    "clothes",
    "ceiling",
    "books",
    "refridgerator",
    "television",
    "paper",
    "towel",
    "shower curtain",
    "box",
    "whiteboard",
    "person",
    "night stand",
    "toilet",
    "sink",
    "lamp",
    "bathtub",
    "bag",
    "otherstructure",
    "otherfurniture",
    "otherprop",
)  # spelt as in the original


def _classes(path: Path) -> np.ndarray:
    stored = read_ids_image(path)
    return np.where(stored == 0, IGNORE, stored - 1).astype(np.uint8)


def _metres(path: Path) -> np.ndarray:
    stored = read_array(path, (None, None)).astype(np.float32)
    return np.where(np.isnan(stored), np.float32(0), stored)


def _vectors(path: Path) -> np.ndarray:
    return read_array(path, (None, None, 3)).astype(np.float32)


def _borders(path: Path) -> np.ndarray:
    stored = read_array(path, (None, None))
    if not ((stored == 0) | (stored == 1)).all():
        raise DataError(
            f"{path} holds values between {stored.min():g} and {stored.max():g}; edges must be 0 or 1"
        )
    return stored.astype(np.uint8)


KINDS = {
    "semseg": Kind("segmentation", (".png",), _classes),
    "depth": Kind("depth", (".npy",), _metres),
    "normals": Kind("normals", (".npy",), _vectors),
    "edge": Kind("edge", (".npy",), _borders),
}


def tasks_in(config: Config) -> tuple[str, ...]:
    """The tasks whose folders are there."""
    there = HOME.holds(config, [kind.folder for kind in KINDS.values()])
    return tuple(name for name, kind in KINDS.items() if kind.folder in there)


def load(config: Config) -> Dataset:
    """The data set."""
    root = HOME.folder(config)
    classes, note = _class_names(root)
    tasks = chosen(_offered(classes, note), config, TITLE)
    kinds = {task.name: KINDS[task.name] for task in tasks}
    pool, validation = (
        find_photographs(
            root, Kind("images", (".jpg", ".png"), read_rgb), kinds, HOME.ids(root, name)
        )
        for name in ("train", "val")
    )
    return Dataset(NAME, TITLE, str(root), tasks, pool, validation, note)


def _offered(classes: tuple[str, ...], note: str) -> dict[str, Task]:
    """The four tasks with the weights of docs/method.md, section 8.2; edge settings of 8.1 and 10; depth figures of the training images."""
    tasks = (
        semseg(classes, weight=1, note=note),
        depth(weight=1, far_m=10, typical_m=2.8),
        normals(weight=10),
        edge(weight=50, positive_weight=0.95, tolerance=0.011),
    )
    return {task.name: task for task in tasks}


def _class_names(root: Path) -> tuple[tuple[str, ...], str]:
    path = root / "classes.txt"
    stay_inside(path, root)
    try:
        names = tuple(
            line.strip()
            for line in path.read_text(encoding="utf-8-sig").splitlines()
            if line.strip()
        )
    except FileNotFoundError:
        return CLASSES, ""
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"{path} cannot be read ({error}); it must hold one class name per line"
        ) from None
    if not 1 < len(names) < IGNORE or len(set(names)) < len(names):
        raise DataError(
            f"{path} holds {len(names)} names, {len(set(names))} of them different; it must hold 2 to 254 different "
            f"class names, one per line"
        )
    return names, f"mIoU over {len(names)} classes (classes.txt)"


NYUD = Source(NAME, TITLE, LAYOUT, tuple(KINDS), HOME.place, tasks_in, load)
