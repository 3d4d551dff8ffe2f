"""NYUD_MT: indoor photographs with labels of four tasks.

The layout is that of Multi-Task-Learning-PyTorch (its data/nyud.py).
"""

from pathlib import Path

import numpy as np

from mtal.config import Config
from mtal.datasets.dataset import DataError, Dataset, Source, select_tasks
from mtal.datasets.readers.decode import read_array, read_ids_image, read_rgb
from mtal.datasets.readers.file_lists import check_inside
from mtal.datasets.readers.file_split import FileKind, find_file_split
from mtal.datasets.readers.locate import DatasetLocation
from mtal.tasks.depth import depth
from mtal.tasks.edge import edge
from mtal.tasks.normals import normals
from mtal.tasks.semseg import semseg
from mtal.tasks.task import IGNORE, Task

NAME, TITLE = "nyud", "NYUD-v2"
LOCATION = DatasetLocation(TITLE, basename="NYUD_MT", variable="MTAL_NYUD", lists="gt_sets")
LAYOUT = """\
NYUD_MT/
  gt_sets/train.txt   ids of the pool, one per line
  gt_sets/val.txt     ids of the validation images
  images/ID.jpg       photographs (or .png)
  segmentation/ID.png 0 = unlabelled, 1..40 = classes
  depth/ID.npy        metres, height x width, 0 = not measured
  normals/ID.npy      unit vectors, height x width x 3, x right, y down; zero vector = unknown
  edge/ID.npy         0 or 1, height x width
  classes.txt         only for other classes: their names by number, one per line"""

# Spelt as in the original
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
)


def _read_classes(path: Path) -> np.ndarray:
    stored = read_ids_image(path)
    return np.where(stored == 0, IGNORE, stored - 1).astype(np.uint8)


def _read_depth(path: Path) -> np.ndarray:
    stored = read_array(path, (None, None)).astype(np.float32)
    return np.where(np.isnan(stored), np.float32(0), stored)


def _read_normals(path: Path) -> np.ndarray:
    return read_array(path, (None, None, 3)).astype(np.float32)


def _read_edges(path: Path) -> np.ndarray:
    stored = read_array(path, (None, None))
    if not ((stored == 0) | (stored == 1)).all():
        raise DataError(
            f"{path} holds values between {stored.min():g} and {stored.max():g}; "
            "edges must be 0 or 1"
        )
    return stored.astype(np.uint8)


KINDS = {
    "semseg": FileKind("segmentation", (".png",), _read_classes),
    "depth": FileKind("depth", (".npy",), _read_depth),
    "normals": FileKind("normals", (".npy",), _read_normals),
    "edge": FileKind("edge", (".npy",), _read_edges),
}
IMAGES = FileKind("images", (".jpg", ".png"), read_rgb)


def tasks_in(config: Config) -> tuple[str, ...]:
    """The tasks whose folders exist."""
    folders = LOCATION.existing_folders(config, [kind.folder for kind in KINDS.values()])
    return tuple(name for name, kind in KINDS.items() if kind.folder in folders)


def load(config: Config) -> Dataset:
    """Load the data set without reading an image. ConfigError or DataError if that fails."""
    root = LOCATION.require_folder(config)
    classes, note = _class_names(root)
    tasks = select_tasks(_tasks(classes, note), config, TITLE)
    kinds = {task.name: KINDS[task.name] for task in tasks}
    pool, validation = (
        find_file_split(root, IMAGES, kinds, LOCATION.read_ids(root, name))
        for name in ("train", "val")
    )
    return Dataset(NAME, TITLE, str(root), tasks, pool, validation, note)


def _tasks(classes: tuple[str, ...], note: str) -> dict[str, Task]:
    """The four tasks by name; `note`: added to the metric of semseg.

    Weights of docs/method.md, section 8.2; edge settings of sections 8.1 and 10. The typical depth
    is that of the training images.
    """
    tasks = (
        semseg(classes, weight=1, note=note),
        depth(weight=1, far_m=10, typical_m=2.8),
        normals(weight=10),
        edge(weight=50, positive_weight=0.95, tolerance=0.011),
    )
    return {task.name: task for task in tasks}


def _class_names(root: Path) -> tuple[tuple[str, ...], str]:
    """The names in classes.txt and a note that says so; the 40 classes and "" without the file."""
    path = root / "classes.txt"
    check_inside(path, root)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        return CLASSES, ""
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"{path} cannot be read ({error}); it must hold one class name per line"
        ) from None
    names = tuple(line.strip() for line in lines if line.strip())
    if not 1 < len(names) < IGNORE or len(set(names)) < len(names):
        raise DataError(
            f"{path} holds {len(names)} names, {len(set(names))} of them different; "
            "it must hold 2 to 254 different class names, one per line"
        )
    return names, f"mIoU over {len(names)} classes (classes.txt)"


NYUD = Source(NAME, TITLE, LAYOUT, tuple(KINDS), LOCATION.locate, tasks_in, load)
