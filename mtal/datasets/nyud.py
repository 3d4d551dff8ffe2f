"""NYUD_MT: indoor photographs with four kinds of labels, read in the layout of Multi-Task-Learning-PyTorch (its data/nyud.py)."""
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mtal.config import Config
from mtal.datasets.dataset import DataError, Dataset, Source, chosen
from mtal.datasets.decode import image_size, read_array, read_ids_image, read_rgb
from mtal.datasets.listing import Listed, demand, find_files, read_ids, some
from mtal.tasks.depth import depth
from mtal.tasks.edge import edge
from mtal.tasks.normals import normals
from mtal.tasks.semseg import semseg
from mtal.tasks.task import IGNORE, Task

VARIABLE = "MTAL_NYUD"
ROOT = Path(__file__).parents[2]                            # the folder of app.py; relative folders count from here
NAME, TITLE, MARK = "nyud", "NYUD-v2", "NYUD_MT"
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
    "wall", "floor", "cabinet", "bed", "chair", "sofa", "table", "door", "window", "bookshelf", "picture", "counter", "blinds",
    "desk", "shelves", "curtain", "dresser", "pillow", "mirror", "floor mat", "clothes", "ceiling", "books", "refridgerator",
    "television", "paper", "towel", "shower curtain", "box", "whiteboard", "person", "night stand", "toilet", "sink", "lamp",
    "bathtub", "bag", "otherstructure", "otherfurniture", "otherprop")      # spelt as in the original


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
        raise DataError(f"{path} holds values between {stored.min():g} and {stored.max():g}; edges must be 0 or 1")
    return stored.astype(np.uint8)


@dataclass(frozen=True)
class Kind:
    """Where the labels of one task lie, and how a file becomes a label."""
    folder: str
    ending: str
    read: Callable[[Path], np.ndarray]


KINDS = {
    "semseg": Kind("segmentation", ".png", _classes),
    "depth": Kind("depth", ".npy", _metres),
    "normals": Kind("normals", ".npy", _vectors),
    "edge": Kind("edge", ".npy", _borders),
}


@dataclass(frozen=True)
class Photographs:
    """A split of NYUD_MT."""
    ids: tuple[str, ...]
    found: Mapping[str, Listed]                             # "image" and one per task

    def image(self, index: int) -> np.ndarray:
        """(H, W, 3) uint8 RGB."""
        return read_rgb(self.found["image"].paths[index])

    def label(self, index: int, task: Task) -> np.ndarray:
        """Label of the image's size."""
        path = self.found[task.name].paths[index]
        label = KINDS[task.name].read(path)
        height, width = image_size(self.found["image"].paths[index])
        if label.shape[:2] != (height, width):
            raise DataError(f"{path} is {label.shape[0]} x {label.shape[1]}, but its image is {height} x {width}")
        if problem := task.problem(label):
            raise DataError(f"{path}: {problem}")
        return label

    def files(self, index: int, tasks: tuple[Task, ...]) -> dict[str, Path]:
        """What -> file."""
        return {what: self.found[what].paths[index] for what in ("image", *(task.name for task in tasks))}


def find_folder() -> Path | None:
    """The folder that MTAL_NYUD names, or data/NYUD_MT beside app.py."""
    places = [_inside(text) for text in (os.environ.get(VARIABLE, ""), f"data/{MARK}") if text]
    return next((folder for folder in places if folder.is_dir()), None)


def place(config: Config) -> str:
    """The resolved folder NYUD_MT of a config."""
    folder = _inside(config.data) if config.data else find_folder()
    return str(folder) if folder and folder.is_dir() else ""


def load(config: Config) -> Dataset:
    """The data set; every file must be there."""
    return _read(config, demand)


def survey(config: Config) -> Dataset:
    """The data set, whatever is missing."""
    return _read(config, lambda found, root: None)


def _read(config: Config, check: Callable[[Mapping[str, Listed], Path], None]) -> Dataset:
    root = _folder(config)
    classes, note = _class_names(root)
    tasks = chosen(_offered(classes, note), config, TITLE)
    pool, validation = (_split(root, root / "gt_sets" / f"{name}.txt", tasks) for name in ("train", "val"))
    for split in (pool, validation):
        check(split.found, root)
    return Dataset(NAME, TITLE, str(root), tasks, pool, validation, note)


def _split(root: Path, listed: Path, tasks: tuple[Task, ...]) -> Photographs:
    ids = read_ids(listed)
    kinds = {task.name: KINDS[task.name] for task in tasks}
    return Photographs(ids, {"image": find_files(root, "images", ids, (".jpg", ".png"))} | {
        name: find_files(root, kind.folder, ids, (kind.ending,)) for name, kind in kinds.items()})


def _offered(classes: tuple[str, ...], note: str) -> dict[str, Task]:
    """The four tasks with the weights of METHOD 7; edge settings of FACTS 4.1 and 5.1; depth figures of the training images."""
    tasks = (semseg(classes, weight=1, note=note), depth(weight=1, far_m=10, typical_m=2.8), normals(weight=10),
             edge(weight=50, positive_weight=0.95, tolerance=0.011))
    return {task.name: task for task in tasks}


def _class_names(root: Path) -> tuple[tuple[str, ...], str]:
    path = root / "classes.txt"
    if not path.exists():
        return CLASSES, ""
    try:
        names = tuple(line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read ({error}); it must hold one class name per line") from None
    if not 1 < len(names) < IGNORE or len(set(names)) < len(names):
        raise DataError(f"{path} holds {len(names)} names, {len(set(names))} of them different; it must hold 2 to 254 different "
                        f"class names, one per line")
    return names, f"mIoU over {len(names)} classes (classes.txt)"


def _folder(config: Config) -> Path:
    """The resolved folder, or DataError with the way out."""
    text = place(config)
    if not text:
        raise DataError(_not_found(config.data))
    folder = Path(text)
    if not (folder / "gt_sets").is_dir():
        there = some(sorted(path.name for path in folder.iterdir())) or "nothing"
        raise DataError(f"{folder} has no folder gt_sets with train.txt and val.txt (it holds {there}); `data` must be an "
                        f"{MARK} folder or hold one")
    return folder


def _not_found(data: str) -> str:
    if data:
        return f"data: there is no folder {_inside(data)}; give the folder that holds gt_sets, images and the labels"
    named = os.environ.get(VARIABLE)
    tried = f"{VARIABLE} names {named}, which is no folder," if named else f"{VARIABLE} is not set"
    return f"no {TITLE} images found: {tried} and there is no {ROOT / 'data' / MARK}; set `data` to the {MARK} folder"


def _inside(text: str) -> Path:
    """A folder as people write it -> the resolved NYUD_MT folder in it, or itself."""
    folder = (Path.home() / text[2:] if text.startswith("~/") else ROOT / text).resolve()
    return (folder / MARK).resolve() if (folder / MARK).is_dir() and not (folder / "gt_sets").is_dir() else folder


NYUD = Source(NAME, TITLE, LAYOUT, tuple(KINDS), find_folder, place, load, survey)
