"""What people store as labels -> labels as tasks want them. A value without a meaning is a DataError that names the file."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mtal.datasets.dataset import DataError
from mtal.datasets.readers.decode import read_array, read_pixels
from mtal.datasets.readers.file_lists import some
from mtal.tasks.task import IGNORE

SHORTEST = 0.1  # normals shorter than this are unknown: mid-grey pixels, zeros


@dataclass(frozen=True, eq=False)
class Lookup:
    """Stored values, or colours as codes, and the class ids that they mean."""

    stored: np.ndarray  # (K,) int64, ascending
    ids: np.ndarray  # (K,) uint8

    def look_up(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Any shape of whole numbers -> ids (IGNORE where unknown) and whether each is known, of that shape."""
        if values.dtype == np.uint8:  # look 256 values up instead of every pixel
            ids, known = self._search(np.arange(256))
            return ids[values], known[values]
        return self._search(values)

    def _search(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        place = np.searchsorted(self.stored, values).clip(max=len(self.stored) - 1)
        known = self.stored[place] == values
        return np.where(known, self.ids[place], np.uint8(IGNORE)), known


def lookup(meaning: Mapping[int, int]) -> Lookup:
    """Stored value or colour code -> class id."""
    stored = sorted(meaning)
    return Lookup(
        np.array(stored, np.int64), np.array([meaning[value] for value in stored], np.uint8)
    )


def colour_code(colour: tuple[int, int, int]) -> int:
    """One number per colour, as in #rrggbb."""
    red, green, blue = colour
    return red << 16 | green << 8 | blue


def read_plain(path: Path) -> np.ndarray:
    """(H, W) numbers of a PNG or NPY. A grey picture that was saved in colour will do."""
    if path.suffix.lower() == ".npy":
        return read_array(path, (None, None))
    pixels = read_pixels(path)
    if pixels.ndim == 2:
        return pixels
    if (pixels[..., :1] != pixels).any():
        raise DataError(
            f"{path} is a colour picture, but one number per pixel is expected; classes that are given as colours "
            f"need a list of them under `colours`"
        )
    return pixels[..., 0]


def read_whole(path: Path) -> np.ndarray:
    """(H, W) whole numbers."""
    values = read_plain(path)
    if values.dtype.kind == "b":
        return values.astype(np.uint8)
    if values.dtype.kind == "f":
        if not (
            np.isfinite(values).all()
            and (np.abs(values) < 2**31).all()
            and (values == np.rint(values)).all()
        ):
            raise DataError(f"{path} holds fractions or NaN; whole numbers are expected")
        return values.astype(np.int64)
    return values


def read_classes(path: Path, meaning: Lookup, colours: bool, strict: bool) -> np.ndarray:
    """(H, W) uint8 class ids. `strict`: a value without a meaning is an error, else it is ignored."""
    values = _codes(path) if colours else read_whole(path)
    ids, known = meaning.look_up(values)
    if strict and not known.all():
        strange = np.unique(values[~known]).tolist()
        texts = [f"#{value:06x}" if colours else str(value) for value in strange]
        raise DataError(
            f"{path} holds {'colours' if colours else 'values'} that are no class: {some(texts)} "
            f"({np.count_nonzero(~known)} pixels); give them a class, list them under `ignore`, or set "
            f"`others: ignore` in the description"
        )
    return ids


def read_metres(
    path: Path, scale: float | None, inverse: float | None, ignore: Collection[float]
) -> np.ndarray:
    """(H, W) float32, 0 = not measured: stored * scale or inverse / stored. `scale`: else 1 for NPY, 0.001 for PNG."""
    stored = read_plain(path)
    if (
        scale is None
        and inverse is None
        and path.suffix.lower() != ".npy"
        and stored.dtype.itemsize == 1
    ):
        raise DataError(
            f"{path} has 8 bits per pixel, which is too coarse for millimetres; give depth a `scale` or `inverse`"
        )
    unknown = (
        ~np.isfinite(stored) | (stored == 0) | np.isin(stored, np.array([*ignore], np.float64))
    )
    values = np.where(unknown, 1, stored).astype(np.float64)
    if scale is None:
        scale = 1 if path.suffix.lower() == ".npy" else 0.001
    return np.where(unknown, 0, inverse / values if inverse else values * scale).astype(np.float32)


def read_vectors(path: Path, flip: Collection[str]) -> np.ndarray:
    """(H, W, 3) float32 of unit length, or zero where unknown. PNG: n = 2 v / 255 - 1, black = unknown."""
    if path.suffix.lower() == ".npy":
        stored = read_array(path, (None, None, 3))
        if stored.dtype.kind != "f" or (np.abs(stored) > 1.5).any():
            raise DataError(
                f"{path} reaches {np.abs(stored).max():g}; normals in NPY files are floating-point unit vectors"
            )
        vectors = np.nan_to_num(stored.astype(np.float32), nan=0)
    else:
        pixels = read_pixels(path)
        if pixels.ndim != 3:
            raise DataError(
                f"{path} is grey; normals are colour pictures, red, green and blue being x, y and z"
            )
        vectors = np.where(
            pixels.any(axis=-1, keepdims=True),
            pixels.astype(np.float32) * np.float32(2 / 255) - 1,
            np.float32(0),
        )
    length = np.sqrt(np.square(vectors).sum(axis=-1, keepdims=True))
    vectors = np.where(length < SHORTEST, np.float32(0), vectors / np.maximum(length, SHORTEST))
    return vectors * np.array(
        [-1 if axis in flip else 1 for axis in "xyz"], np.float32
    ) + np.float32(0)  # no -0


def read_yes_no(path: Path, ignore: Collection[int]) -> np.ndarray:
    """(H, W) uint8: 0, 1, IGNORE. Stored 0/1 are taken as they are; of greys (0/255, soft masks) more than half is 1."""
    stored = read_plain(path)
    if stored.dtype.kind == "f" and np.isnan(stored).any():
        raise DataError(f"{path} holds NaN; 0 and 1 are expected")
    ignored = np.isin(stored, [*ignore])
    values = np.where(ignored, 0, stored)
    low, high = float(values.min(initial=0)), float(values.max(initial=0))
    full = 1.0 if high <= 1 else 255.0 if high <= 255 else 65535.0
    too_dark = full > 1 and high <= full / 2  # numbers of objects, say
    if low < 0 or high > full or too_dark or _is_unclear(values, full):
        raise DataError(
            f"{path} holds values from {low:g} to {high:g}; expected are 0 and 1, or 0 and 255. A value that marks "
            f"pixels without an answer is named by `ignore: [255]` in the description"
        )
    return np.where(ignored, np.uint8(IGNORE), (values > full / 2).astype(np.uint8))


def _codes(path: Path) -> np.ndarray:
    """(H, W) int64 colour codes; grey pictures have colours, too."""
    if path.suffix.lower() == ".npy":
        pixels = read_array(path, (None, None, 3))
    else:
        pixels = read_pixels(path, palette=True)
    if pixels.dtype != np.uint8:
        raise DataError(f"{path} holds {pixels.dtype} numbers, not colours of 8 bits per channel")
    red, green, blue = np.moveaxis(
        np.broadcast_to(np.atleast_3d(pixels), (*pixels.shape[:2], 3)).astype(np.int64), -1, 0
    )
    return red << 16 | green << 8 | blue


def _is_unclear(values: np.ndarray, full: float) -> bool:
    """Exactly 0, 1 and 255: is 255 yes, or is it 1 and 255 marks what counts nowhere?"""
    return bool(full == 255 and (values == 1).any() and np.isin(values, (0, 1, 255)).all())
