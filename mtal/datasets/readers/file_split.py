"""A split that lies in folders: one of images and one per task, each with a file per id. Any file may be missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mtal.datasets.dataset import DataError
from mtal.datasets.readers.decode import image_size
from mtal.datasets.readers.file_lists import Listed, find_files
from mtal.tasks.task import Task

IMAGE = "image"  # the key of images where a task's name could stand


@dataclass(frozen=True)
class Kind:
    """Where the files of one task, or the images, lie and how a file is read."""

    folder: str
    endings: tuple[str, ...]  # the first that exists is taken
    read: Callable[[Path], np.ndarray]


@dataclass(frozen=True)
class Photographs:
    """Images and labels in files."""

    ids: tuple[str, ...]
    kinds: Mapping[str, Kind]  # IMAGE and one per task
    found: Mapping[str, Listed]  # the same keys
    size: Callable[[Path], tuple[int, int]] = image_size  # (H, W) of an image that `read` gives

    def image(self, index: int) -> np.ndarray:
        """(H, W, 3) uint8 RGB."""
        return self.kinds[IMAGE].read(self.found[IMAGE].paths[index])

    def label(self, index: int, task: Task) -> np.ndarray:
        """Label of the image's size."""
        path = self.found[task.name].paths[index]
        label = self.kinds[task.name].read(path)
        return fitting(label, path, self.size(self.found[IMAGE].paths[index]), task)

    def has_label(self, index: int, task: Task) -> bool:
        """Whether the file is there."""
        return self.found[task.name].there[index]

    def files(self, index: int, tasks: tuple[Task, ...]) -> dict[str, Path]:
        """What -> file."""
        return {
            what: self.found[what].paths[index] for what in (IMAGE, *(task.name for task in tasks))
        }


def fitting(label: np.ndarray, path: Path, size: tuple[int, int], task: Task) -> np.ndarray:
    """The label, if it has its image's size and values that the task can mean; else DataError."""
    if label.shape[:2] != size:
        raise DataError(
            f"{path} is {label.shape[0]} x {label.shape[1]}, but its image is {size[0]} x {size[1]}"
        )
    if problem := task.problem(label):
        raise DataError(f"{path}: {problem}")
    return label


def find_images(root: Path, folder: str, ids: Sequence[str], endings: Sequence[str]) -> Listed:
    """The photographs of some ids. `root` resolved. DataError if there is no such folder, or a link leads out of `root`."""
    if not (root / folder).is_dir():
        raise DataError(f"{root} has no folder {folder}, which must hold the images")
    return find_files(root, folder, ids, endings)


def find_photographs(
    root: Path, images: Kind, labels: Mapping[str, Kind], ids: Sequence[str]
) -> Photographs:
    """Look the files of some ids up. `root` resolved. DataError without a folder of images, and for links out of `root`."""
    found = {
        what: find_files(root, kind.folder, ids, kind.endings) for what, kind in labels.items()
    }
    images_found = find_images(root, images.folder, ids, images.endings)
    return Photographs(tuple(ids), {IMAGE: images, **labels}, {IMAGE: images_found, **found})
