"""A few images of a split with their labels in colour, so that people see whether they fit."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from mtal.datasets.dataset import DataError, Split
from mtal.runs.files import atomic_write
from mtal.runs.paths import DataPaths
from mtal.tasks.task import Task

WIDTH_PX = 320


def write_previews(
    split: Split, tasks: Sequence[Task], indices: Sequence[int], paths: DataPaths, name: str
) -> None:
    """Write PNGs of some images of a split, given by position, and of their labels.

    name: "pool" or "validation". What cannot be read, or has no label, gets no PNG.
    """
    for index in indices:
        image_id = split.ids[index]
        path = paths.preview(name, image_id, "image")
        _write(_image(split, index), path, Image.Resampling.BILINEAR)
        for task in tasks:
            path = paths.preview(name, image_id, task.name)
            _write(_label(split, index, task), path, Image.Resampling.NEAREST)


def _image(split: Split, index: int) -> np.ndarray | None:
    try:
        return split.image(index)
    except DataError:
        return None


def _label(split: Split, index: int, task: Task) -> np.ndarray | None:
    """A label in colour, (H, W, 3) uint8; None if it does not exist or cannot be read."""
    try:
        return task.colour(split.label(index, task)) if split.has_label(index, task) else None
    except DataError:
        return None


def _write(picture: np.ndarray | None, path: Path, resampling: Image.Resampling) -> None:
    if picture is None:
        path.unlink(missing_ok=True)  # of an earlier check
        return
    image = Image.fromarray(picture)
    size = WIDTH_PX, max(1, round(image.height * WIDTH_PX / image.width))
    with atomic_write(path, "wb") as file:
        if image.width > WIDTH_PX:  # nearest for labels: mixed colours would be other classes
            image = image.resize(size, resampling)
        image.save(file, "PNG")
