"""PASCAL_MT: everyday photographs with five kinds of labels, as Multi-Task-Learning-PyTorch reads them (data/pascal_context.py).

Edges and the mask of the normals follow from the class maps of PASCAL-Context; normals and saliency are what networks answered.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mtal.config import Config
from mtal.datasets.dataset import DataError, Dataset, Source, chosen
from mtal.datasets.readers.decode import (
    image_size,
    read_colours,
    read_grey,
    read_ids_image,
    read_rgb,
)
from mtal.datasets.readers.file_lists import Listed, find_files
from mtal.datasets.readers.file_split import IMAGE, find_images, fitting
from mtal.datasets.readers.locate import Home
from mtal.datasets.readers.pascal_context import borders, class_map, known_to_teacher
from mtal.datasets.readers.pascal_parts import nobody, read_parts, without_people
from mtal.tasks.edge import edge
from mtal.tasks.human_parts import human_parts
from mtal.tasks.normals import normals
from mtal.tasks.saliency import saliency
from mtal.tasks.semseg import semseg
from mtal.tasks.task import Task

NAME, TITLE = "pascal", "PASCAL-Context"
IMAGES, LISTS, PEOPLE, CONTEXT = (
    "JPEGImages",
    "ImageSets/Context",
    "ImageSets/Parts",
    "pascal-context/trainval",
)
HOME = Home(TITLE, mark="PASCAL_MT", variable="MTAL_PASCAL", lists=LISTS)
LAYOUT = """\
PASCAL_MT/
  ImageSets/Context/train.txt    ids of the pool, one per line
  ImageSets/Context/val.txt      ids of the validation images
  JPEGImages/ID.jpg              photographs of any size
  semseg/VOC12/ID.png            0..20 = classes, 255 = ignored; where it lacks an image, semseg/pascal-context/ID.png
  pascal-context/trainval/ID.mat LabelMap: edges follow from it, and where normals count
  human_parts/ID.mat             anno: parts of people
  normals_distill/ID.png         a network's normals as red, green and blue: 2 v / 255 - 1
  sal_distill/ID.png             a network's saliency: salient above one half"""
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
)  # spelt as in PASCAL VOC
TAUGHT = {  # what must be said beside figures of labels that networks made
    "normals": "The labels are a network's predictions, on classes that NYU has too: the error is the distance to it.",
    "saliency": "The labels are a network's predictions: the score is the agreement with it.",
}
SOME_EDGES = "Over all validation images; the reference code scores a list of 2,498 of the 5,105."


@dataclass(frozen=True)
class Beside:
    """What a label's reader may need besides the label's own file."""

    size: tuple[int, int]  # height and width of the image
    context: Path  # class map of PASCAL-Context
    nobody: bool  # known to show no person


@dataclass(frozen=True)
class Kind:
    """Where the files of one task lie and how a label is made of one."""

    folders: tuple[str, ...]  # the first that has a file is taken
    ending: str
    read: Callable[[Path, Beside], np.ndarray]
    masked: bool = False  # the class map is needed too
    of_people: bool = False  # where there is known to be none, no file is needed


def _vectors(path: Path, beside: Beside) -> np.ndarray:
    """Unit vectors as they are stored, zero where the teacher did not know the class.

    Nobody documents their axes. That the reference code mirrors and turns x and y with the image fits x right, y down, or both
    the other way round; the way of z is open. We change no sign (our choice): errors and training are the same either way.
    """
    vectors = 2 * read_colours(path).astype(np.float32) / 255 - 1
    known = known_to_teacher(class_map(beside.context))
    if known.shape != vectors.shape[:2]:
        raise DataError(
            f"{beside.context}: LabelMap is {' x '.join(map(str, known.shape))}, but {path} is "
            f"{' x '.join(map(str, vectors.shape[:2]))}"
        )
    return np.where(
        known[..., None], vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), np.float32(0)
    )


def _people(path: Path, beside: Beside) -> np.ndarray:
    return (
        nobody(beside.size)
        if beside.nobody and not path.exists()
        else read_parts(path, beside.size)
    )


KINDS = {
    "semseg": Kind(
        ("semseg/VOC12", "semseg/pascal-context"), ".png", lambda path, _: read_ids_image(path)
    ),
    "edge": Kind((CONTEXT,), ".mat", lambda path, _: borders(class_map(path))),
    "normals": Kind(("normals_distill",), ".png", _vectors, masked=True),
    "human_parts": Kind(("human_parts",), ".mat", _people, of_people=True),
    "saliency": Kind(
        ("sal_distill",), ".png", lambda path, _: (read_grey(path) / 255 > 0.5).astype(np.uint8)
    ),
}


@dataclass(frozen=True)
class Pictures:
    """A split. Any file may be missing."""

    ids: tuple[str, ...]
    found: Mapping[str, Listed]  # IMAGE, CONTEXT if it is needed, and one per task
    empty: frozenset[str]  # ids of images that are known to show no person, if a task asks

    def image(self, index: int) -> np.ndarray:
        """(H, W, 3) uint8 RGB."""
        return read_rgb(self.found[IMAGE].paths[index])

    def label(self, index: int, task: Task) -> np.ndarray:
        """Label of the image's size."""
        path, size = self.found[task.name].paths[index], image_size(self.found[IMAGE].paths[index])
        beside = Beside(
            size,
            self.found.get(CONTEXT, self.found[task.name]).paths[index],
            self.ids[index] in self.empty,
        )
        return fitting(KINDS[task.name].read(path, beside), path, size, task)

    def has_label(self, index: int, task: Task) -> bool:
        """Whether all that makes the label is there."""
        kind = KINDS[task.name]
        if kind.masked and not self.found[CONTEXT].there[index]:
            return False
        return self.found[task.name].there[index] or (
            kind.of_people and self.ids[index] in self.empty
        )

    def files(self, index: int, tasks: tuple[Task, ...]) -> dict[str, Path]:
        """What -> file; of a label that is masked, the mask's file too."""
        masks = {f"{task.name} mask": CONTEXT for task in tasks if KINDS[task.name].masked}
        wanted = {IMAGE: IMAGE} | {task.name: task.name for task in tasks} | masks
        return {what: self.found[key].paths[index] for what, key in wanted.items()}


def tasks_in(config: Config) -> tuple[str, ...]:
    """The tasks whose folders are there."""
    there = HOME.holds(config, [folder for kind in KINDS.values() for folder in kind.folders])
    return tuple(
        name
        for name, kind in KINDS.items()
        if there & set(kind.folders) and (not kind.masked or CONTEXT in there)
    )


def load(config: Config) -> Dataset:
    """The data set."""
    root = HOME.folder(config)
    tasks = chosen(_offered(), config, TITLE)
    pool, validation = (_split(root, name, tasks) for name in ("train", "val"))
    note = " ".join(f"{task.title}: {TAUGHT[task.name]}" for task in tasks if task.name in TAUGHT)
    return Dataset(
        NAME,
        TITLE,
        str(root),
        tasks,
        pool,
        validation,
        note,
        reading=_noted_empty(pool, validation),
    )


def _noted_empty(*splits: Pictures) -> str:
    """A digest of the images noted to show no person, which decides labels like a file does; "" if there are none."""
    noted = [sorted(split.empty) for split in splits]
    return hashlib.sha256(json.dumps(noted).encode()).hexdigest() if any(noted) else ""


def _offered() -> dict[str, Task]:
    """The five tasks with the weights of docs/method.md, section 8.2; edge settings of 8.1 and 10."""
    tasks = (
        semseg(CLASSES, weight=1),
        _noted(edge(weight=50, positive_weight=0.95, tolerance=0.0075), SOME_EDGES),
        _noted(normals(weight=10), TAUGHT["normals"]),
        human_parts(weight=2),
        _noted(saliency(weight=5), TAUGHT["saliency"]),
    )
    return {task.name: task for task in tasks}


def _noted(task: Task, note: str) -> Task:
    return replace(task, metric=replace(task.metric, note=f"{task.metric.note} {note}"))


def _split(root: Path, name: str, tasks: tuple[Task, ...]) -> Pictures:
    ids = HOME.ids(root, name)
    found = {task.name: _first_found(root, KINDS[task.name], ids) for task in tasks}
    if any(KINDS[task.name].masked for task in tasks):
        found[CONTEXT] = find_files(root, CONTEXT, ids, (".mat",))
    empty = without_people(find_files(root, PEOPLE, (name,), (".txt",)).paths[0]).intersection(ids)
    return Pictures(
        ids,
        found | {IMAGE: find_images(root, IMAGES, ids, (".jpg", ".png"))},
        empty if any(KINDS[task.name].of_people for task in tasks) else frozenset(),
    )


def _first_found(root: Path, kind: Kind, ids: tuple[str, ...]) -> Listed:
    """Per id, the file of the first folder that has one, or what the first folder lacks."""
    listed = [find_files(root, folder, ids, (kind.ending,)) for folder in kind.folders]
    taken = [
        next((one for one in listed if one.there[index]), listed[0]) for index in range(len(ids))
    ]
    return Listed(
        listed[0].folder,
        tuple(one.paths[index] for index, one in enumerate(taken)),
        tuple(one.there[index] for index, one in enumerate(taken)),
    )


PASCAL = Source(NAME, TITLE, LAYOUT, tuple(KINDS), HOME.place, tasks_in, load)
