"""PASCAL_MT: everyday photographs with labels of five tasks.

The layout is that of Multi-Task-Learning-PyTorch (data/pascal_context.py). Edges and the mask of
the normals follow from the class maps of PASCAL-Context; normals and saliency are predictions of
networks.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mtal.config import Config
from mtal.datasets.augment import PASCAL_AUGMENTATION
from mtal.datasets.dataset import DataError, Dataset, Source, select_tasks
from mtal.datasets.readers.decode import (
    image_size,
    read_colours,
    read_grey,
    read_ids_image,
    read_rgb,
)
from mtal.datasets.readers.file_lists import ListedFiles, find_files
from mtal.datasets.readers.file_split import IMAGE, check_label, find_images
from mtal.datasets.readers.locate import DatasetLocation
from mtal.datasets.readers.pascal_context import class_borders, class_map, known_to_teacher
from mtal.datasets.readers.pascal_parts import no_person_label, read_parts, without_people
from mtal.tasks.edge import edge
from mtal.tasks.human_parts import human_parts
from mtal.tasks.normals import normals
from mtal.tasks.saliency import saliency
from mtal.tasks.semseg import semseg
from mtal.tasks.task import Task

NAME, TITLE = "pascal", "PASCAL-Context"
IMAGES = "JPEGImages"
LISTS = "ImageSets/Context"
PEOPLE = "ImageSets/Parts"
CONTEXT = "pascal-context/trainval"
LOCATION = DatasetLocation(TITLE, basename="PASCAL_MT", variable="MTAL_PASCAL", lists=LISTS)
LAYOUT = """\
PASCAL_MT/
  ImageSets/Context/train.txt    ids of the pool, one per line
  ImageSets/Context/val.txt      ids of the validation images
  JPEGImages/ID.jpg              photographs of any size
  semseg/VOC12/ID.png            0..20 = classes, 255 = ignored
  semseg/pascal-context/ID.png   the same for images that VOC12 lacks
  pascal-context/trainval/ID.mat LabelMap: edges follow from it, and where normals count
  human_parts/ID.mat             anno: parts of people
  normals_distill/ID.png         a network's normals as red, green and blue: 2 v / 255 - 1
  sal_distill/ID.png             a network's saliency: salient above one half"""
# Spelt as in PASCAL VOC
CLASSES = (
    "background",
    "aeroplane",
    "bicycle",
    "bird",
    "boat",
    "bottle",
    "bus",
    "car",
    "cat",
    "chair",
    "cow",
    "diningtable",
    "dog",
    "horse",
    "motorbike",
    "person",
    "pottedplant",
    "sheep",
    "sofa",
    "train",
    "tvmonitor",
)
# Notes for figures of labels that are predictions of networks
NETWORK_LABELS = {
    "normals": (
        "The labels are a network's predictions, on classes that NYU has too: "
        "the error is the distance to it."
    ),
    "saliency": "The labels are a network's predictions: the score is the agreement with it.",
}
EDGE_NOTE = "Over all validation images; the reference code scores a list of 2,498 of the 5,105."


@dataclass(frozen=True)
class ImageInfo:
    """What is known of an image besides the file of the label that is read."""

    size: tuple[int, int]  # height and width of the image
    context: Path  # class map of PASCAL-Context
    no_person: bool  # known to show no person


@dataclass(frozen=True)
class LabelKind:
    """Where the files of one task are and how a label is made from one."""

    folders: tuple[str, ...]  # the first that has a file of the image is taken
    ending: str
    read: Callable[[Path, ImageInfo], np.ndarray]
    masked: bool = False  # the class map is needed too
    of_people: bool = False  # an image known to show no person needs no file


def _read_classes(path: Path, info: ImageInfo) -> np.ndarray:
    return read_ids_image(path)


def _read_edges(path: Path, info: ImageInfo) -> np.ndarray:
    return class_borders(class_map(path))


def _read_normals(path: Path, info: ImageInfo) -> np.ndarray:
    """Unit vectors as stored, (H, W, 3); zero on classes that the network was not trained on.

    Their axes are undocumented. The reference code mirrors and turns x and y with the image, so x
    points right and y down, or both the other way round; the sign of z is open. We change no sign
    (our choice): errors and training are the same either way.
    """
    vectors = 2 * read_colours(path).astype(np.float32) / 255 - 1
    trusted = known_to_teacher(class_map(info.context))
    if trusted.shape != vectors.shape[:2]:
        raise DataError(
            f"{info.context}: LabelMap is {' x '.join(map(str, trusted.shape))}, "
            f"but {path} is {' x '.join(map(str, vectors.shape[:2]))}"
        )
    unit_vectors = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.where(trusted[..., None], unit_vectors, np.float32(0))


def _read_people(path: Path, info: ImageInfo) -> np.ndarray:
    if info.no_person and not path.exists():
        return no_person_label(info.size)
    return read_parts(path, info.size)


def _read_saliency(path: Path, info: ImageInfo) -> np.ndarray:
    return (read_grey(path) / 255 > 0.5).astype(np.uint8)


LABEL_KINDS = {
    "semseg": LabelKind(("semseg/VOC12", "semseg/pascal-context"), ".png", _read_classes),
    "edge": LabelKind((CONTEXT,), ".mat", _read_edges),
    "normals": LabelKind(("normals_distill",), ".png", _read_normals, masked=True),
    "human_parts": LabelKind(("human_parts",), ".mat", _read_people, of_people=True),
    "saliency": LabelKind(("sal_distill",), ".png", _read_saliency),
}


@dataclass(frozen=True)
class PascalSplit:
    """A split of which any file may be missing."""

    ids: tuple[str, ...]
    listings: Mapping[str, ListedFiles]  # by IMAGE, task name and, if needed, CONTEXT
    without_person: frozenset[str]  # ids of images known to show no person, if a task asks

    def image(self, index: int) -> np.ndarray:
        """Read an image, (H, W, 3) uint8 RGB. DataError if it cannot be read."""
        return read_rgb(self.listings[IMAGE].paths[index])

    def label(self, index: int, task: Task) -> np.ndarray:
        """Read a label of the image's size. DataError if it is missing, broken or does not fit."""
        path = self.listings[task.name].paths[index]
        size = image_size(self.listings[IMAGE].paths[index])
        context = self.listings.get(CONTEXT, self.listings[task.name]).paths[index]
        info = ImageInfo(size, context, self.ids[index] in self.without_person)
        return check_label(LABEL_KINDS[task.name].read(path, info), path, size, task)

    def has_label(self, index: int, task: Task) -> bool:
        """Whether all files that make the label exist."""
        kind = LABEL_KINDS[task.name]
        if kind.masked and not self.listings[CONTEXT].exists[index]:
            return False
        if kind.of_people and self.ids[index] in self.without_person:
            return True
        return self.listings[task.name].exists[index]

    def files(self, index: int, tasks: tuple[Task, ...]) -> dict[str, Path]:
        """The files of one image: IMAGE, each task name and "TASK mask" of masked tasks -> path."""
        keys = {IMAGE: IMAGE} | {task.name: task.name for task in tasks}
        for task in tasks:
            if LABEL_KINDS[task.name].masked:
                keys[f"{task.name} mask"] = CONTEXT
        return {name: self.listings[key].paths[index] for name, key in keys.items()}


def tasks_in(config: Config) -> tuple[str, ...]:
    """The tasks whose folders exist."""
    wanted = [folder for kind in LABEL_KINDS.values() for folder in kind.folders]
    folders = LOCATION.existing_folders(config, wanted)
    return tuple(
        name
        for name, kind in LABEL_KINDS.items()
        if folders & set(kind.folders) and (not kind.masked or CONTEXT in folders)
    )


def load(config: Config) -> Dataset:
    """Load the data set without reading an image. ConfigError or DataError if that fails."""
    root = LOCATION.require_folder(config)
    tasks = select_tasks(_tasks(), config, TITLE)
    pool, validation = (_find_split(root, name, tasks) for name in ("train", "val"))
    notes = [
        f"{task.title}: {NETWORK_LABELS[task.name]}"
        for task in tasks
        if task.name in NETWORK_LABELS
    ]
    settings = _digest_without_person(pool, validation)
    return Dataset(
        NAME,
        TITLE,
        str(root),
        tasks,
        pool,
        validation,
        " ".join(notes),
        label_settings=settings,
        augmentation=PASCAL_AUGMENTATION,
    )


def _digest_without_person(*splits: PascalSplit) -> str:
    """Hash the ids of images known to show no person; "" if there are none.

    Like a label file, that list decides labels.
    """
    ids = [sorted(split.without_person) for split in splits]
    return hashlib.sha256(json.dumps(ids).encode()).hexdigest() if any(ids) else ""


def _tasks() -> dict[str, Task]:
    """The five tasks by name.

    Weights of docs/method.md, section 8.2; edge settings of sections 8.1 and 10.
    """
    tasks = (
        semseg(CLASSES, weight=1),
        _with_note(edge(weight=50, positive_weight=0.95, tolerance=0.0075), EDGE_NOTE),
        _with_note(normals(weight=10), NETWORK_LABELS["normals"]),
        human_parts(weight=2),
        _with_note(saliency(weight=5), NETWORK_LABELS["saliency"]),
    )
    return {task.name: task for task in tasks}


def _with_note(task: Task, note: str) -> Task:
    """The task with a note added to its metric."""
    return replace(task, metric=replace(task.metric, note=f"{task.metric.note} {note}"))


def _find_split(root: Path, name: str, tasks: tuple[Task, ...]) -> PascalSplit:
    """Find the files of a split, "train" or "val". DataError for links out of `root`."""
    ids = LOCATION.read_ids(root, name)
    kinds = [LABEL_KINDS[task.name] for task in tasks]
    listings = {
        task.name: _first_files(root, kind, ids) for task, kind in zip(tasks, kinds, strict=True)
    }
    if any(kind.masked for kind in kinds):
        listings[CONTEXT] = find_files(root, CONTEXT, ids, (".mat",))
    without_person = without_people(find_files(root, PEOPLE, (name,), (".txt",)).paths[0])
    listings[IMAGE] = find_images(root, IMAGES, ids, (".jpg", ".png"))
    if not any(kind.of_people for kind in kinds):
        without_person = frozenset()
    return PascalSplit(ids, listings, without_person.intersection(ids))


def _first_files(root: Path, kind: LabelKind, ids: tuple[str, ...]) -> ListedFiles:
    """Find the file of each id in the first folder that has one; else its path in the first."""
    listings = [find_files(root, folder, ids, (kind.ending,)) for folder in kind.folders]
    paths, exists = [], []
    for index in range(len(ids)):
        listing = next((listing for listing in listings if listing.exists[index]), listings[0])
        paths.append(listing.paths[index])
        exists.append(listing.exists[index])
    return ListedFiles(listings[0].folder, tuple(paths), tuple(exists))


PASCAL = Source(NAME, TITLE, LAYOUT, tuple(LABEL_KINDS), LOCATION.locate, tasks_in, load)
