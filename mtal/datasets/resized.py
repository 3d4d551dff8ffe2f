"""A split at one size, as tensors, cached in memory: what training and signals read."""

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
MAX_NAMED = 10  # broken files that a message names


class Resized:
    """A split at one size: images bilinear with antialiasing, labels nearest-neighbour.

    An index is a position in the split. Only labels that are asked for are read, so labels that a
    gate withholds are never read. Arrays are cached up to `memory_gb`.
    """

    def __init__(self, split: Readable, size: tuple[int, int], memory_gb: float) -> None:
        self.ids, self.size = split.ids, size
        self._split = split
        self._cache: dict[tuple[int, str], np.ndarray] = {}  # (C, H, W) each
        self._native_size: set[tuple[int, str]] = set()  # labels stored at this very size
        self._ignored: set[tuple[int, str]] = set()  # labels of which every pixel is ignored
        self._free_bytes = int(memory_gb * 2**30)
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(cpu_count())

    def __len__(self) -> int:
        return len(self.ids)

    def images(self, indices: Sequence[int] | np.ndarray) -> Tensor:
        """Images of a batch, (B, 3, H, W) uint8 RGB. DataError for a broken image."""
        empty = np.empty((0, 3, *self.size), np.uint8)
        return self._stack([(int(index), None) for index in indices], empty)

    def targets(self, indices: Sequence[int] | np.ndarray, task: Task) -> Tensor:
        """Targets of a batch, (B, C, H, W) of the label's dtype, C 1 or 3.

        LabelNotBought if a gate withholds one of them, DataError for a broken label.
        """
        empty = self._ignore_all(task)[None][:0]
        return self._stack([(int(index), task) for index in indices], empty)

    def native_targets(self, indices: Sequence[int] | np.ndarray, task: Task) -> list[Tensor]:
        """Targets at the labels' own sizes, (C, H, W) each: the references of metrics."""
        arrays = self._threads.map(lambda index: self._native(int(index), task), indices)
        return [torch.from_numpy(array) for array in arrays]

    def targets_for(
        self, indices: Sequence[int] | np.ndarray, tasks: Sequence[Task], labelled: np.ndarray
    ) -> dict[str, Tensor]:
        """Targets of a batch by task name, (B, C, H, W); unlabelled pairs are unread and ignored.

        labelled: (N, T) bool over the split and `tasks`.
        """
        targets = {}
        for column, task in enumerate(tasks):
            target = torch.from_numpy(np.repeat(self._ignore_all(task)[None], len(indices), axis=0))
            rows = [row for row, index in enumerate(indices) if labelled[index, column]]
            if rows:
                target[rows] = self.targets([indices[row] for row in rows], task)
            targets[task.name] = target
        return targets

    def preload(
        self, report: Report = quiet, tasks: Sequence[Task] = (), labelled: np.ndarray | None = None
    ) -> dict[tuple[int, str], str]:
        """Read every image and the labels of `tasks`, so that broken files show at once.

        report: progress callback. labelled: (N, T) bool over `tasks`; other labels are not read.
        Returns (index, task name) -> problem of every broken label; all its pixels are ignored
        from then on. Raises one DataError for all broken images. Arrays beyond the memory limit
        are read again when needed.
        """
        wanted = [
            [
                task
                for column, task in enumerate(tasks)
                if labelled is None or labelled[index, column]
            ]
            for index in range(len(self))
        ]
        per_image = in_threads(
            lambda index: self._problems(index, wanted[index]), range(len(self)), report
        )
        problems = {
            (index, key): problem
            for index, row in enumerate(per_image)
            for key, problem in row.items()
        }
        images = [problem for (_, key), problem in problems.items() if key == IMAGE]
        if images:
            more = f"; and {len(images) - MAX_NAMED} more" if len(images) > MAX_NAMED else ""
            files = "1 image" if len(images) == 1 else f"{len(images)} images"
            raise DataError(f"{files} cannot be used: {'; '.join(images[:MAX_NAMED])}{more}")
        self._ignored.update(problems)
        return problems

    def ignore_labels(self, tasks: Sequence[Task], mask: np.ndarray) -> None:
        """Ignore all pixels of some labels from now on. mask: (N, T) bool over `tasks`."""
        for index, column in np.argwhere(mask):
            self._ignored.add((int(index), tasks[column].name))

    def change_gate(self, split: Readable) -> None:
        """Read the same images through another gate: cached images stay, cached labels go.

        ValueError if `split` has other images.
        """
        if split.ids != self.ids:
            raise ValueError("the other split has other images")
        with self._lock:
            labels = [key for key in self._cache if key[1] != IMAGE]
            self._free_bytes += sum(self._cache.pop(key).nbytes for key in labels)
            self._split = split

    def _problems(self, index: int, wanted: Sequence[Task]) -> dict[str, str]:
        """Problems of one image by IMAGE or task name.

        A broken image is its only problem: the size of its labels cannot be compared.
        """
        problems: dict[str, str] = {}
        for task in [None, *wanted]:
            try:
                self._get(index, task)
            except DataError as error:
                problems[task.name if task else IMAGE] = str(error)
        return {IMAGE: problems[IMAGE]} if IMAGE in problems else problems

    def _stack(self, wanted: Sequence[tuple[int, Task | None]], empty: np.ndarray) -> Tensor:
        """Stack images (task None) or labels, (B, C, H, W); `empty` if none are wanted."""
        cached = [self._cache.get((index, task.name if task else IMAGE)) for index, task in wanted]
        arrays = [array for array in cached if array is not None]
        if len(arrays) < len(wanted):  # threads cost more than they save if all are in memory
            arrays = list(self._threads.map(lambda pair: self._get(*pair), wanted))
        return torch.from_numpy(np.stack(arrays) if arrays else empty)

    def _get(self, index: int, task: Task | None) -> np.ndarray:
        """One image (task None) or label, (C, H, W), from memory if it is cached."""
        key = (index, task.name if task else IMAGE)
        cached = self._cache.get(key)
        if cached is not None:
            return cached
        if task and key in self._ignored:
            return self._ignore_all(task)
        split = self._split
        if task:
            pixels = resize_label(split.label(index, task), self.size)
        else:
            pixels = resize_image(split.image(index), self.size)
        array = _channels_first(pixels)
        with self._lock:
            if key not in self._cache and array.nbytes <= self._free_bytes:
                self._cache[key] = array
                self._free_bytes -= array.nbytes
        return array

    def _native(self, index: int, task: Task) -> np.ndarray:
        """A label at its own size, (C, h, w)."""
        key = (index, task.name)
        if key in self._ignored:
            return self._ignore_all(task)
        if key in self._native_size:
            cached = self._cache.get(key)
            if cached is not None:
                return cached.copy()
        # Normalised as cached labels are, or a second reading would round differently.
        label = unit_length(self._split.label(index, task))
        if label.shape[:2] == tuple(self.size):
            self._native_size.add(key)
        return _channels_first(label)

    def _ignore_all(self, task: Task) -> np.ndarray:
        """A label of which every pixel is ignored, (C, H, W)."""
        return np.full((task.label_channels, *self.size), task.ignore, task.label_dtype)


def resize_image(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize (H, W, 3) uint8 to `size`, (h, w), bilinear with antialiasing."""
    if image.shape[:2] == tuple(size):
        return image
    return np.array(Image.fromarray(image).resize((size[1], size[0]), Image.Resampling.BILINEAR))


def resize_label(label: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize (H, W) or (H, W, 3) to `size` from the pixel under each new pixel's centre.

    Vectors get unit length.
    """
    rows, columns = (
        (np.arange(new) + 0.5) * old / new for new, old in zip(size, label.shape, strict=False)
    )
    return unit_length(label[np.ix_(rows.astype(int), columns.astype(int))])


def unit_length(label: np.ndarray) -> np.ndarray:
    """Scale the vectors of an (H, W, 3) label to unit length; zero stays zero.

    Labels without vectors, (H, W), are returned as they are.
    """
    if label.ndim < 3:
        return label
    length = np.linalg.norm(label, axis=-1, keepdims=True)
    return (label / np.where(length > 0, length, 1)).astype(label.dtype)


def _channels_first(pixels: np.ndarray) -> np.ndarray:
    """(H, W) or (H, W, C) -> (C, H, W), contiguous."""
    return np.ascontiguousarray(np.moveaxis(np.atleast_3d(pixels), -1, 0))
