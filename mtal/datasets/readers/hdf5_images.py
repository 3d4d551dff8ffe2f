"""Stacks of images in a MATLAB 7.3 file, which is HDF5, read one image at a time.

HDF5 shows MATLAB's axes in reverse: MATLAB's H x W x 3 x N is (N, 3, W, H) here. A broken file is a
DataError that names it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mtal.datasets.dataset import DataError
from mtal.datasets.readers.decode import MAX_PIXELS, file_errors

MATLAB_5 = b"MATLAB 5.0 MAT-file"  # how a file begins that MATLAB saved without -v7.3
DAMAGED = "the file is damaged or was not copied completely; get it again"


@dataclass(frozen=True)
class ArraySpec:
    """The required type of a stack of images."""

    dtype: type[np.generic]  # a type or a family of types, such as np.floating
    channels: int = 1


@dataclass(frozen=True)
class ImageStacks:
    """An open file with stacks of images. Reading is thread-safe: h5py admits one at a time."""

    path: Path
    stacks: Mapping[str, Any]  # name -> h5py.Dataset; an open stack keeps its file open
    size: tuple[int, int]  # height, width of every image

    def read(self, name: str, index: int) -> np.ndarray:
        """Read image `index` of a stack, (H, W) or (H, W, C), in MATLAB's axes.

        DataError if it is broken.
        """
        with file_errors(self.path, f"{name} of image {index + 1}", DAMAGED):
            return np.ascontiguousarray(self.stacks[name][index].T)

    def __len__(self) -> int:
        """The number of images in each stack."""
        return int(next(iter(self.stacks.values())).shape[0])

    def __contains__(self, name: str) -> bool:
        """Whether the file has a stack of this name."""
        return name in self.stacks


def open_stacks(
    path: Path, specs: Mapping[str, ArraySpec], required: frozenset[str]
) -> ImageStacks:
    """Open a file and check types and shapes of its stacks, without reading an image.

    Stacks of `specs` that are not `required` may be missing. DataError for a file that is no
    MATLAB 7.3 file, lacks a required stack or has stacks of other types or unequal shapes.
    """
    file = _open(path)
    stacks = {
        name: _open_stack(path, file, name, spec)
        for name, spec in specs.items()
        if name in required or name in file
    }
    first, *others = stacks
    for name in others:
        if _extent(stacks[name]) != _extent(stacks[first]):
            raise DataError(
                f"{path}: {name} has shape {_shape(stacks[name])} and {first} "
                f"{_shape(stacks[first])}; their number of images, width and height must agree, "
                "as in the official file"
            )
    _, width, height = _extent(stacks[first])
    if not 0 < width * height <= MAX_PIXELS:
        raise DataError(f"{path}: images of {height} x {width} pixels cannot be used")
    return ImageStacks(path, stacks, (height, width))


def _open(path: Path) -> Any:
    try:
        import h5py
    except ImportError:
        raise DataError(f"reading {path.name} needs the package h5py: pip install h5py") from None
    advice = "it must be an HDF5 file as MATLAB 7.3 writes it; if it should be one, get it again"
    with file_errors(path, advice=advice):
        with path.open("rb") as file:
            if file.read(len(MATLAB_5)) == MATLAB_5:
                raise DataError(
                    f"{path} is a MATLAB 5 file, not HDF5; "
                    "take the original, or save it in MATLAB with -v7.3"
                )
        # No lock is needed for reading, and read-only disks may not support locks.
        return h5py.File(path, "r", locking=False)


def _open_stack(path: Path, file: Any, name: str, spec: ArraySpec) -> Any:
    """Open a stack that satisfies `spec` and is stored in this file, not linked from another."""
    import h5py

    if name not in file:
        names = ", ".join(sorted(file)) or "nothing"
        raise DataError(
            f"{path} holds no {name} (it holds {names}); "
            "it must be the labelled data set of NYU Depth v2"
        )
    with file_errors(path, name, DAMAGED):
        stack = file[name] if isinstance(file.get(name, getlink=True), h5py.HardLink) else None
        if not isinstance(stack, h5py.Dataset) or stack.external or stack.is_virtual:
            raise DataError(
                f"{path}: {name} is no plain array of this file; take the official file"
            )
    channels = (spec.channels,) if spec.channels > 1 else ()
    if (
        not np.issubdtype(stack.dtype, spec.dtype)
        or stack.ndim != 3 + len(channels)
        or stack.shape[1:-2] != channels
    ):
        wanted = " x ".join(("images", *map(str, channels), "width", "height"))
        raise DataError(
            f"{path}: {name} is {_shape(stack)} of {stack.dtype}, "
            f"not {wanted} of {spec.dtype.__name__}; take the official file"
        )
    return stack


def _extent(stack: Any) -> tuple[int, int, int]:
    """Number of images, width, height."""
    return stack.shape[0], stack.shape[-2], stack.shape[-1]


def _shape(stack: Any) -> str:
    """The shape for a message, such as "6 x 3 x 24 x 18"."""
    return " x ".join(map(str, stack.shape))
