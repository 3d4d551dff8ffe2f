"""A few images of a split with their labels in colour, so that people see whether labels fit the images."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from mtal.datasets.dataset import DataError, Split
from mtal.runs.files import whole_file
from mtal.runs.paths import DataPaths
from mtal.tasks.task import Task

WIDTH_PX = 320


def write_previews(
    split: Split, tasks: Sequence[Task], indices: Sequence[int], paths: DataPaths, name: str
) -> None:
    """PNGs of some images of a split ("pool" or "validation"). What cannot be read, or has no label, gets none."""
    for index in indices:
        one = split.ids[index]
        _write(_image(split, index), paths.preview(name, one, "image"), Image.Resampling.BILINEAR)
        for task in tasks:
            _write(
                _label(split, index, task),
                paths.preview(name, one, task.name),
                Image.Resampling.NEAREST,
            )


def _image(split: Split, index: int) -> np.ndarray | None:
    try:
        return split.image(index)
    except DataError:
        return None


def _label(split: Split, index: int, task: Task) -> np.ndarray | None:
    """(H, W, 3) uint8, nearest pixels kept: mixed class colours would be those of other classes."""
    try:
        return task.colour(split.label(index, task)) if split.has_label(index, task) else None
    except DataError:
        return None


def _write(picture: np.ndarray | None, path: Path, way: Image.Resampling) -> None:
    if picture is None:
        path.unlink(missing_ok=True)  # of an earlier check
        return
    image = Image.fromarray(picture)
    size = WIDTH_PX, max(1, round(image.height * WIDTH_PX / image.width))
    with whole_file(path, "wb") as file:
        (image.resize(size, way) if image.width > WIDTH_PX else image).save(file, "PNG")
