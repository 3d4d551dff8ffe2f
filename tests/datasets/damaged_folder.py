"""A folder in the layout of NYUD_MT, made of drawn images and then damaged, each image in one way.

`python -m tests.datasets.damaged_folder FOLDER` writes one to look at.
"""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from mtal.config import Config
from mtal.datasets.dataset import Split
from mtal.datasets.synthetic.scenes import CLASSES
from mtal.datasets.synthetic.shapes import DRAWN

TASKS = ("semseg", "depth", "normals", "edge")
SIZE = (120, 160)
POOL, VALIDATION = 48, 16

# (split, id, source) -> (kind, severity): exactly the problems of `write_damaged`
EXPECTED = {
    ("pool", "pool00001", "image"): ("truncated", "left out"),
    ("pool", "pool00002", "image"): ("empty file", "left out"),
    ("pool", "pool00003", "image"): ("unreadable", "left out"),
    ("pool", "pool00004", "image"): ("missing", "left out"),
    ("pool", "pool00005", "semseg"): ("wrong size", "label ignored"),
    ("pool", "pool00006", "semseg"): ("out of range", "label ignored"),
    ("pool", "pool00007", "depth"): ("wrong unit", "label ignored"),
    ("pool", "pool00008", "normals"): ("odd values", "label ignored"),
    ("pool", "pool00009", "normals"): ("odd values", "label ignored"),
    ("pool", "pool00010", "depth"): ("truncated", "label ignored"),
    ("pool", "pool00011", "image"): ("duplicate", "note"),
    ("pool", "pool00013", "semseg"): ("one value", "note"),
    ("pool", "pool00014", "depth"): ("other unit", "note"),
    ("pool", "pool00015", "normals"): ("turned away", "note"),
    ("pool", "pool00016", "edge"): ("mostly yes", "note"),
    ("pool", "pool00017", "semseg"): ("copied label", "note"),
    ("pool", "pool00018", "image"): ("blank image", "note"),
    ("pool", "pool00019", "semseg"): ("nearly empty", "note"),
}
NO_LABEL = ("pool00020", "edge")  # it has no file, which is no problem
LEAKS = {
    "val00001": ("pool00020", "same picture"),
    "val00002": ("pool00021", "nearly the same picture"),
}
ALIKE = {
    frozenset({"pool00010", "pool00011"}),
    frozenset({"pool00012", "pool00022"}),
    frozenset({"pool00020", "val00001"}),
    frozenset({"pool00021", "val00002"}),
}


def write_damaged(folder: Path, pool: int = POOL, validation: int = VALIDATION) -> Path:
    """Write the sound folder, damage it as EXPECTED, LEAKS and ALIKE say, and return it."""
    write_drawn(folder, pool, validation)
    _damage_images(folder / "images")
    _damage_labels(folder)
    return folder


def write_drawn(folder: Path, pool: int = POOL, validation: int = VALIDATION) -> Path:
    """Write drawn images with four kinds of labels, and return the folder."""
    for name in ("images", "segmentation", "depth", "normals", "edge", "gt_sets"):
        (folder / name).mkdir(parents=True)
    (folder / "classes.txt").write_text("\n".join(CLASSES))
    drawn = DRAWN.load(Config(dataset="drawn", data=f"{pool}+{validation}", size=SIZE, tasks=TASKS))
    tasks = {task.name: task for task in drawn.tasks}
    for name, split in (("train", drawn.pool), ("val", drawn.validation)):
        (folder / "gt_sets" / f"{name}.txt").write_text("\n".join(split.ids))
        for index in range(len(split.ids)):
            _write(folder, split, index, tasks)
    return folder


def damaged_config(folder: Path) -> Config:
    """A config that reads the folder."""
    return Config(dataset="nyud", data=str(folder), tasks=TASKS, size=SIZE)


def _write(folder: Path, split: Split, index: int, tasks: dict) -> None:
    stem = split.ids[index]
    Image.fromarray(split.image(index)).save(folder / "images" / f"{stem}.jpg", quality=95)
    classes = split.label(index, tasks["semseg"]) + 1
    Image.fromarray(classes).save(folder / "segmentation" / f"{stem}.png")
    for name in ("depth", "normals", "edge"):
        np.save(folder / name / f"{stem}.npy", split.label(index, tasks[name]).astype(np.float32))


def _damage_images(images: Path) -> None:
    whole = (images / "pool00001.jpg").read_bytes()
    (images / "pool00001.jpg").write_bytes(whole[: len(whole) // 2])
    (images / "pool00002.jpg").write_bytes(b"")
    (images / "pool00003.jpg").write_text("This is no photograph.")
    (images / "pool00004.jpg").unlink()
    shutil.copy(images / "pool00010.jpg", images / "pool00011.jpg")
    with Image.open(images / "pool00012.jpg") as image:  # three quarters of the size and back
        image.resize((120, 90)).resize((160, 120)).save(images / "pool00022.jpg", quality=60)
    Image.new("RGB", (160, 120), (90, 91, 90)).save(images / "pool00018.jpg")
    shutil.copy(images / "pool00020.jpg", images / "val00001.jpg")
    with Image.open(images / "pool00021.jpg") as image:
        image.point(lambda value: value * 0.85).save(images / "val00002.jpg", quality=50)


def _damage_labels(folder: Path) -> None:
    segmentation, depth = folder / "segmentation", folder / "depth"
    normals, edge = folder / "normals", folder / "edge"
    Image.fromarray(np.ones((60, 80), np.uint8)).save(segmentation / "pool00005.png")
    _change_png(segmentation / "pool00006.png", lambda label: np.where(label == 1, 77, label))
    _change(depth / "pool00007.npy", lambda label: 1000 * label)  # millimetres
    _change(normals / "pool00008.npy", lambda label: np.where(label > 0.9, np.nan, label))
    _change(normals / "pool00009.npy", lambda label: 0.5 * label)
    (depth / "pool00010.npy").write_bytes((depth / "pool00010.npy").read_bytes()[:-4000])
    _change_png(segmentation / "pool00013.png", lambda label: np.full_like(label, 2))
    _change(depth / "pool00014.npy", lambda label: 39.37 * label)  # inches
    _change(normals / "pool00015.npy", lambda label: -label)
    _change(edge / "pool00016.npy", lambda label: 1 - label)
    shutil.copy(segmentation / "pool00000.png", segmentation / "pool00017.png")
    _change_png(
        segmentation / "pool00019.png",
        lambda label: np.where(np.arange(label.size).reshape(label.shape) < 99, label, 0),
    )
    (edge / f"{NO_LABEL[0]}.npy").unlink()


def _change(path: Path, damage: Callable[[np.ndarray], np.ndarray]) -> None:
    np.save(path, damage(np.load(path)).astype(np.float32))


def _change_png(path: Path, damage: Callable[[np.ndarray], np.ndarray]) -> None:
    with Image.open(path) as image:
        label = np.asarray(image)
    Image.fromarray(damage(label).astype(np.uint8)).save(path)


if __name__ == "__main__":
    print(write_damaged(Path(sys.argv[1])))
