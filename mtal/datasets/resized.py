"""What trainer and signals read: a split at one size, as tensors, kept in memory as far as allowed."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from mtal.datasets.dataset import DataError, Readable
from mtal.datasets.parallel import Report, in_threads, quiet
from mtal.tasks.task import Task

IMAGE = "image"  # the key of an image where a task's name could stand
NAMED = 10  # how many broken files a message names


class Resized:
    """Images bilinear with antialiasing, labels of the nearest pixel. An index is a position in the split.

    Labels that a gate withholds are never read: they are asked for one by one, and only those that are asked for.
    """

    def __init__(self, split: Readable, size: tuple[int, int], memory_gb: float) -> None:
        self.ids, self.size = split.ids, size
        self._split = split
        self._kept: dict[tuple[int, str], np.ndarray] = {}  # (C, H, W) each
        self._unresized: set[tuple[int, str]] = set()  # labels that have this size by themselves
        self._blank: set[tuple[int, str]] = set()  # labels of which no pixel counts
        self._free_bytes = int(memory_gb * 2**30)
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(cpu_count())

    def __len__(self) -> int:
        return len(self.ids)

    def images(self, indices: Sequence[int] | np.ndarray) -> Tensor:
        """(B, 3, H, W) uint8 RGB."""
        return self._stack(
            [(int(index), None) for index in indices], np.empty((0, 3, *self.size), np.uint8)
        )

    def targets(self, indices: Sequence[int] | np.ndarray, task: Task) -> Tensor:
        """(B, 1 or 3, H, W) of the label's dtype. LabelNotBought if a gate withholds one of them."""
        return self._stack([(int(index), task) for index in indices], self._nothing(task)[None][:0])

    def native_targets(self, indices: Sequence[int] | np.ndarray, task: Task) -> list[Tensor]:
        """(1 or 3, H, W) each, at the label's own size: what a metric is measured against."""
        return [
            torch.from_numpy(planes)
            for planes in self._threads.map(lambda index: self._native(int(index), task), indices)
        ]

    def targets_for(
        self, indices: Sequence[int] | np.ndarray, tasks: Sequence[Task], labelled: np.ndarray
    ) -> dict[str, Tensor]:
        """Task name -> targets; pairs that are not labelled are not read and ignored everywhere. labelled: (N, T) bool."""
        targets = {}
        for column, task in enumerate(tasks):
            target = torch.from_numpy(np.repeat(self._nothing(task)[None], len(indices), axis=0))
            if bought := [row for row, index in enumerate(indices) if labelled[index, column]]:
                target[bought] = self.targets([indices[row] for row in bought], task)
            targets[task.name] = target
        return targets

    def preload(
        self, report: Report = quiet, tasks: Sequence[Task] = (), labelled: np.ndarray | None = None
    ) -> dict[tuple[int, str], str]:
        """Read every image, and the labels of `tasks` (only where `labelled`, (N, T) bool), so that all that is broken shows now.

        (position, task) -> problem of the labels that are broken; from then on no pixel of them counts. One DataError for all
        broken images. What finds no room in memory is read again when needed.
        """
        wanted = [
            [
                task
                for column, task in enumerate(tasks)
                if labelled is None or labelled[index, column]
            ]
            for index in range(len(self))
        ]
        found = in_threads(
            lambda index: self._problems(index, wanted[index]), range(len(self)), report
        )
        problems = {
            (index, what): problem
            for index, row in enumerate(found)
            for what, problem in row.items()
        }
        if images := [problem for (_, what), problem in problems.items() if what == IMAGE]:
            more = f"; and {len(images) - NAMED} more" if len(images) > NAMED else ""
            files = "1 image" if len(images) == 1 else f"{len(images)} images"
            raise DataError(f"{files} cannot be used: {'; '.join(images[:NAMED])}{more}")
        self._blank.update(problems)
        return problems

    def blank(self, tasks: Sequence[Task], where: np.ndarray) -> None:
        """From now on no pixel of these labels counts: they are not there. where: (N, T) bool over `tasks`."""
        self._blank.update((int(index), tasks[column].name) for index, column in np.argwhere(where))

    def change_gate(self, split: Readable) -> None:
        """Go on with the same images behind another gate: images stay in memory, labels are forgotten."""
        if split.ids != self.ids:
            raise ValueError("the other split has other images")
        with self._lock:
            labels = [key for key in self._kept if key[1] != IMAGE]
            self._free_bytes += sum(self._kept.pop(key).nbytes for key in labels)
            self._split = split

    def _problems(self, index: int, wanted: Sequence[Task]) -> dict[str, str]:
        """IMAGE or task -> problem; a broken image stands for its labels, whose size cannot be compared."""
        problems: dict[str, str] = {}
        for task in [None, *wanted]:
            try:
                self._get(index, task)
            except DataError as error:
                problems[task.name if task else IMAGE] = str(error)
        return {IMAGE: problems[IMAGE]} if IMAGE in problems else problems

    def _stack(self, wanted: Sequence[tuple[int, Task | None]], empty: np.ndarray) -> Tensor:
        found = [self._kept.get((index, task.name if task else IMAGE)) for index, task in wanted]
        planes = [array for array in found if array is not None]
        if len(planes) < len(wanted):
            planes = list(self._threads.map(lambda pair: self._get(*pair), wanted))
        return torch.from_numpy(np.stack(planes) if planes else empty)

    def _get(self, index: int, task: Task | None) -> np.ndarray:
        """(C, H, W) of one image, or of its label."""
        key = (index, task.name if task else IMAGE)
        if (kept := self._kept.get(key)) is not None:
            return kept
        if task and key in self._blank:
            return self._nothing(task)
        split = self._split
        array = (
            resize_label(split.label(index, task), self.size)
            if task
            else resize_image(split.image(index), self.size)
        )
        planes = np.ascontiguousarray(np.moveaxis(np.atleast_3d(array), -1, 0))
        with self._lock:
            if key not in self._kept and planes.nbytes <= self._free_bytes:
                self._kept[key] = planes
                self._free_bytes -= planes.nbytes
        return planes

    def _native(self, index: int, task: Task) -> np.ndarray:
        """(C, h, w) of a label that is not resized."""
        key = (index, task.name)
        if key in self._blank:
            return self._nothing(task)
        if key in self._unresized and (kept := self._kept.get(key)) is not None:
            return kept.copy()
        label = unit_length(
            self._split.label(index, task)
        )  # as what is kept, or the second time would round otherwise
        if label.shape[:2] == tuple(self.size):
            self._unresized.add(key)
        return np.ascontiguousarray(np.moveaxis(np.atleast_3d(label), -1, 0))

    def _nothing(self, task: Task) -> np.ndarray:
        return np.full((task.label_channels, *self.size), task.ignore, task.label_dtype)


def resize_image(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """(H, W, 3) uint8 -> (h, w, 3) uint8, bilinear with antialiasing."""
    if image.shape[:2] == tuple(size):
        return image
    return np.array(Image.fromarray(image).resize((size[1], size[0]), Image.Resampling.BILINEAR))


def resize_label(label: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """(H, W) or (H, W, 3) -> size, from the pixel under each new pixel's centre; vectors of unit length."""
    rows, columns = (
        (np.arange(new) + 0.5) * old / new for new, old in zip(size, label.shape, strict=False)
    )
    return unit_length(label[np.ix_(rows.astype(int), columns.astype(int))])


def unit_length(label: np.ndarray) -> np.ndarray:
    """A label whose vectors, (H, W, 3), have unit length; zero stays zero; a label without vectors is as it was."""
    if label.ndim < 3:
        return label
    length = np.linalg.norm(label, axis=-1, keepdims=True)
    return (label / np.where(length > 0, length, 1)).astype(label.dtype)
