"""Colours of maps: classes that stay apart for colour-blind eyes, and scales for magnitudes.

Classes begin with the colours of Okabe and Ito. Later colours are added one by one, as far as
possible from all before them, in ordinary sight and as seen without red or green receptors
(matrices of Machado, Oliveira and Fernandes 2009). So the colour of class i does not depend on the
number of classes.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import cast

import numpy as np
from plotly.colors import hex_to_rgb, sequential

RGB = tuple[int, int, int]

IGNORED: RGB = (104, 104, 104)  # class pixels that count nowhere; the grey furthest from all others
MISSING: RGB = (0, 0, 0)  # pixels without a measurement

_OKABE_ITO: tuple[RGB, ...] = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (0, 114, 178),
    (213, 94, 0),
    (204, 121, 167),
)
# How linear RGB is seen: as it is, without red receptors, without green receptors.
_SIGHTS = np.array(
    [
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
    ]
)
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def cividis(values01: np.ndarray) -> np.ndarray:
    """Colour numbers in [0, 1] from dark blue to yellow: any shape -> that shape + (3,) uint8.

    Monotone in brightness, made for colour-blind eyes (Nuñez, Anderton and Renslow 2018). Values
    outside are clipped, NaN becomes 0.
    """
    return _look_up(values01, "Cividis")


def plasma(values01: np.ndarray) -> np.ndarray:
    """Colour numbers in [0, 1] from dark violet over red to yellow, in the form of `cividis`.

    For depth, so that it is not mistaken for a disagreement, which is drawn in cividis.
    """
    return _look_up(values01, "Plasma")


def _look_up(values01: np.ndarray, scale: str) -> np.ndarray:
    level = np.rint(np.clip(np.nan_to_num(values01, nan=0.0), 0, 1) * 255).astype(np.uint8)
    return _table(scale)[level]


def class_colours(classes: Sequence[str]) -> tuple[RGB, ...]:
    """A colour per class; "background" is black, as is the custom, and uses up no colour."""
    colours = iter(distinct_colours(len(classes)))
    return tuple(MISSING if name == "background" else next(colours) for name in classes)


@lru_cache
def distinct_colours(count: int) -> tuple[RGB, ...]:
    """The first `count` colours: always the same, none of them close to IGNORED or MISSING."""
    levels = np.arange(0, 256, 17)
    cube = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1)
    grid = _neither_dark_nor_white(cube.reshape(-1, 3))
    chosen = list(_OKABE_ITO[:count])
    seen = to_oklab(grid)  # (n, 3 sights, 3)
    gap = np.min([_least_gap(seen, colour) for colour in (IGNORED, MISSING, *chosen)], axis=0)
    while len(chosen) < count:
        # Rounded, so that the last bit of a processor's arithmetic never decides.
        red, green, blue = grid[np.argmax(gap.round(6))].tolist()
        chosen.append((red, green, blue))
        gap = np.minimum(gap, _least_gap(seen, chosen[-1]))
    return tuple(chosen)


def hex_legend(legend: Iterable[tuple[str, RGB]]) -> list[list[str]]:
    """Convert a task's legend to plain values, fit for JSON: [[text, "#rrggbb"]]."""
    return [[text, "#{:02x}{:02x}{:02x}".format(*colour)] for text, colour in legend]


def to_oklab(colours: np.ndarray) -> np.ndarray:
    """(N, 3) RGB in 0..255 -> (N, 3 sights, 3) OKLab, where distances are those that eyes see."""
    share = np.asarray(colours, dtype=np.float64) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    seen = np.einsum("sij,nj->nsi", _SIGHTS, linear).clip(0, 1)
    return np.cbrt(seen @ _TO_CONES.T) @ _TO_OKLAB.T


def _least_gap(seen: np.ndarray, colour: RGB) -> np.ndarray:
    """Distance of each colour to `colour`, for the kind of sight that tells them apart worst.

    seen: (n, 3 sights, 3) as from `to_oklab`. Returns (n,).
    """
    distances = np.linalg.norm(seen - to_oklab(np.array([colour])), axis=-1)  # (n, 3 sights)
    return cast(np.ndarray, distances.min(axis=1))


def _neither_dark_nor_white(colours: np.ndarray) -> np.ndarray:
    lightness = to_oklab(colours)[:, 0, 0]
    return colours[(lightness > 0.3) & (lightness < 0.97)]


@lru_cache
def _table(scale: str) -> np.ndarray:
    """(256, 3) uint8, interpolated between the ten colours that plotly has of a scale."""
    stops = np.array(
        [hex_to_rgb(colour) for colour in getattr(sequential, scale)], dtype=np.float64
    )
    levels, stop_levels = np.linspace(0, 1, 256), np.linspace(0, 1, len(stops))
    channels = [np.interp(levels, stop_levels, channel) for channel in stops.T]
    return np.stack(channels, axis=1).round().astype(np.uint8)
