"""Write the data set as a folder: images, one PNG per label, lists of ids, tasks.yaml.

Files are renamed into place, so none is ever half written. docs/data.md describes the folder.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from mtal.config import ConfigError, dump_yaml, read_settings
from mtal.rooms.plan import SPLITS, Visit
from mtal.rooms.scene_object import CLASSES

NEAREST = 0.3  # metres that the largest 16-bit number stands for
INVERSE = 65535 * NEAREST  # metres = INVERSE / pixel
QUALITY = 93
MADE, VERSION = "made.yaml", 1  # file with the settings of the generator, and its version
NOTE = (
    "Rendered rooms, not photographs: path-traced, with exact labels. Figures on them say how "
    "a method fares on rendered rooms only. Curtains count as window, rugs as floor, desks as "
    "table, stools and armchairs as chair, baths, basins and computers as appliance."
)


def depth_pixels(depth: np.ndarray) -> np.ndarray:
    """Encode depth in metres as uint16 inverse depth, which is linear on planes; 0 = no value."""
    inverse = (INVERSE / np.maximum(depth, NEAREST)).round().clip(1, 65535)
    return np.where(depth > 0, inverse, 0).astype(np.uint16)


def normal_pixels(normals: np.ndarray) -> np.ndarray:
    """Encode unit normals n as uint8 RGB v with n = 2 v / 255 - 1; zero vectors become black."""
    valid = (normals != 0).any(axis=-1, keepdims=True)
    return np.where(valid, ((normals + 1) * 127.5).round().clip(0, 255), 0).astype(np.uint8)


def one_bit(mask: np.ndarray) -> np.ndarray:
    """Encode 0 and 1 as booleans, for which PNG takes one bit per pixel."""
    return np.asarray(mask) > 0


ENCODE: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "depth": depth_pixels,
    "normals": normal_pixels,
    "edge": one_bit,
    "saliency": one_bit,
}
LABELS = ("semseg", "depth", "normals", "edge", "saliency", "human_parts")


def files(folder: Path, name: str) -> dict[str, Path]:
    """Return the files of a frame: key "image" and the name of every task."""
    return {
        "image": folder / "images" / f"{name}.jpg",
        **{task: folder / task / f"{name}.png" for task in LABELS},
    }


def write_frame(folder: Path, name: str, image: np.ndarray, labels: dict[str, np.ndarray]) -> None:
    """Write a frame's labels, then its image (H, W, 3) uint8, which so marks a complete frame."""
    paths = files(folder, name)
    for task in LABELS:
        pixels = ENCODE.get(task, np.asarray)(labels[task])
        _whole(paths[task], partial(Image.fromarray(pixels).save, format="PNG", optimize=True))
    jpeg = partial(
        Image.fromarray(image).save, format="JPEG", quality=QUALITY, subsampling=0, optimize=True
    )
    _whole(paths["image"], jpeg)


def _whole(path: Path, write: Callable[[Path], None]) -> None:
    """Call `write` with a temporary path beside `path`, then rename the file to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    write(beside)
    beside.replace(path)


def write_lists(folder: Path, visits: Sequence[Visit]) -> None:
    """Write the list of ids of each split, and tasks.yaml."""
    for split in SPLITS:
        ids = [name for visit in visits if visit.split == split for name in visit.ids]
        write_text(folder / f"{split}.txt", "".join(f"{name}\n" for name in ids))
    settings: dict[str, object] = {
        "title": "Rooms",
        "note": NOTE,
        "images": "images",
        "splits": {split: f"{split}.txt" for split in SPLITS},
        "tasks": {
            "semseg": {"folder": "semseg", "classes": list(CLASSES)},
            "depth": {"folder": "depth", "inverse": INVERSE, "far_m": 8, "typical_m": 3},
            **{task: {"folder": task} for task in LABELS[2:]},
        },
    }
    write_text(folder / "tasks.yaml", dump_yaml(settings, flow=False))


def write_made(folder: Path, settings: Mapping[str, object]) -> None:
    """Write the generator's settings, so that a later call does not mix in other frames."""
    write_text(folder / MADE, dump_yaml({"version": VERSION, **settings}, flow=False))


def read_made(folder: Path) -> dict[str, object] | None:
    """Return the settings that the folder was made with; None for a folder without a data set.

    Raises ConfigError for a data set without these settings, or with those of another version.
    """
    if not (folder / MADE).exists():
        if (folder / "tasks.yaml").exists():
            raise ConfigError(
                f"--out: {folder} holds a data set without {MADE}, "
                "which names the settings of the generator; choose another --out"
            )
        return None
    settings = read_settings(folder / MADE)
    if settings.pop("version", None) != VERSION:
        raise ConfigError(
            f"--out: {folder / MADE} is not of version {VERSION}; choose another --out"
        )
    return settings


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8, whole or not at all."""

    def write(temporary: Path) -> None:
        temporary.write_text(text, encoding="utf-8")

    _whole(path, write)
