"""A small folder in the exact layout of NYUD_MT, with random but correct labels."""

from pathlib import Path

import numpy as np
from PIL import Image

from mtal.config import Config

SIZE = (24, 32)
TRAIN, VAL = ("0001", "0002", "0005", "0007"), ("0011", "0012")
ALL = ("semseg", "depth", "normals", "edge")


def write_nyud(folder: Path, train: tuple[str, ...] = TRAIN, val: tuple[str, ...] = VAL) -> Path:
    """Write the folder and return it."""
    for name in ("images", "segmentation", "depth", "normals", "edge", "gt_sets"):
        (folder / name).mkdir(parents=True)
    (folder / "gt_sets" / "train.txt").write_text("".join(f"{name}\n" for name in train))
    (folder / "gt_sets" / "val.txt").write_text("".join(f"{name}\n" for name in val))
    for seed, image_id in enumerate(train + val):
        write_image(folder, image_id, np.random.default_rng(seed))
    return folder


def write_image(folder: Path, image_id: str, rng: np.random.Generator) -> None:
    """Write one image with its four labels."""
    normals = rng.normal(size=(*SIZE, 3)).astype(np.float32)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    normals[0] = 0
    depth = rng.uniform(0.7, 9.0, SIZE).astype(np.float32)
    depth[0, 0], depth[0, 1] = 0, np.nan
    stored = rng.integers(0, 41, SIZE).astype(np.uint8)
    stored[0, 0], stored[0, 1], stored[0, 2] = 0, 1, 40
    Image.fromarray(rng.integers(0, 256, (*SIZE, 3)).astype(np.uint8)).save(
        folder / "images" / f"{image_id}.jpg"
    )
    Image.fromarray(stored).save(folder / "segmentation" / f"{image_id}.png")
    np.save(folder / "depth" / f"{image_id}.npy", depth)
    np.save(folder / "normals" / f"{image_id}.npy", normals)
    np.save(folder / "edge" / f"{image_id}.npy", (rng.random(SIZE) < 0.1).astype(np.float32))


def nyud_config(folder: Path, tasks: tuple[str, ...] = ALL) -> Config:
    """The config that reads the folder."""
    return Config(dataset="nyud", data=str(folder), tasks=tasks, size=SIZE)
