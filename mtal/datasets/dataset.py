"""What a data set is: named images, labels per task that may be missing, and a gate before labels nobody has bought.

An index is a position in a split. Labels are NumPy arrays in the form that `mtal.tasks.task` calls a label.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from mtal.config import Config, ConfigError
from mtal.tasks.task import Task


class DataError(ValueError):
    """Something on disk cannot be used; the message names the file and the way out."""


class LabelNotBought(PermissionError):
    """Somebody tried to read a label that is not in the labelled set."""


class Readable(Protocol):
    """A list of images with labels, some of which may be withheld. Reading is safe from several threads."""

    @property
    def ids(self) -> tuple[str, ...]:
        """One name per image, unique, fit for a file name."""
        ...

    def image(self, index: int) -> np.ndarray:
        """(H, W, 3) uint8 RGB at its own size. DataError if it cannot be read."""
        ...

    def label(self, index: int, task: Task) -> np.ndarray:
        """Label at its own size, ignore values set. DataError if missing, broken or out of range."""
        ...


class Split(Readable, Protocol):
    """A list of images with labels, read from where they lie."""

    def has_label(self, index: int, task: Task) -> bool:
        """Whether there is a label to read, found without reading it; it may still turn out broken."""
        ...

    def files(self, index: int, tasks: tuple[Task, ...]) -> dict[str, Path]:
        """What -> file, "image" and one per task; empty for data without files."""
        ...


@dataclass(frozen=True)
class Dataset:
    """A pool to choose from and a validation split to measure on, with the tasks that were asked for."""

    name: str
    title: str
    folder: str  # resolved; data without a folder say here what they consist of
    tasks: tuple[Task, ...]
    pool: Split
    validation: Split
    note: str = ""  # what must be said beside every figure
    warnings: tuple[str, ...] = ()  # what is odd but usable, for a check to show
    reading: str = ""  # what else decides the labels' values, such as a scale

    def of(self, pool: Split, validation: Split) -> "Dataset":
        """The same data set with other splits, such as those without broken images."""
        return replace(self, pool=pool, validation=validation)

    def fingerprint(self, pool_labels: bool = True) -> str:
        """Sixteen hex digits that change with any name, order, file size or file time; the pool's labels count unless refused."""
        digest = hashlib.sha256(
            repr((self.name, [(task.name, task.classes) for task in self.tasks])).encode()
        )
        digest.update(self.reading.encode())
        if not any(split.files(0, ()) for split in (self.pool, self.validation)):
            digest.update(
                self.folder.encode()
            )  # data without files are what they say they consist of
        state = cache(_state)  # one file may hold many images
        for split, tasks in (
            (self.pool, self.tasks if pool_labels else ()),
            (self.validation, self.tasks),
        ):
            digest.update(b"split")  # an image that changes sides changes the data set
            for index, name in enumerate(split.ids):
                digest.update(name.encode())
                for what, file in sorted(split.files(index, tasks).items()):
                    digest.update(f"{what} {file.name} {state(file)}".encode())
        return digest.hexdigest()[:16]


@dataclass(frozen=True)
class Source:
    """A kind of data set."""

    name: str
    title: str
    layout: str  # what a folder must look like, for people
    task_names: tuple[str, ...]  # tasks it can have labels for
    place: Callable[
        [Config], str
    ]  # what Dataset.folder will be, found cheaply; "" if there is nothing.
    # For empty `data` the place where it looks by itself
    tasks_in: Callable[
        [Config], tuple[str, ...]
    ]  # those of task_names that the place has labels for, found cheaply
    load: Callable[
        [Config], Dataset
    ]  # ConfigError or DataError; single files may be missing or broken
    # Writes a first guess of a description that the place lacks, for a person to look at, and says where; None if it has one.
    write_missing: Callable[[Config], Path | None] | None = None


def chosen(offered: Mapping[str, Task], config: Config, title: str) -> tuple[Task, ...]:
    """The tasks of a config, in its order and with its weights, out of those that a data set has labels for."""
    for name in config.tasks:
        if name not in offered:
            raise ConfigError(
                f"tasks: {title} has no labels for {name!r}; it has {', '.join(offered)}"
            )
    return tuple(
        replace(offered[name], weight=config.loss_weights.get(name, offered[name].weight))
        for name in config.tasks
    )


@dataclass(frozen=True)
class Subset:
    """Some images of a split, in its order."""

    whole: Split
    places: tuple[int, ...]  # positions in `whole`

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """One name per image."""
        whole = self.whole.ids
        return tuple(whole[place] for place in self.places)

    def image(self, index: int) -> np.ndarray:
        """As of `whole`."""
        return self.whole.image(self.places[index])

    def label(self, index: int, task: Task) -> np.ndarray:
        """As of `whole`."""
        return self.whole.label(self.places[index], task)

    def has_label(self, index: int, task: Task) -> bool:
        """As of `whole`."""
        return self.whole.has_label(self.places[index], task)

    def files(self, index: int, tasks: tuple[Task, ...]) -> dict[str, Path]:
        """As of `whole`."""
        return self.whole.files(self.places[index], tasks)


def labels_there(split: Split, tasks: tuple[Task, ...]) -> np.ndarray:
    """(N, T) bool: the (image, task) pairs that have a label to read."""
    there = [[split.has_label(index, task) for task in tasks] for index in range(len(split.ids))]
    return np.array(there, dtype=bool).reshape(len(split.ids), len(tasks))


class Gated:
    """A split of which only bought labels can be read. `labelled`: (N, T) bool over `tasks`."""

    def __init__(self, split: Split, tasks: tuple[Task, ...], labelled: np.ndarray) -> None:
        if labelled.shape != (len(split.ids), len(tasks)):
            raise ValueError(f"labelled is {labelled.shape}, not {(len(split.ids), len(tasks))}")
        self._split = split
        self._column = {task.name: column for column, task in enumerate(tasks)}
        self._labelled = labelled.copy()
        self.ids = split.ids
        self.image = split.image

    def label(self, index: int, task: Task) -> np.ndarray:
        """The label, or LabelNotBought."""
        if not self._labelled[index, self._column[task.name]]:
            raise LabelNotBought(f"the {task.name} label of {self.ids[index]} has not been bought")
        return self._split.label(index, task)


def _state(file: Path) -> str:
    try:
        stat = file.stat()
    except OSError:
        return "missing"
    return f"{stat.st_size} {stat.st_mtime_ns}"
