"""Stored label files -> labels as the tasks expect them.

A value without a meaning is a DataError that names the file.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mtal.datasets.dataset import DataError
from mtal.datasets.readers.decode import read_array, read_pixels
from mtal.datasets.readers.file_lists import abbreviate
from mtal.tasks.task import IGNORE

SHORTEST = 0.1  # normals shorter than this are unknown: mid-grey pixels, zeros


@dataclass(frozen=True, eq=False)
class ClassTable:
    """The class ids of stored values, or of colours as codes."""

    stored: np.ndarray  # (K,) int64, ascending
    ids: np.ndarray  # (K,) uint8

    def look_up(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Look whole numbers of any shape up: class ids, IGNORE for others, and a mask of hits."""
        if values.dtype == np.uint8:  # look 256 values up instead of every pixel
            ids, hits = self._search(np.arange(256))
            return ids[values], hits[values]
        return self._search(values)

    def _search(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        index = np.searchsorted(self.stored, values).clip(max=len(self.stored) - 1)
        hits = self.stored[index] == values
        return np.where(hits, self.ids[index], np.uint8(IGNORE)), hits


def class_table(ids: Mapping[int, int]) -> ClassTable:
    """Make the table of stored value or colour code -> class id."""
    stored = sorted(ids)
    return ClassTable(
        np.array(stored, np.int64), np.array([ids[value] for value in stored], np.uint8)
    )


def colour_code(colour: tuple[int, int, int]) -> int:
    """One number per colour, as in #rrggbb."""
    red, green, blue = colour
    return red << 16 | green << 8 | blue


def is_array(path: Path) -> bool:
    """Whether a label is a NumPy array, not a picture."""
    return path.suffix.lower() == ".npy"


def read_channel(path: Path) -> np.ndarray:
    """Read one number per pixel of a PNG or NPY, (H, W); a grey picture saved in colour will do.

    DataError if the channels differ, or if the file is broken.
    """
    if is_array(path):
        return read_array(path, (None, None))
    pixels = read_pixels(path)
    if pixels.ndim == 2:
        return pixels
    if (pixels[..., :1] != pixels).any():
        raise DataError(
            f"{path} is a colour picture, but one number per pixel is expected; classes that are "
            f"given as colours need a list of them under `colours`"
        )
    return pixels[..., 0]


def read_integers(path: Path) -> np.ndarray:
    """Read whole numbers, (H, W). DataError for fractions, NaN, and broken files."""
    values = read_channel(path)
    if values.dtype.kind == "b":
        return values.astype(np.uint8)
    if values.dtype.kind == "f":
        in_range = np.isfinite(values).all() and (np.abs(values) < 2**31).all()
        if not in_range or (values != np.rint(values)).any():
            raise DataError(f"{path} holds fractions or NaN; whole numbers are expected")
        return values.astype(np.int64)
    return values


def read_classes(path: Path, table: ClassTable, colours: bool, strict: bool) -> np.ndarray:
    """Read class ids, (H, W) uint8. DataError for broken files, and for values without a class.

    colours: whether classes are stored as colours.
    strict: whether a value without a class is an error; otherwise it is ignored.
    """
    values = _read_colour_codes(path) if colours else read_integers(path)
    ids, hits = table.look_up(values)
    if strict and not hits.all():
        unknown = np.unique(values[~hits]).tolist()
        texts = [f"#{value:06x}" if colours else str(value) for value in unknown]
        raise DataError(
            f"{path} holds {'colours' if colours else 'values'} that are no class: "
            f"{abbreviate(texts)} ({np.count_nonzero(~hits)} pixels); give them a class, list them "
            f"under `ignore`, or set `others: ignore` in the description"
        )
    return ids


def read_metres(
    path: Path, scale: float | None, inverse: float | None, ignore: Collection[float]
) -> np.ndarray:
    """Read depth, (H, W) float32 metres, 0 = not measured. DataError if the file cannot be used.

    Metres are stored * scale, or inverse / stored. Without both, scale is 1 for NPY and 0.001 for
    PNG, which must then have 16 bits. `ignore`: stored values that mean "not measured", besides 0.
    """
    stored = read_channel(path)
    if scale is None and inverse is None and not is_array(path) and stored.dtype.itemsize == 1:
        raise DataError(
            f"{path} has 8 bits per pixel, which is too coarse for millimetres; give depth a "
            f"`scale` or `inverse`"
        )
    if scale is None:
        scale = 1 if is_array(path) else 0.001
    ignored = np.isin(stored, np.array([*ignore], np.float64))
    unmeasured = ~np.isfinite(stored) | (stored == 0) | ignored
    values = np.where(unmeasured, 1, stored).astype(np.float64)
    metres = inverse / values if inverse else values * scale
    return np.where(unmeasured, 0, metres).astype(np.float32)


def read_vectors(path: Path, flip: Collection[str]) -> np.ndarray:
    """Read normals, (H, W, 3) float32 of unit length, or zero where unknown.

    In PNG files n = 2 v / 255 - 1, and black is unknown. `flip`: axes whose sign changes.
    DataError if the file is broken or holds no vectors.
    """
    vectors = _read_vector_array(path) if is_array(path) else _read_vector_picture(path)
    length = np.sqrt(np.square(vectors).sum(axis=-1, keepdims=True))
    unit = np.where(length < SHORTEST, np.float32(0), vectors / np.maximum(length, SHORTEST))
    signs = np.array([-1 if axis in flip else 1 for axis in "xyz"], np.float32)
    return unit * signs + np.float32(0)  # adding 0 turns -0 into 0


def read_binary_mask(path: Path, ignore: Collection[int]) -> np.ndarray:
    """Read 0, 1 and IGNORE, (H, W) uint8. DataError if the file is broken or holds other values.

    Stored 0 and 1 are taken as they are; of greys (0 and 255, soft masks) more than half is 1.
    `ignore`: stored values of pixels that count nowhere.
    """
    stored = read_channel(path)
    if stored.dtype.kind == "f" and np.isnan(stored).any():
        raise DataError(f"{path} holds NaN; 0 and 1 are expected")
    ignored = np.isin(stored, [*ignore])
    values = np.where(ignored, 0, stored)
    low, high = float(values.min(initial=0)), float(values.max(initial=0))
    full = next((top for top in (1.0, 255.0) if high <= top), 65535.0)
    too_dark = full > 1 and high <= full / 2  # instance numbers, say
    if low < 0 or high > full or too_dark or _is_ambiguous(values, full):
        raise DataError(
            f"{path} holds values from {low:g} to {high:g}; expected are 0 and 1, or 0 and 255. "
            f"A value that marks pixels without an answer is named by `ignore: [255]` in the "
            f"description"
        )
    return np.where(ignored, np.uint8(IGNORE), (values > full / 2).astype(np.uint8))


def _read_vector_array(path: Path) -> np.ndarray:
    stored = read_array(path, (None, None, 3))
    if stored.dtype.kind != "f" or (np.abs(stored) > 1.5).any():
        raise DataError(
            f"{path} reaches {np.abs(stored).max():g}; normals in NPY files are floating-point "
            f"unit vectors"
        )
    return np.nan_to_num(stored.astype(np.float32), nan=0)


def _read_vector_picture(path: Path) -> np.ndarray:
    pixels = read_pixels(path)
    if pixels.ndim != 3:
        raise DataError(
            f"{path} is grey; normals are colour pictures, red, green and blue being x, y and z"
        )
    vectors = pixels.astype(np.float32) * np.float32(2 / 255) - 1
    return np.where(pixels.any(axis=-1, keepdims=True), vectors, np.float32(0))


def _read_colour_codes(path: Path) -> np.ndarray:
    """(H, W) int64 colour codes; grey pictures have colours, too."""
    if is_array(path):
        pixels = read_array(path, (None, None, 3))
    else:
        pixels = read_pixels(path, palette=True)
    if pixels.dtype != np.uint8:
        raise DataError(f"{path} holds {pixels.dtype} numbers, not colours of 8 bits per channel")
    colours = np.broadcast_to(np.atleast_3d(pixels), (*pixels.shape[:2], 3)).astype(np.int64)
    red, green, blue = np.moveaxis(colours, -1, 0)
    return red << 16 | green << 8 | blue


def _is_ambiguous(values: np.ndarray, full: float) -> bool:
    """Whether values are exactly 0, 1 and 255: 255 may mean yes, or mark pixels to ignore."""
    return bool(full == 255 and (values == 1).any() and np.isin(values, (0, 1, 255)).all())
