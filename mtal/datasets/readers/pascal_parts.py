"""PASCAL-Part: a map of six groups of body parts from a .mat per image. docs/data.md, section 4."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mtal.datasets.dataset import DataError
from mtal.datasets.readers.decode import read_mat
from mtal.datasets.readers.matlab import Value
from mtal.tasks.human_parts import PARTS
from mtal.tasks.task import IGNORE

PERSON = 15  # class_ind of people
# Group -> names of its parts; l and r mean left and right
MEMBERS = {
    "head": "hair head lear rear lebrow rebrow leye reye mouth nose",
    "torso": "neck torso",
    "upper arms": "luarm ruarm",
    "lower arms": "llarm rlarm lhand rhand",
    "upper legs": "luleg ruleg",
    "lower legs": "llleg rlleg lfoot rfoot",
}
GROUP = {part: PARTS.index(group) for group, parts in MEMBERS.items() for part in parts.split()}
LAYOUT = (
    "it must hold anno.objects with class_ind, mask and parts (part_name, mask); "
    "put the file of PASCAL-Part there"
)


def read_parts(path: Path, size: tuple[int, int]) -> np.ndarray:
    """Read the map of part groups, (H, W) uint8, 0 to 6. DataError if the file is broken.

    All IGNORE where no part of a person is marked: 0 would claim that somebody looked. Where parts
    overlap the later one in the file wins (an eye over its head), as in the reference code.
    """
    parts = np.zeros(size, np.uint8)
    for name, mask in _parts_of_people(path):
        if name not in GROUP:
            raise DataError(
                f"{path}: a person has a part {name!r}; the parts are {', '.join(GROUP)}"
            )
        if mask.shape != size:
            raise DataError(
                f"{path}: the mask of {name} is {' x '.join(map(str, mask.shape))}, "
                f"but its image is {size[0]} x {size[1]}"
            )
        parts[mask != 0] = GROUP[name]
    return parts if parts.any() else no_person_label(size)


def no_person_label(size: tuple[int, int]) -> np.ndarray:
    """The label of an image without a person: IGNORE everywhere, (H, W) uint8."""
    return np.full(size, IGNORE, np.uint8)


def without_people(path: Path) -> frozenset[str]:
    """Ids of images without a person, from a JSON file, id -> classes of its objects.

    The reference code writes that file and trusts it first; here it counts only for images without
    a file of parts. So an unreadable file means no ids, not an error.
    """
    try:
        classes_by_id = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return frozenset()
    if not isinstance(classes_by_id, dict):
        return frozenset()
    return frozenset(
        name
        for name, classes in classes_by_id.items()
        if isinstance(classes, list) and PERSON not in classes
    )


def _parts_of_people(path: Path) -> Iterator[tuple[str, np.ndarray]]:
    """Name and mask of every part of a person, in the order of the file."""
    for anno in _structs(read_mat(path, "anno"), path, "anno"):
        for scene_object in _structs(anno.get("objects"), path, "objects"):
            if _class(scene_object.get("class_ind"), path) != PERSON:
                continue
            for part in _structs(scene_object.get("parts"), path, "parts"):
                name, mask = part.get("part_name"), part.get("mask")
                if not isinstance(name, str) or not isinstance(mask, np.ndarray):
                    raise DataError(f"{path}: a part without part_name or mask; {LAYOUT}")
                yield name, mask


def _structs(value: Value | None, path: Path, field: str) -> list[dict[str, Value]]:
    """The structs of a field; none for MATLAB's []."""
    if isinstance(value, np.ndarray) and not value.size:
        return []
    if not isinstance(value, list):
        problem = "missing" if value is None else "no struct"
        raise DataError(f"{path}: {field} is {problem}; {LAYOUT}")
    return value


def _class(value: Value | None, path: Path) -> float:
    if not isinstance(value, np.ndarray) or value.size != 1:
        raise DataError(f"{path}: an object whose class_ind is no number; {LAYOUT}")
    return float(value.item())
