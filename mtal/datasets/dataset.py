"""Data sets: named images, labels per task that may be missing, and a gate before unlabelled pairs.

An index is a position in a split. Labels are NumPy arrays in the form that `mtal.tasks.task`
calls a label.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from mtal.config import Config, ConfigError
from mtal.datasets.augment import NYUD_AUGMENTATION, Augmentation
from mtal.errors import UserError
from mtal.tasks.task import Task

GROUPS = "groups.csv"  # says in a data folder which images come from one sequence


class DataError(UserError):
    """A file or folder cannot be used; the message names it and says what to do."""


class LabelNotBought(PermissionError):
    """A label outside the labelled set was asked for."""


class Readable(Protocol):
    """A list of images with labels, some of which may be withheld. Reading is thread-safe."""

    @property
    def ids(self) -> tuple[str, ...]:
        """One name per image, unique, fit for a file name."""
        ...

    def image(self, index: int) -> np.ndarray:
        """Read one image, (H, W, 3) uint8 RGB at its own size. DataError if it cannot be read."""
        ...

    def label(self, index: int, task: Task) -> np.ndarray:
        """Read one label at its own size, ignore values set.

        DataError if it is missing, broken or out of range; LabelNotBought behind a gate.
        """
        ...


class Split(Readable, Protocol):
    """A list of images with labels that can be listed and traced to files."""

    def has_label(self, index: int, task: Task) -> bool:
        """Whether a label exists, decided without reading it; it may still be broken."""
        ...

    def files(self, index: int, tasks: tuple[Task, ...]) -> dict[str, Path]:
        """The files of one image: "image" and each task name -> path; empty without files."""
        ...


@dataclass(frozen=True)
class Dataset:
    """A pool to acquire from and a validation split to measure on, for the configured tasks."""

    name: str
    title: str
    folder: str  # resolved path; for data without a folder, a description of their content
    tasks: tuple[Task, ...]
    pool: Split
    validation: Split
    note: str = ""  # a caveat to print beside every figure
    warnings: tuple[str, ...] = ()  # oddities that a data check shows; the data are usable
    label_settings: str = ""  # settings besides files that change label values, such as a scale
    # id -> sequence that the image comes from, those of both splits; None: nobody knows
    sequences: Mapping[str, str] | None = None
    augmentation: Augmentation = NYUD_AUGMENTATION  # of its images while a network is trained

    def with_splits(self, pool: Split, validation: Split) -> "Dataset":
        """A copy of the data set with other splits, such as those without broken images."""
        return replace(self, pool=pool, validation=validation)

    def augmentation_for(self, config: Config) -> Augmentation | None:
        """How a training moves images: not at all if that is off; else as the data set says.

        Features of a frozen backbone are of the images as they are, so they are mirrored only.
        """
        if not config.augment:
            return None
        return self.augmentation.only_mirrored if config.backbone_frozen else self.augmentation

    def fingerprint(self, pool_labels: bool = True) -> str:
        """Hash the data set to 16 hex digits.

        The hash changes with any id, its order, file size, file time, class name or label setting,
        and with groups.csv.
        pool_labels: whether the label files of the pool count too.
        """
        classes = [(task.name, task.classes) for task in self.tasks]
        digest = hashlib.sha256(repr((self.name, classes)).encode())
        digest.update(self.label_settings.encode())
        if not any(split.files(0, ()) for split in (self.pool, self.validation)):
            digest.update(self.folder.encode())  # without files, the description is the content
        state = cache(_file_state)  # one file may hold many images
        if groups := groups_file(self.folder):
            digest.update(f"{GROUPS} {state(groups)}".encode())
        pool_tasks = self.tasks if pool_labels else ()
        for split, tasks in ((self.pool, pool_tasks), (self.validation, self.tasks)):
            digest.update(b"split")  # an image that changes sides changes the data set
            for index, name in enumerate(split.ids):
                digest.update(name.encode())
                for key, file in sorted(split.files(index, tasks).items()):
                    digest.update(f"{key} {file.name} {state(file)}".encode())
        return digest.hexdigest()[:16]

    def fingerprint_of_pool_images(self) -> str:
        """Hash the pool without its labels to 16 hex digits: ids, order, file sizes and times."""
        digest = hashlib.sha256(repr((self.name, self.folder)).encode())
        state = cache(_file_state)
        for index, name in enumerate(self.pool.ids):
            digest.update(f"{name}\0".encode())
            image = self.pool.files(index, ()).get("image")
            if image is not None:
                digest.update(f"{image.name} {state(image)}\0".encode())
        return digest.hexdigest()[:16]


@dataclass(frozen=True)
class Source:
    """A kind of data set. `locate` and `tasks_in` only look at names, so that pages can ask."""

    name: str
    title: str
    layout: str  # the folder layout that it expects, as shown to users
    task_names: tuple[str, ...]  # tasks it can have labels for
    # The value of Dataset.folder, "" if nothing is there; the default location if `data` is empty.
    locate: Callable[[Config], str]
    tasks_in: Callable[[Config], tuple[str, ...]]  # those of task_names that have labels there
    load: Callable[[Config], Dataset]  # ConfigError or DataError; files may be missing or broken
    # Writes a first guess of a missing description for a person to check and returns its path;
    # returns None if there is a description.
    write_missing: Callable[[Config], Path | None] | None = None


def select_tasks(available: Mapping[str, Task], config: Config, title: str) -> tuple[Task, ...]:
    """The configured tasks, in the config's order and with its loss weights.

    available: the tasks that the data set has labels for, by name. ConfigError for any other task.
    """
    for name in config.tasks:
        if name not in available:
            raise ConfigError(
                f"tasks: {title} has no labels for {name!r}; it has {', '.join(available)}"
            )
    return tuple(
        replace(available[name], weight=config.loss_weights.get(name, available[name].weight))
        for name in config.tasks
    )


@dataclass(frozen=True)
class Subset:
    """Some images of a split, in the order of `indices`."""

    split: Split
    indices: tuple[int, ...]  # positions in `split`

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """One name per image."""
        all_ids = self.split.ids
        return tuple(all_ids[index] for index in self.indices)

    def image(self, index: int) -> np.ndarray:
        """As in `Readable`."""
        return self.split.image(self.indices[index])

    def label(self, index: int, task: Task) -> np.ndarray:
        """As in `Readable`."""
        return self.split.label(self.indices[index], task)

    def has_label(self, index: int, task: Task) -> bool:
        """As in `Split`."""
        return self.split.has_label(self.indices[index], task)

    def files(self, index: int, tasks: tuple[Task, ...]) -> dict[str, Path]:
        """As in `Split`."""
        return self.split.files(self.indices[index], tasks)


def label_mask(split: Split, tasks: tuple[Task, ...]) -> np.ndarray:
    """The (image, task) pairs for which a label exists, (N, T) bool."""
    rows = [[split.has_label(index, task) for task in tasks] for index in range(len(split.ids))]
    return np.array(rows, dtype=bool).reshape(len(split.ids), len(tasks))


class Gated:
    """A split of which only labelled pairs can be read. `labelled`: (N, T) bool over `tasks`."""

    def __init__(self, split: Split, tasks: tuple[Task, ...], labelled: np.ndarray) -> None:
        if labelled.shape != (len(split.ids), len(tasks)):
            raise ValueError(f"labelled is {labelled.shape}, not {(len(split.ids), len(tasks))}")
        self._split = split
        self._column = {task.name: column for column, task in enumerate(tasks)}
        self._labelled = labelled.copy()
        self.ids = split.ids
        self.image = split.image

    def label(self, index: int, task: Task) -> np.ndarray:
        """Read a label. LabelNotBought if the pair is not labelled, DataError if it is broken."""
        if not self._labelled[index, self._column[task.name]]:
            raise LabelNotBought(f"{self.ids[index]} has no acquired {task.name} label")
        return self._split.label(index, task)


def groups_file(folder: str) -> Path | None:
    """The groups.csv of a data folder, or beside the one file of the data; None without one."""
    path = Path(folder)
    if not path.exists():
        return None
    groups = (path if path.is_dir() else path.parent) / GROUPS
    return groups if groups.is_file() else None


def _file_state(file: Path) -> str:
    """Size and time of a file, or "missing"."""
    try:
        stat = file.stat()
    except OSError:
        return "missing"
    return f"{stat.st_size} {stat.st_mtime_ns}"
