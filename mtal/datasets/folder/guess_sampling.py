"""A sample of the label files of a folder, from which the meaning of their values is guessed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mtal.datasets.dataset import DataError
from mtal.datasets.folder.label_decoding import colour_code, is_array, read_vectors
from mtal.datasets.readers.decode import read_array, read_pixels

MOST_FILES = 60  # read per folder
MOST_VALUES = 1000  # more are no classes
MOST_PIXELS = 100_000  # per file, on a grid; all pixels count where values are counted


@dataclass(frozen=True)
class LabelSample:
    """Some label files of one kind: pixels on a grid from all of them, and every value."""

    files: int
    kind: str  # "8-bit grey", "16-bit grey", "NPY float32", "8-bit colour", ...
    channels: int  # 1 or 3
    pixels: np.ndarray  # (N,) or (N, 3) numbers, finite
    values: dict[int, float]  # whole number or colour code -> share; {} above MOST_VALUES
    thinness: float  # share of pixels other than 0 that have a 0 beside them
    vectors: np.ndarray | None  # (N, 4): as normals, and the height in the image 0..1
    deep: bool  # more than 8 bits


def sample_labels(paths: Sequence[Path]) -> LabelSample | None:
    """Sample files of the commonest kind, spread over the folder; None if none is readable."""
    number = min(len(paths), MOST_FILES)
    indices = np.unique(np.linspace(0, len(paths) - 1, number).astype(int)).tolist()
    readable: list[tuple[Path, str, np.ndarray]] = []
    for index in indices:
        array = _read(paths[index])
        if array is not None:
            readable.append((paths[index], _kind(paths[index], array), array))
    if not readable:
        return None
    kinds = [kind for _, kind, _ in readable]
    kind = max(set(kinds), key=kinds.count)
    arrays = [array for _, own, array in readable if own == kind]
    channels = 3 if arrays[0].ndim == 3 else 1
    shape = (-1, 3) if channels == 3 else (-1,)
    pixels = np.concatenate([_grid(array).reshape(shape) for array in arrays])
    finite = np.isfinite(pixels).reshape(len(pixels), -1).all(axis=1)
    same_kind = [path for path, own, _ in readable if own == kind]
    return LabelSample(
        files=len(arrays),
        kind=kind,
        channels=channels,
        pixels=pixels[finite],
        values=_value_shares(arrays),
        thinness=_thinness(arrays) if channels == 1 else 0.0,
        vectors=_vectors(same_kind) if channels == 3 else None,
        deep=arrays[0].dtype.itemsize > 1,
    )


def _read(path: Path) -> np.ndarray | None:
    """Read a file, (H, W) or (H, W, 3); grey pictures saved in colour are grey. None if broken."""
    try:
        if is_array(path):
            return _read_any_array(path)
        pixels = read_pixels(path)
    except DataError:
        return None
    if pixels.ndim == 3 and (pixels == pixels[..., :1]).all():
        return pixels[..., 0]
    return pixels


def _read_any_array(path: Path) -> np.ndarray:
    try:
        return read_array(path, (None, None))
    except DataError:
        return read_array(path, (None, None, 3))


def _kind(path: Path, array: np.ndarray) -> str:
    if is_array(path):
        return f"NPY {array.dtype}"
    return f"{8 * array.dtype.itemsize}-bit {'colour' if array.ndim == 3 else 'grey'}"


def _grid(array: np.ndarray) -> np.ndarray:
    """At most about MOST_PIXELS pixels, evenly spaced."""
    step = max(1, round((array.shape[0] * array.shape[1] / MOST_PIXELS) ** 0.5))
    return array[::step, ::step]


def _value_shares(arrays: Sequence[np.ndarray]) -> dict[int, float]:
    """Whole number or colour code -> share of all pixels; {} for fractions and too many values."""
    counts: dict[int, int] = {}
    for array in arrays:
        if array.ndim == 3 and array.dtype == np.uint8:
            array = array.astype(np.int64) @ [colour_code((1, 0, 0)), colour_code((0, 1, 0)), 1]
        if array.ndim == 3 or not np.isfinite(array).all() or (array != np.rint(array)).any():
            return {}
        values, numbers = _count_values(array)
        for value, number in zip(values.tolist(), numbers.tolist(), strict=True):
            counts[value] = counts.get(value, 0) + number
        if len(counts) > MOST_VALUES:
            return {}
    total = sum(counts.values())
    return {value: counts[value] / total for value in sorted(counts)}


def _count_values(array: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The whole numbers in an array, ascending, and how many pixels each has."""
    if array.dtype == np.uint8:  # twenty times as fast as sorting
        counts = np.bincount(array.ravel(), minlength=256)
        return counts.nonzero()[0], counts[counts > 0]
    return np.unique(array.astype(np.int64), return_counts=True)


def _thinness(arrays: Sequence[np.ndarray]) -> float:
    """Near 1 for lines, near 0 for areas.

    Looks at pixels that are 1 where all are 0, 1 or 255, and at bright pixels otherwise.
    """
    total, border = 0, 0
    for array in arrays:
        has_ones = (array == 1).any() and np.isin(array, (0, 1, 255)).all()
        marked = np.pad(array == 1 if has_ones else array > 127, 1, mode="edge")
        centre = marked[1:-1, 1:-1]
        inner = marked[:-2, 1:-1] & marked[2:, 1:-1] & marked[1:-1, :-2] & marked[1:-1, 2:]
        total += int(centre.sum())
        border += int((centre & ~inner).sum())
    return border / total if total else 0.0


def _vectors(paths: Sequence[Path]) -> np.ndarray | None:
    """(N, 4) unit vectors, and the row as a share of the height; None if values are no vectors."""
    rows = []
    for path in paths:
        try:
            if is_array(path):
                stored = read_array(path, (None, None, 3))
            else:
                stored = read_pixels(path) * (2 / 255) - 1
            vectors = read_vectors(path, ())
        except DataError:
            return None
        length = np.linalg.norm(stored.astype(np.float64), axis=-1)
        valid = (vectors != 0).any(axis=-1)
        if not valid.any() or (np.abs(length[valid] - 1) < 0.1).mean() < 0.9:
            return None
        height = np.broadcast_to(np.linspace(0, 1, len(vectors))[:, None], valid.shape)
        rows.append(np.column_stack([vectors[valid], height[valid]]))
    return np.concatenate(rows) if rows else None
