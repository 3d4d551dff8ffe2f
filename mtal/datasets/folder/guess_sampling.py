"""A look at a few label files of a folder: what kind of values they hold, for a first guess of what they mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mtal.datasets.dataset import DataError
from mtal.datasets.folder.label_decoding import colour_code, read_vectors
from mtal.datasets.readers.decode import read_array, read_pixels

MOST_FILES = 60  # looked at per folder
MOST_VALUES = 1000  # more are no classes
MOST_PIXELS = 100_000  # of a file, on a grid; none is skipped where values are counted


@dataclass(frozen=True)
class Look:
    """What some files of one folder have in common. Sampled pixels of all of them, and every value that occurs."""

    files: int
    kind: str  # "8-bit grey", "16-bit grey", "NPY float32", "8-bit colour", ...
    channels: int  # 1 or 3
    pixels: np.ndarray  # (N,) or (N, 3) numbers, finite
    values: dict[int, float]  # whole number or colour code -> share; {} for more than MOST_VALUES
    thin: float  # share of pixels other than 0 that have a 0 beside them
    vectors: np.ndarray | None  # (N, 4) normals that they would be, and height in the image 0..1
    deep: bool  # more than 8 bits


def look_at(paths: Sequence[Path]) -> Look | None:
    """The files of the commonest kind among some that are spread over the folder; None if none can be read."""
    places = np.unique(
        np.linspace(0, len(paths) - 1, min(len(paths), MOST_FILES)).astype(int)
    ).tolist()
    read = [found for place in places if (found := _read(paths[place])) is not None]
    if not read:
        return None
    kinds = [kind for _, kind, _ in read]
    kind = max(set(kinds), key=kinds.count)
    arrays = [array for _, own, array in read if own == kind]
    channels = 3 if arrays[0].ndim == 3 else 1
    sampled = np.concatenate(
        [_grid(array).reshape(-1, *(3,) * (channels == 3)) for array in arrays]
    )
    return Look(
        len(arrays),
        kind,
        channels,
        sampled[np.isfinite(sampled).reshape(len(sampled), -1).all(axis=1)],
        _shares(arrays),
        _thinness(arrays) if channels == 1 else 0.0,
        _vectors([path for path, own, _ in read if own == kind]) if channels == 3 else None,
        arrays[0].dtype.itemsize > 1,
    )


def _read(path: Path) -> tuple[Path, str, np.ndarray] | None:
    """The file with what it is; grey pictures that were saved in colour count as grey."""
    try:
        if path.suffix.lower() == ".npy":
            array = _any_array(path)
            return path, f"NPY {array.dtype}", array
        array = read_pixels(path)
    except DataError:
        return None
    if array.ndim == 3 and (array == array[..., :1]).all():
        array = array[..., 0]
    return path, f"{8 * array.dtype.itemsize}-bit {'colour' if array.ndim == 3 else 'grey'}", array


def _any_array(path: Path) -> np.ndarray:
    try:
        return read_array(path, (None, None))
    except DataError:
        return read_array(path, (None, None, 3))


def _grid(array: np.ndarray) -> np.ndarray:
    step = max(1, round((array.shape[0] * array.shape[1] / MOST_PIXELS) ** 0.5))
    return array[::step, ::step]


def _shares(arrays: Sequence[np.ndarray]) -> dict[int, float]:
    """How often each whole number or colour occurs, in all pixels."""
    counts: dict[int, int] = {}
    for array in arrays:
        if array.ndim == 3 and array.dtype == np.uint8:
            array = array.astype(np.int64) @ [colour_code((1, 0, 0)), colour_code((0, 1, 0)), 1]
        if array.ndim == 3 or not np.isfinite(array).all() or (array != np.rint(array)).any():
            return {}
        found, times = _counted(array)
        for value, count in zip(found.tolist(), times.tolist(), strict=True):
            counts[value] = counts.get(value, 0) + count
        if len(counts) > MOST_VALUES:
            return {}
    total = sum(counts.values())
    return {value: counts[value] / total for value in sorted(counts)}


def _counted(array: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values of whole numbers, ascending, and their pixels."""
    if array.dtype == np.uint8:  # twenty times as fast as sorting
        counts = np.bincount(array.ravel(), minlength=256)
        return counts.nonzero()[0], counts[counts > 0]
    return np.unique(array.astype(np.int64), return_counts=True)


def _thinness(arrays: Sequence[np.ndarray]) -> float:
    """Near 1 for lines, near 0 for areas; of pixels that are 1 where all are 0, 1 or 255, else of bright ones."""
    pixels, beside = 0, 0
    for array in arrays:
        marked = (array == 1).any() and np.isin(array, (0, 1, 255)).all()
        yes = np.pad(array == 1 if marked else array > 127, 1, mode="edge")
        inner = yes[:-2, 1:-1] & yes[2:, 1:-1] & yes[1:-1, :-2] & yes[1:-1, 2:]
        pixels += int(yes[1:-1, 1:-1].sum())
        beside += int((yes[1:-1, 1:-1] & ~inner).sum())
    return beside / pixels if pixels else 0.0


def _vectors(paths: Sequence[Path]) -> np.ndarray | None:
    """(N, 4) unit vectors as `read_vectors` gives them, and the row as a share of the height; None if they are none."""
    found = []
    for path in paths:
        try:
            stored = (
                read_array(path, (None, None, 3))
                if path.suffix.lower() == ".npy"
                else read_pixels(path) * (2 / 255) - 1
            )
            length = np.linalg.norm(stored.astype(np.float64), axis=-1)
            vectors = read_vectors(path, ())
        except DataError:
            return None
        known = (vectors != 0).any(axis=-1)
        if not known.any() or (np.abs(length[known] - 1) < 0.1).mean() < 0.9:
            return None
        rows = np.broadcast_to(np.linspace(0, 1, len(vectors))[:, None], known.shape)
        found.append(np.column_stack([vectors[known], rows[known]]))
    return np.concatenate(found) if found else None
