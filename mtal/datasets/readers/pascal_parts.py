"""PASCAL-Part: the parts of people in an image (a .mat per image) -> a map of six groups. docs/data.md, section 4."""

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
MEMBERS = {  # group -> names of its parts, l and r are left and right
    "head": "hair head lear rear lebrow rebrow leye reye mouth nose",
    "torso": "neck torso",
    "upper arms": "luarm ruarm",
    "lower arms": "llarm rlarm lhand rhand",
    "upper legs": "luleg ruleg",
    "lower legs": "llleg rlleg lfoot rfoot",
}
GROUP = {part: PARTS.index(group) for group, parts in MEMBERS.items() for part in parts.split()}
LAYOUT = "it must hold anno.objects with class_ind, mask and parts (part_name, mask); put the file of PASCAL-Part there"


def read_parts(path: Path, size: tuple[int, int]) -> np.ndarray:
    """(H, W) uint8, 0 to 6; all IGNORE where no part of a person is to be seen, for then 0 would mean "nobody looked".

    Where parts overlap the later one in the file wins (an eye over its head), as in the reference code.
    """
    parts = np.zeros(size, np.uint8)
    for name, mask in _parts_of_people(path):
        if name not in GROUP:
            raise DataError(
                f"{path}: a person has a part {name!r}; the parts are {', '.join(GROUP)}"
            )
        if mask.shape != size:
            raise DataError(
                f"{path}: the mask of {name} is {' x '.join(map(str, mask.shape))}, but its image is "
                f"{size[0]} x {size[1]}"
            )
        parts[mask != 0] = GROUP[name]
    return parts if parts.any() else nobody(size)


def nobody(size: tuple[int, int]) -> np.ndarray:
    """The label of an image without a person."""
    return np.full(size, IGNORE, np.uint8)


def without_people(path: Path) -> frozenset[str]:
    """Ids of images without a person, from the note that the reference code makes: JSON, id -> classes of its objects.

    It asks this note first; here the file of parts is asked where there is one. So a note that cannot be read says nothing.
    """
    try:
        noted = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return frozenset()
    ids = noted.items() if isinstance(noted, dict) else ()
    return frozenset(
        one for one, classes in ids if isinstance(classes, list) and PERSON not in classes
    )


def _parts_of_people(path: Path) -> Iterator[tuple[str, np.ndarray]]:
    """Name and mask, in the order of the file."""
    for anno in _structs(read_mat(path, "anno"), path, "anno"):
        for thing in _structs(anno.get("objects"), path, "objects"):
            if _class(thing.get("class_ind"), path) == PERSON:
                for part in _structs(thing.get("parts"), path, "parts"):
                    name, mask = part.get("part_name"), part.get("mask")
                    if not isinstance(name, str) or not isinstance(mask, np.ndarray):
                        raise DataError(f"{path}: a part without part_name or mask; {LAYOUT}")
                    yield name, mask


def _structs(value: Value | None, path: Path, what: str) -> list[dict[str, Value]]:
    """The structs, none for MATLAB's []."""
    if isinstance(value, np.ndarray) and not value.size:
        return []
    if not isinstance(value, list):
        raise DataError(
            f"{path}: {what} is {'missing' if value is None else 'no struct'}; {LAYOUT}"
        )
    return value


def _class(value: Value | None, path: Path) -> float:
    if not isinstance(value, np.ndarray) or value.size != 1:
        raise DataError(f"{path}: an object whose class_ind is no number; {LAYOUT}")
    return float(value.item())
