"""A small folder with a tasks.yaml and labels of all six tasks, in sub-folders.

The values are random but correct.
"""

from pathlib import Path

import numpy as np
import yaml
from PIL import Image

from mtal.config import Config
from mtal.datasets.dataset import Dataset
from mtal.datasets.folder.folder import FOLDER

SIZE = (24, 32)
POOL, VALIDATION = ("a/0001", "a/0002", "b/0001", "0007"), ("c/0011", "0012")
ALL = ("semseg", "depth", "normals", "edge", "saliency", "human_parts")
DESCRIPTION = {
    "title": "Rooms",
    "note": "Made for tests.",
    "images": "images",
    "splits": {"pool": "pool.txt", "validation": "validation.txt"},
    "tasks": {
        "semseg": {
            "folder": "semseg",
            "classes": ["wall", "floor", "chair", "lamp"],
            "ignore": [255],
        },
        "depth": {"folder": "depth", "scale": 0.001, "far_m": 10, "typical_m": 2.8},
        "normals": {"folder": "normals"},
        "edge": {"folder": "edge"},
        "saliency": {"folder": "saliency"},
        "human_parts": {"folder": "human_parts"},
    },
}


def write_folder(
    folder: Path,
    description: dict = DESCRIPTION,
    pool: tuple[str, ...] = POOL,
    validation: tuple[str, ...] = VALIDATION,
) -> Path:
    """Write the folder and return it."""
    folder.mkdir(parents=True)
    describe(folder, description)
    for name, keys in (("pool", pool), ("validation", validation)):
        (folder / f"{name}.txt").write_text("".join(f"{key.replace('/', '__')}\n" for key in keys))
    for seed, key in enumerate(pool + validation):
        write_image(folder, key, np.random.default_rng(seed))
    return folder


def describe(folder: Path, description: dict) -> Path:
    """Write tasks.yaml and return the folder."""
    (folder / "tasks.yaml").write_text(yaml.safe_dump(description, sort_keys=False))
    return folder


def write_image(folder: Path, key: str, rng: np.random.Generator) -> None:
    """Write one image with its six labels."""
    save(folder / "images" / f"{key}.jpg", rng.integers(0, 256, (*SIZE, 3)).astype(np.uint8))
    classes = rng.integers(0, 4, SIZE).astype(np.uint8)
    classes[0, :3] = 255, 0, 3
    save(folder / "semseg" / f"{key}.png", classes)
    millimetres = rng.integers(700, 9000, SIZE).astype(np.uint16)
    millimetres[0, 0] = 0
    save(folder / "depth" / f"{key}.png", millimetres)
    normals = some_normals(rng)
    (folder / "normals" / key).parent.mkdir(parents=True, exist_ok=True)
    np.save(folder / "normals" / f"{key}.npy", normals)
    save(folder / "edge" / f"{key}.png", (rng.random(SIZE) < 0.1).astype(np.uint8))
    mask = np.zeros(SIZE, np.uint8)
    mask[5:15, 8:20] = 255
    save(folder / "saliency" / f"{key}.png", mask)
    save(folder / "human_parts" / f"{key}.png", rng.integers(0, 7, SIZE).astype(np.uint8))


def some_normals(rng: np.random.Generator) -> np.ndarray:
    """Draw normals, (H, W, 3) float32 of unit length, unknown in the first row."""
    normals = rng.normal(size=(*SIZE, 3)).astype(np.float32)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    normals[0] = 0
    return normals


def save(path: Path, pixels: np.ndarray, **options: object) -> None:
    """Save a picture and make its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)


def folder_config(folder: Path, tasks: tuple[str, ...] = ALL) -> Config:
    """A config that reads the folder."""
    return Config(dataset="folder", data=str(folder), tasks=tasks, size=SIZE)


def load_folder(folder: Path, *tasks: str) -> Dataset:
    """Load the folder with some tasks, or with all."""
    return FOLDER.load(folder_config(folder, tasks or ALL))
