"""What each pixel's centre sees -> labels of six tasks. Pure NumPy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mtal.rooms.scene_object import CLASSES

IGNORE = 255
PERSON = CLASSES.index("person")
NO_OBJECT = tuple(CLASSES.index(name) for name in ("wall", "floor", "ceiling", "window", "door"))
SEEN_PERSON = 0.012  # share of the image from which on a person is the salient object
CENTRAL = 0.6  # width of the middle that counts most, in half images


@dataclass(frozen=True)
class View:
    """One image's geometry, (H, W) or (H, W, 3)."""

    owner: np.ndarray  # int: number of the thing, -1 = none
    part: np.ndarray  # uint8: human part, 0 = none
    depth: np.ndarray  # float32 metres along z, 0 = none
    normals: np.ndarray  # float32, unit, camera frame, towards the camera; 0 = none
    shines: np.ndarray  # bool: lamps that are on, and windows


def labels_of(view: View, kinds: Sequence[int]) -> dict[str, np.ndarray]:
    """Task -> label. kinds: class id of every thing."""
    classes = np.array([*kinds, IGNORE], np.uint8)[view.owner]
    return {
        "semseg": classes,
        "depth": view.depth,
        "normals": view.normals,
        "edge": borders(view.owner),
        "saliency": salient(view.owner, classes),
        "human_parts": parts(view.part, classes),
    }


def borders(owner: np.ndarray) -> np.ndarray:
    """(H, W) uint8, 1 where the thing changes to the right or below."""
    edges = np.zeros(owner.shape, np.uint8)
    edges[:, :-1] |= owner[:, :-1] != owner[:, 1:]
    edges[:-1] |= owner[:-1] != owner[1:]
    return edges


def salient(owner: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """(H, W) uint8, 1 on one thing, as far as it is seen.

    Our rule: the largest person, if it covers SEEN_PERSON of the image; else the thing, no part of the room itself, with the
    largest sum of weights exp(-r^2 / (2 CENTRAL^2)), r being the distance from the middle in half images.
    """
    persons, pixels = np.unique(owner[classes == PERSON], return_counts=True)
    if len(persons) and pixels.max() >= SEEN_PERSON * owner.size:
        return (owner == persons[pixels.argmax()]).astype(np.uint8)
    object_ = ~np.isin(classes, [*NO_OBJECT, IGNORE])
    if not object_.any():
        return np.zeros(owner.shape, np.uint8)
    weights = np.bincount(owner[object_], _centrality(owner.shape)[object_])
    return (owner == weights.argmax()).astype(np.uint8)


def _centrality(shape: tuple[int, ...]) -> np.ndarray:
    y, x = ((np.arange(size) + 0.5) / size * 2 - 1 for size in shape)
    return np.exp(-(y[:, None] ** 2 + x[None] ** 2) / (2 * CENTRAL**2))


def parts(part: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """(H, W) uint8; an image without a person says nothing about parts."""
    return part if (classes == PERSON).any() else np.full(part.shape, IGNORE, np.uint8)
