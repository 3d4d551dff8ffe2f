"""Slow and plain twins of the labels of PASCAL_MT, and short ways to read one label."""

from pathlib import Path

import numpy as np
from PIL import Image

from mtal.datasets.readers.pascal import PASCAL
from tests.datasets.pascal_folder import ALL, TRAIN, pascal_config

ONE = TRAIN[0]  # the image that gets damaged
FILES = {
    "semseg": None,
    "edge": f"pascal-context/trainval/{ONE}.mat",
    "normals": f"normals_distill/{ONE}.png",
    "human_parts": f"human_parts/{ONE}.mat",
    "saliency": f"sal_distill/{ONE}.png",
}


def load(folder, *tasks):
    return PASCAL.load(pascal_config(folder, tasks or ALL))


def label(folder, task, index=0):
    dataset = load(folder, task)
    return dataset.pool.label(index, dataset.tasks[0])


def pixels(array):
    return ((row, column) for row in range(array.shape[0]) for column in range(array.shape[1]))


def png(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path)).astype(float)


def laplacian_differs(classes: np.ndarray) -> np.ndarray:
    """Whether four neighbours minus four times the middle is not 0, mirrored at the border."""
    height, width = classes.shape
    differs = np.zeros(classes.shape, bool)
    for row, column in pixels(classes):
        around = [
            classes[abs(row - 1), column],
            classes[min(row + 1, 2 * (height - 1) - row - 1), column],
            classes[row, abs(column - 1)],
            classes[row, min(column + 1, 2 * (width - 1) - column - 1)],
        ]
        total = sum(int(neighbour) for neighbour in around)
        differs[row, column] = total - 4 * int(classes[row, column]) != 0
    return differs


def guo_hall(mask: np.ndarray) -> np.ndarray:
    """Guo and Hall 1989, algorithm A1: both kinds of passes in turn until nothing changes."""
    mask = mask.copy()
    while True:
        before = mask.copy()
        for odd in (True, False):
            inner = np.pad(mask, 1)
            gone = [pixel for pixel in pixels(mask) if mask[pixel] and _may_go(inner, pixel, odd)]
            for pixel in gone:
                mask[pixel] = False
        if (mask == before).all():
            return mask


def _may_go(inner: np.ndarray, pixel: tuple[int, int], odd: bool) -> bool:
    row, column = pixel[0] + 1, pixel[1] + 1
    # x1 is east, then counter-clockwise
    steps = [(0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0), (1, 1)]
    x1, x2, x3, x4, x5, x6, x7, x8 = (
        bool(inner[row + down, column + right]) for down, right in steps
    )
    crossings = sum(
        (not a) and (b or c) for a, b, c in ((x1, x2, x3), (x3, x4, x5), (x5, x6, x7), (x7, x8, x1))
    )
    pairs = min(
        (x1 or x2) + (x3 or x4) + (x5 or x6) + (x7 or x8),
        (x2 or x3) + (x4 or x5) + (x6 or x7) + (x8 or x1),
    )
    last = ((x2 or x3 or not x8) and x1) if odd else ((x6 or x7 or not x4) and x5)
    return crossings == 1 and 2 <= pairs <= 3 and not last
