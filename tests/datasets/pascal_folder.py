"""A small folder in the exact layout of PASCAL_MT, with random but correct labels.

The .mat files are nested as MATLAB nests them.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.io import savemat

from mtal.config import Config

TRAIN = ("2008_000001", "2008_000003", "2008_000026", "2009_000042")
VAL = ("2008_000002", "2010_000005")
SIZES = {
    "2008_000001": (24, 32),
    "2008_000003": (33, 21),
    "2008_000026": (24, 32),
    "2009_000042": (20, 40),
    "2008_000002": (30, 30),
    "2010_000005": (25, 31),
}
NO_PERSON, NO_PARTS = TRAIN[2], TRAIN[3]  # two cats; a person without parts
ALL = ("semseg", "edge", "normals", "human_parts", "saliency")
# Some of the 459, with and without normals
CONTEXT_CLASSES = (2, 59, 158, 187, 284, 360, 427, 431, 440)
FOLDERS = (
    "ImageSets/Context",
    "ImageSets/Parts",
    "JPEGImages",
    "semseg/VOC12",
    "semseg/pascal-context",
    "normals_distill",
    "sal_distill",
    "human_parts",
    "pascal-context/trainval",
)

Parts = Sequence[tuple[str, np.ndarray]]
SceneObject = tuple[int, np.ndarray, Parts]  # class_ind, mask, parts


def write_pascal(folder: Path) -> Path:
    """Write the folder and return it."""
    for name in FOLDERS:
        (folder / name).mkdir(parents=True)
    for name, ids in (("train", TRAIN), ("val", VAL)):
        lines = "".join(f"{image_id}\n" for image_id in ids)
        (folder / "ImageSets" / "Context" / f"{name}.txt").write_text(lines)
    for seed, (image_id, size) in enumerate(SIZES.items()):
        write_image(folder, image_id, size, np.random.default_rng(seed))
    return folder


def write_image(
    folder: Path, image_id: str, size: tuple[int, int], rng: np.random.Generator
) -> None:
    """Write one image with its five labels."""
    kind = rng.choice(["VOC12", "pascal-context"])
    stored = rng.integers(0, 21, size).astype(np.uint8)
    stored[0, :2] = 20, 255
    Image.fromarray(rng.integers(0, 256, (*size, 3)).astype(np.uint8)).save(
        folder / "JPEGImages" / f"{image_id}.jpg"
    )
    Image.fromarray(stored).save(folder / "semseg" / kind / f"{image_id}.png")
    normals = rng.normal(size=(*size, 3))
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    Image.fromarray(np.rint((normals + 1) / 2 * 255).astype(np.uint8)).save(
        folder / "normals_distill" / f"{image_id}.png"
    )
    Image.fromarray(rng.integers(0, 256, size).astype(np.uint8)).save(
        folder / "sal_distill" / f"{image_id}.png"
    )
    write_context(folder / "pascal-context" / "trainval" / f"{image_id}.mat", regions(size, rng))
    write_parts(folder / "human_parts" / f"{image_id}.mat", scene_objects(image_id, size, rng))


def regions(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """A class map, (H, W) uint16: every pixel has the class of the nearest of nine points.

    Some of the classes have normals, some have none.
    """
    points = rng.uniform(0, size, (len(CONTEXT_CLASSES), 2))
    pixels = np.stack(np.mgrid[: size[0], : size[1]], axis=-1)
    nearest = np.linalg.norm(pixels[:, :, None] - points, axis=-1).argmin(-1)
    return np.array(CONTEXT_CLASSES, np.uint16)[nearest]


def scene_objects(
    image_id: str, size: tuple[int, int], rng: np.random.Generator
) -> list[SceneObject]:
    """The objects of an image: a cat with parts and, as a rule, two people."""

    def mask() -> np.ndarray:
        return (rng.random(size) < 0.4).astype(np.uint8)

    cat = (8, mask(), [("head", mask()), ("tail", mask())])
    if image_id == NO_PERSON:
        return [cat, cat]
    if image_id == NO_PARTS:
        return [(15, mask(), []), cat]
    first = (15, mask(), [("head", mask()), ("torso", mask()), ("llarm", mask()), ("leye", mask())])
    return [first, cat, (15, mask(), [("rlleg", mask()), ("luleg", mask()), ("ruarm", mask())])]


def write_context(path: Path, classes: np.ndarray) -> None:
    """Write a class map."""
    savemat(path, {"LabelMap": classes}, do_compression=True)


def write_parts(path: Path, objects: Sequence[SceneObject]) -> None:
    """Write anno, 1 x 1 with imname and objects.

    objects is 1 x N with class, class_ind, mask and parts; parts is 1 x M with part_name and mask,
    or [].
    """
    rows = []
    for number, mask, parts in objects:
        part_rows = [{"part_name": name, "mask": part} for name, part in parts]
        rows.append(
            {
                "class": "person" if number == 15 else "cat",
                "class_ind": float(number),
                "mask": mask,
                "parts": _struct(part_rows),
            }
        )
    anno = _struct([{"imname": path.stem, "objects": _struct(rows)}])
    savemat(path, {"anno": anno}, do_compression=True)


def _struct(rows: Sequence[dict[str, object]]) -> np.ndarray:
    """Make a struct array, (1, N), or MATLAB's [] of no rows."""
    if not rows:
        return np.zeros((0, 0))
    array = np.empty((1, len(rows)), dtype=[(name, object) for name in rows[0]])
    for index, row in enumerate(rows):
        array[0, index] = tuple(row.values())
    return array


def pascal_config(folder: Path, tasks: tuple[str, ...] = ALL) -> Config:
    """The config that reads the folder."""
    return Config(dataset="pascal", data=str(folder), tasks=tasks, size=(24, 32))
