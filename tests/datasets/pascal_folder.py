"""A small folder in the exact layout of PASCAL_MT, with random but correct labels; .mat files as MATLAB nests them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.io import savemat

from mtal.config import Config

TRAIN, VAL = (
    ("2008_000001", "2008_000003", "2008_000026", "2009_000042"),
    ("2008_000002", "2010_000005"),
)
SIZES = dict(
    zip(TRAIN + VAL, [(24, 32), (33, 21), (24, 32), (20, 40), (30, 30), (25, 31)], strict=True)
)
NO_PERSON, NO_PARTS = TRAIN[2], TRAIN[3]  # two cats; a person without parts
ALL = ("semseg", "edge", "normals", "human_parts", "saliency")
CONTEXT_CLASSES = (
    2,
    59,
    158,
    187,
    284,
    360,
    427,
    431,
    440,
)  # some of the 459, with and without normals
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
    """Writes the folder and returns it."""
    for name in FOLDERS:
        (folder / name).mkdir(parents=True)
    for name, ids in (("train", TRAIN), ("val", VAL)):
        (folder / "ImageSets" / "Context" / f"{name}.txt").write_text(
            "".join(f"{one}\n" for one in ids)
        )
    for seed, (one, size) in enumerate(SIZES.items()):
        write_image(folder, one, size, np.random.default_rng(seed))
    return folder


def write_image(folder: Path, one: str, size: tuple[int, int], rng: np.random.Generator) -> None:
    """One image with its five labels."""
    kind = rng.choice(["VOC12", "pascal-context"])
    stored = rng.integers(0, 21, size).astype(np.uint8)
    stored[0, :2] = 20, 255
    Image.fromarray(rng.integers(0, 256, (*size, 3)).astype(np.uint8)).save(
        folder / "JPEGImages" / f"{one}.jpg"
    )
    Image.fromarray(stored).save(folder / "semseg" / kind / f"{one}.png")
    normals = rng.normal(size=(*size, 3))
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    Image.fromarray(np.rint((normals + 1) / 2 * 255).astype(np.uint8)).save(
        folder / "normals_distill" / f"{one}.png"
    )
    Image.fromarray(rng.integers(0, 256, size).astype(np.uint8)).save(
        folder / "sal_distill" / f"{one}.png"
    )
    write_context(folder / "pascal-context" / "trainval" / f"{one}.mat", regions(size, rng))
    write_parts(folder / "human_parts" / f"{one}.mat", things(one, size, rng))


def regions(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """(H, W) uint16: every pixel has the class of the nearest of nine points, among them one with and one without normals."""
    points = rng.uniform(0, size, (len(CONTEXT_CLASSES), 2))
    places = np.stack(np.mgrid[: size[0], : size[1]], axis=-1)
    nearest = np.linalg.norm(places[:, :, None] - points, axis=-1).argmin(-1)
    return np.array(CONTEXT_CLASSES, np.uint16)[nearest]


def things(one: str, size: tuple[int, int], rng: np.random.Generator) -> list[SceneObject]:
    """The objects of an image: a cat with parts and, as a rule, two people."""

    def mask() -> np.ndarray:
        return (rng.random(size) < 0.4).astype(np.uint8)

    cat = (8, mask(), [("head", mask()), ("tail", mask())])
    if one == NO_PERSON:
        return [cat, cat]
    if one == NO_PARTS:
        return [(15, mask(), []), cat]
    first = (15, mask(), [("head", mask()), ("torso", mask()), ("llarm", mask()), ("leye", mask())])
    return [first, cat, (15, mask(), [("rlleg", mask()), ("luleg", mask()), ("ruarm", mask())])]


def write_context(path: Path, classes: np.ndarray) -> None:
    """A class map."""
    savemat(path, {"LabelMap": classes}, do_compression=True)


def write_parts(path: Path, objects: Sequence[SceneObject]) -> None:
    """anno, 1 x 1 with imname and objects, 1 x N with class, class_ind, mask and parts, 1 x M with part_name and mask, or []."""
    anno = _struct(
        [
            {
                "imname": path.stem,
                "objects": _struct(
                    [
                        {
                            "class": "person" if number == 15 else "cat",
                            "class_ind": float(number),
                            "mask": mask,
                            "parts": _struct(
                                [{"part_name": name, "mask": part} for name, part in parts]
                            ),
                        }
                        for number, mask, parts in objects
                    ]
                ),
            }
        ]
    )
    savemat(path, {"anno": anno}, do_compression=True)


def _struct(rows: Sequence[dict[str, object]]) -> np.ndarray:
    """(1, N) struct array, or MATLAB's []."""
    if not rows:
        return np.zeros((0, 0))
    array = np.empty((1, len(rows)), dtype=[(name, object) for name in rows[0]])
    for place, row in enumerate(rows):
        array[0, place] = tuple(row.values())
    return array


def pascal_config(folder: Path, tasks: tuple[str, ...] = ALL) -> Config:
    """Settings that read the folder."""
    return Config(dataset="pascal", data=str(folder), tasks=tasks, size=(24, 32))
