"""Moods of light: which lights are on, how strong, in which colour.

Radiances are relative, since the image is exposed afterwards.
"""

from dataclasses import dataclass

import numpy as np

from mtal.rooms.textures import RGB

FLUX = {  # of one lamp; a window of 2 square metres has about 40 by day
    "ceiling_lamp": 22.0,
    "hanging_lamp": 20.0,
    "chandelier": 22.0,
    "strip_lamp": 24.0,
    "floor_lamp": 9.0,
    "table_lamp": 4.0,
    "desk_lamp": 2.0,
    "neon": 7.0,
}


@dataclass(frozen=True)
class Mood:
    """Time of day or weather, as the light that it brings."""

    name: str
    sky: RGB  # radiance behind windows, linear
    view: float  # brightness of the view behind windows, as sRGB value of its sky
    ceiling: float  # share of rooms whose ceiling lamp is on
    lamps: float  # share of rooms whose other lamps are on
    sun: float = 0.0  # irradiance of sunbeams at right angles
    neon: int = 0  # coloured tubes
    exposure: float = 0.28  # where the picture's middle brightness ends up, linear
    balance: float = 0.55  # share of the colour cast that the white balance removes


MOODS: dict[str, Mood] = {
    mood.name: mood
    for mood in (
        Mood("day", (6.0, 6.5, 7.2), 0.85, 0.35, 0.1),
        Mood("overcast", (3.4, 3.7, 4.1), 0.7, 0.6, 0.2, exposure=0.25),
        Mood("sun", (5.0, 5.8, 7.0), 0.9, 0.1, 0.0, sun=36.0),
        Mood("evening", (0.12, 0.16, 0.34), 0.35, 0.45, 1.0, exposure=0.22, balance=0.5),
        Mood("night", (0.01, 0.012, 0.03), 0.15, 0.0, 0.6, neon=2, exposure=0.13, balance=0.3),
    )
}


def kelvin(rng: np.random.Generator, low: float, high: float) -> RGB:
    """Draw the linear colour of a lamp between two temperatures in kelvin; red is 1.

    Our own piecewise fit to black bodies.
    """
    heat = rng.uniform(low, high) / 1000
    green = np.interp(heat, [2, 3, 4, 5, 6.5], [0.42, 0.62, 0.78, 0.89, 1.0])
    blue = np.interp(heat, [2, 3, 4, 5, 6.5], [0.1, 0.32, 0.55, 0.76, 1.0])
    return 1.0, float(green), float(blue)


def sunbeam(rng: np.random.Generator, inward: np.ndarray) -> np.ndarray:
    """Draw the unit direction (3,) of sunlight that comes in through a wall."""
    aside = np.cross(inward, [0, 1, 0]) * np.tan(np.radians(rng.uniform(-50, 50)))
    direction = inward + aside
    direction = direction / np.linalg.norm(direction)
    height = np.radians(rng.uniform(22, 48))
    return direction * np.cos(height) - np.array([0, np.sin(height), 0])
