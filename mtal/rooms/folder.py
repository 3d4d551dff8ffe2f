"""The data set as a folder: images, one PNG per label, the lists of ids, tasks.yaml. Files appear whole or not at all."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import yaml
from PIL import Image

from mtal.config import ConfigError, read_settings
from mtal.rooms.plan import SPLITS, Visit
from mtal.rooms.scene_object import CLASSES

NEAREST = 0.3  # metres: the largest 16-bit number
INVERSE = 65535 * NEAREST  # metres = INVERSE / pixel
QUALITY = 93
MADE, VERSION = "made.yaml", 1  # what the folder was made with
NOTE = (
    "Rendered rooms, not photographs: path-traced, with exact labels. Figures on them say how a method fares on rendered "
    "rooms only. Curtains count as window, rugs as floor, desks as table, stools and armchairs as chair, baths, basins and "
    "computers as appliance."
)


def depth_pixels(depth: np.ndarray) -> np.ndarray:
    """Metres, 0 = none -> uint16 inverse depth, piecewise linear on planes, 0 = none."""
    return np.where(
        depth > 0, (INVERSE / np.maximum(depth, NEAREST)).round().clip(1, 65535), 0
    ).astype(np.uint16)


def normal_pixels(normals: np.ndarray) -> np.ndarray:
    """Unit vectors, 0 = none -> uint8 RGB, n = 2 v / 255 - 1, black = none."""
    known = (normals != 0).any(axis=-1, keepdims=True)
    return np.where(known, ((normals + 1) * 127.5).round().clip(0, 255), 0).astype(np.uint8)


def one_bit(mask: np.ndarray) -> np.ndarray:
    """0 / 1 -> booleans: PNG then takes one bit per pixel, which readers see as 0 and 255 or as booleans."""
    return np.asarray(mask) > 0


ENCODE: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "depth": depth_pixels,
    "normals": normal_pixels,
    "edge": one_bit,
    "saliency": one_bit,
}
LABELS = ("semseg", "depth", "normals", "edge", "saliency", "human_parts")


def files(folder: Path, name: str) -> dict[str, Path]:
    """ "image" and every task -> its file."""
    return {
        "image": folder / "images" / f"{name}.jpg",
        **{task: folder / task / f"{name}.png" for task in LABELS},
    }


def write_frame(folder: Path, name: str, image: np.ndarray, labels: dict[str, np.ndarray]) -> None:
    """The image comes last: where it is, the labels are."""
    places = files(folder, name)
    for task in LABELS:
        pixels = ENCODE.get(task, np.asarray)(labels[task])
        _whole(places[task], partial(Image.fromarray(pixels).save, format="PNG", optimize=True))
    jpeg = partial(
        Image.fromarray(image).save, format="JPEG", quality=QUALITY, subsampling=0, optimize=True
    )
    _whole(places["image"], jpeg)


def _whole(path: Path, write: Callable[[Path], None]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    write(beside)
    beside.replace(path)


def write_lists(folder: Path, visits: Sequence[Visit]) -> None:
    """The ids of each split, and tasks.yaml."""
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
    write_text(folder / "tasks.yaml", yaml.safe_dump(settings, sort_keys=False, width=120))


def write_made(folder: Path, settings: Mapping[str, object]) -> None:
    """Says what the folder is made with, so that a later call does not mix in frames of another kind."""
    write_text(folder / MADE, yaml.safe_dump({"version": VERSION, **settings}, sort_keys=False))


def read_made(folder: Path) -> dict[str, object] | None:
    """What the folder was made with; None where nothing is yet. ConfigError if there is a data set that does not say."""
    if not (folder / MADE).exists():
        if (folder / "tasks.yaml").exists():
            raise ConfigError(
                f"--out: {folder} holds a data set without {MADE}, so nobody knows what it was made with; "
                "choose another --out"
            )
        return None
    settings = read_settings(folder / MADE)
    if settings.pop("version", None) != VERSION:
        raise ConfigError(
            f"--out: {folder / MADE} is not of version {VERSION}; choose another --out"
        )
    return settings


def write_text(path: Path, text: str) -> None:
    def write(there: Path) -> None:
        there.write_text(text, encoding="utf-8")

    _whole(path, write)
