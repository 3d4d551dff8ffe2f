"""Stacks of images in a MATLAB 7.3 file, which is HDF5: one image is read at a time, never a whole stack.

HDF5 shows MATLAB's axes in reverse: what is H x W x 3 x N there is (N, 3, W, H) here. Every way in which a file can be broken is
told as a DataError that names it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mtal.datasets.dataset import DataError
from mtal.datasets.readers.decode import MOST_PIXELS, told

OLD = b"MATLAB 5.0 MAT-file"  # how a file begins that MATLAB saved without -v7.3
AGAIN = "the file is damaged or was not copied completely; get it again"


@dataclass(frozen=True)
class Form:
    """What the numbers of a stack must be."""

    dtype: type[np.generic]  # this or a kind of it: np.floating
    channels: int = 1


@dataclass(frozen=True)
class Stacks:
    """An open file. Reading is safe from several threads: h5py lets in one at a time."""

    path: Path
    stacks: Mapping[str, Any]  # name -> h5py.Dataset; an open stack keeps its file open
    size: tuple[int, int]  # height, width of every image

    def read(self, name: str, place: int) -> np.ndarray:
        """(H, W) or (H, W, C), as MATLAB shows it. `place` counts from 0."""
        with told(self.path, f"{name} of image {place + 1}", AGAIN):
            return np.ascontiguousarray(self.stacks[name][place].T)

    def __len__(self) -> int:
        """How many images there are."""
        return int(next(iter(self.stacks.values())).shape[0])

    def __contains__(self, name: str) -> bool:
        """Whether the file has that stack."""
        return name in self.stacks


def open_stacks(path: Path, forms: Mapping[str, Form], needed: frozenset[str]) -> Stacks:
    """Open a file and check what it says about itself; reads no image. Stacks that are not `needed` may be missing."""
    file = _open(path)
    found = {
        name: _stack(path, file, name, form)
        for name, form in forms.items()
        if name in needed or name in file
    }
    first, *others = found
    for name in others:
        if _extent(found[name]) != _extent(found[first]):
            raise DataError(
                f"{path}: {name} has shape {_shape(found[name])} and {first} {_shape(found[first])}; their number of "
                f"images, width and height must agree, as in the official file"
            )
    _, width, height = _extent(found[first])
    if not 0 < width * height <= MOST_PIXELS:
        raise DataError(f"{path}: images of {height} x {width} pixels cannot be used")
    return Stacks(path, found, (height, width))


def _open(path: Path) -> Any:
    try:
        import h5py
    except ImportError:
        raise DataError(
            f"reading {path.name} needs the package h5py; pip install -r requirements.txt"
        ) from None
    with told(
        path,
        way_out="it must be an HDF5 file as MATLAB 7.3 writes it; if it should be one, get it again",
    ):
        with path.open("rb") as file:
            if file.read(len(OLD)) == OLD:
                raise DataError(
                    f"{path} is a MATLAB 5 file, not HDF5; take the original, or save it in MATLAB with -v7.3"
                )
        return h5py.File(
            path, "r", locking=False
        )  # nobody writes, and read-only disks may know no locks


def _stack(path: Path, file: Any, name: str, form: Form) -> Any:
    """A stack of the right form whose numbers lie in this very file."""
    import h5py

    if name not in file:
        there = ", ".join(sorted(file)) or "nothing"
        raise DataError(
            f"{path} holds no {name} (it holds {there}); it must be the labelled data set of NYU Depth v2"
        )
    with told(path, name, AGAIN):
        stack = file[name] if isinstance(file.get(name, getlink=True), h5py.HardLink) else None
        if not isinstance(stack, h5py.Dataset) or stack.external or stack.is_virtual:
            raise DataError(
                f"{path}: {name} is no plain array of this file; take the official file"
            )
    channels = (form.channels,) if form.channels > 1 else ()
    if (
        not np.issubdtype(stack.dtype, form.dtype)
        or stack.ndim != 3 + len(channels)
        or stack.shape[1:-2] != channels
    ):
        wanted = " x ".join(("images", *map(str, channels), "width", "height"))
        raise DataError(
            f"{path}: {name} is {_shape(stack)} of {stack.dtype}, not {wanted} of {form.dtype.__name__}; take the "
            f"official file"
        )
    return stack


def _extent(stack: Any) -> tuple[int, int, int]:
    """Images, width, height."""
    return stack.shape[0], stack.shape[-2], stack.shape[-1]


def _shape(stack: Any) -> str:
    return " x ".join(map(str, stack.shape))
