"""A split in folders: one of images and one per task, with a file per id that may be missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mtal.datasets.dataset import DataError
from mtal.datasets.readers.decode import image_size
from mtal.datasets.readers.file_lists import ListedFiles, find_files
from mtal.tasks.task import Task

IMAGE = "image"  # the key of images where a task's name could stand


@dataclass(frozen=True)
class FileKind:
    """Where the files of one task, or the images, are and how one is read."""

    folder: str
    endings: tuple[str, ...]  # the first for which a file exists is taken
    read: Callable[[Path], np.ndarray]


@dataclass(frozen=True)
class FileSplit:
    """Images and labels in files."""

    ids: tuple[str, ...]
    kinds: Mapping[str, FileKind]  # by IMAGE and task name
    listings: Mapping[str, ListedFiles]  # the same keys
    size: Callable[[Path], tuple[int, int]] = image_size  # (H, W) of the array of an image

    def image(self, index: int) -> np.ndarray:
        """Read an image, (H, W, 3) uint8 RGB. DataError if it cannot be read."""
        return self.kinds[IMAGE].read(self.listings[IMAGE].paths[index])

    def label(self, index: int, task: Task) -> np.ndarray:
        """Read a label of the image's size. DataError if it is missing, broken or does not fit."""
        path = self.listings[task.name].paths[index]
        label = self.kinds[task.name].read(path)
        return check_label(label, path, self.size(self.listings[IMAGE].paths[index]), task)

    def has_label(self, index: int, task: Task) -> bool:
        """Whether the label's file exists."""
        return self.listings[task.name].exists[index]

    def files(self, index: int, tasks: tuple[Task, ...]) -> dict[str, Path]:
        """The files of one image: IMAGE and each task name -> path."""
        keys = (IMAGE, *(task.name for task in tasks))
        return {key: self.listings[key].paths[index] for key in keys}


def check_label(label: np.ndarray, path: Path, size: tuple[int, int], task: Task) -> np.ndarray:
    """Return the label. DataError if its size is not the image's or a value is out of range."""
    if label.shape[:2] != size:
        raise DataError(
            f"{path} is {label.shape[0]} x {label.shape[1]}, but its image is {size[0]} x {size[1]}"
        )
    if problem := task.problem(label):
        raise DataError(f"{path}: {problem}")
    return label


def find_images(root: Path, folder: str, ids: Sequence[str], endings: Sequence[str]) -> ListedFiles:
    """Find the images of some ids. `root` must be resolved.

    DataError if there is no such folder, or if a link leads out of `root`.
    """
    if not (root / folder).is_dir():
        raise DataError(f"{root} has no folder {folder}, which must hold the images")
    return find_files(root, folder, ids, endings)


def find_file_split(
    root: Path, images: FileKind, labels: Mapping[str, FileKind], ids: Sequence[str]
) -> FileSplit:
    """Find the files of some ids. `root` must be resolved; `labels` by task name.

    DataError if there is no folder of images, or if a link leads out of `root`.
    """
    listings = {
        name: find_files(root, kind.folder, ids, kind.endings) for name, kind in labels.items()
    }
    listings[IMAGE] = find_images(root, images.folder, ids, images.endings)
    return FileSplit(tuple(ids), {IMAGE: images, **labels}, listings)
