"""Labels of six tasks from the geometry at each pixel's centre."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mtal.rooms.scene_object import CLASSES

IGNORE = 255
PERSON = CLASSES.index("person")
NO_OBJECT = tuple(CLASSES.index(name) for name in ("wall", "floor", "ceiling", "window", "door"))
SEEN_PERSON = 0.012  # share of the image that makes a person the salient object
CENTRAL = 0.6  # width of the middle that counts most, in half images


@dataclass(frozen=True)
class View:
    """Geometry of one image, maps (H, W) or (H, W, 3)."""

    owner: np.ndarray  # int: index of the object, -1 = none
    part: np.ndarray  # uint8: human part, 0 = none
    depth: np.ndarray  # float32 metres along z, 0 = none
    normals: np.ndarray  # float32, unit, camera frame, towards the camera; 0 = none
    shines: np.ndarray  # bool: lamps that are on, and windows


def labels_of(view: View, object_classes: Sequence[int]) -> dict[str, np.ndarray]:
    """Return the label of each task; object_classes: class index of every object."""
    classes = np.array([*object_classes, IGNORE], np.uint8)[view.owner]
    return {
        "semseg": classes,
        "depth": view.depth,
        "normals": view.normals,
        "edge": borders(view.owner),
        "saliency": salient(view.owner, classes),
        "human_parts": parts(view.part, classes),
    }


def borders(owner: np.ndarray) -> np.ndarray:
    """Return edges (H, W) uint8, 1 where the pixel to the right or below shows another object."""
    edges = np.zeros(owner.shape, np.uint8)
    edges[:, :-1] |= owner[:, :-1] != owner[:, 1:]
    edges[:-1] |= owner[:-1] != owner[1:]
    return edges


def salient(owner: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Return the visible mask (H, W) uint8 of the salient object.

    Our choice: the largest person, if it covers SEEN_PERSON of the image; otherwise the object, not
    part of the room itself, with the largest sum of weights exp(-r^2 / (2 CENTRAL^2)), where r is
    the distance from the image's centre in half images.
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
    """Return the weights (H, W) of pixels by their distance from the centre."""
    y, x = ((np.arange(size) + 0.5) / size * 2 - 1 for size in shape)
    return np.exp(-(y[:, None] ** 2 + x[None] ** 2) / (2 * CENTRAL**2))


def parts(part: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Return human parts (H, W) uint8, IGNORE everywhere in an image without a person."""
    return part if (classes == PERSON).any() else np.full(part.shape, IGNORE, np.uint8)
