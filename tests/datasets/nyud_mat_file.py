"""A small file in the exact layout of nyu_depth_v2_labeled.mat.

It is HDF5 behind MATLAB's header of 512 bytes, with reversed axes.
"""

from pathlib import Path

import h5py
import numpy as np

from mtal.config import Config
from mtal.datasets.readers.nyud_mat import FILE

SIZE = (18, 24)
ALL = ("semseg", "depth", "normals", "edge")
HEAD = b"MATLAB 7.3 MAT-file, Platform: GLNXA64 HDF5 schema 1.00 ."


def scenes(count: int, size: tuple[int, int] = SIZE) -> dict[str, np.ndarray]:
    """Random contents of the file in MATLAB's axes, image by image: (N, H, W[, 3]).

    Depth is a slanted plane with holes.
    """
    rng = np.random.default_rng(0)
    height, width = size
    x, y = np.meshgrid(np.linspace(-0.5, 0.5, width), np.linspace(-0.4, 0.4, height))
    a, b, c = (
        rng.uniform(*ends, (count, 1, 1)) for ends in ((-0.2, 0.2), (-0.2, 0.2), (0.25, 0.8))
    )
    depths = (1 / (a * x + b * y + c)).astype(np.float32)
    raw = np.where(rng.random(depths.shape) < 0.1, 0, depths).astype(np.float32)
    blocks = (count, -(-height // 6), -(-width // 6))
    labels, instances = (
        rng.integers(low, high, blocks).repeat(6, axis=1).repeat(6, axis=2)[:, :height, :width]
        for low, high in ((1, 895), (1, 4))
    )
    labels[:, :, 7] = 0  # a narrow gap between objects
    labels[:, 1, :2] = 0, 894
    return {
        "images": rng.integers(0, 256, (count, *size, 3)).astype(np.uint8),
        "depths": depths,
        "rawDepths": raw,
        "labels": labels.astype(np.uint16),
        "instances": np.where(labels > 0, instances, 0).astype(np.uint8),
    }


def write_mat(path: Path, arrays: dict[str, np.ndarray] | None = None, **storage: object) -> Path:
    """Write the file, by default with 1449 images, and return it.

    storage: chunks and compression as h5py takes them.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, array in (scenes(1449) if arrays is None else arrays).items():
            # MATLAB's H x W x C x N is (N, C, W, H) in HDF5.
            reverse = (0, *range(array.ndim - 1, 0, -1))
            file.create_dataset(name, data=array.transpose(reverse), **storage)
    with path.open("r+b") as file:
        file.write(HEAD)
    return path


def mat_config(data: Path, tasks: tuple[str, ...] = ALL) -> Config:
    """The config that reads the file or the folder that holds it."""
    return Config(dataset="nyud-mat", data=str(data), tasks=tasks, size=SIZE)


def small_mat(folder: Path) -> Config:
    """Write a file of small images into a folder and return the config that reads it."""
    write_mat(folder / FILE)
    return mat_config(folder)
