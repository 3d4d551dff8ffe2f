"""Colours of skin, hair and cloth, and cloth patterns as tiling textures. All are our choice."""

import colorsys

import numpy as np

Colour = tuple[float, float, float]  # sRGB 0..1
TILE_M = 0.16  # width of cloth that one texture covers
PIXELS = 64  # side of a texture
SKINS = (
    (0.96, 0.82, 0.74),
    (0.91, 0.75, 0.65),
    (0.86, 0.68, 0.56),
    (0.76, 0.57, 0.44),
    (0.60, 0.42, 0.31),
    (0.46, 0.31, 0.23),
    (0.34, 0.23, 0.18),
)
HAIRS = (
    (0.07, 0.06, 0.06),
    (0.13, 0.09, 0.07),
    (0.22, 0.14, 0.09),
    (0.34, 0.22, 0.13),
    (0.55, 0.41, 0.24),
    (0.72, 0.58, 0.38),
    (0.42, 0.20, 0.10),
)
GREYS = ((0.62, 0.61, 0.60), (0.80, 0.79, 0.77), (0.42, 0.41, 0.40))
DARK = (
    (0.10, 0.11, 0.14),
    (0.15, 0.19, 0.29),
    (0.20, 0.27, 0.40),
    (0.27, 0.36, 0.50),
    (0.24, 0.24, 0.25),
    (0.36, 0.33, 0.29),
    (0.55, 0.48, 0.37),
    (0.30, 0.31, 0.22),
    (0.45, 0.46, 0.48),
)
LEATHER = (
    (0.06, 0.06, 0.06),
    (0.22, 0.13, 0.08),
    (0.38, 0.24, 0.14),
    (0.88, 0.87, 0.85),
    (0.18, 0.20, 0.28),
    (0.60, 0.60, 0.60),
    (0.65, 0.15, 0.15),
)


def near(colour: Colour, rng: np.random.Generator, by: float = 0.03) -> Colour:
    """Return a colour a little lighter or darker, and of a slightly different hue."""
    lighter = np.array(colour) * rng.normal(1, by)
    varied = np.clip(lighter + rng.normal(scale=by / 3, size=3), 0.02, 0.97)
    return float(varied[0]), float(varied[1]), float(varied[2])


def pick_colour(colours: tuple[Colour, ...], rng: np.random.Generator) -> Colour:
    """Draw one of the colours, slightly varied."""
    return near(colours[int(rng.integers(len(colours)))], rng)


def bright(rng: np.random.Generator) -> Colour:
    """Draw the colour of a shirt or dress: white, grey or black for a third, else of any hue."""
    if rng.random() < 0.33:
        if rng.random() < 0.45:
            return near((0.9, 0.9, 0.88), rng)
        grey = float(rng.uniform(0.06, 0.6))
        return near((grey, grey, grey), rng)
    return near(colorsys.hsv_to_rgb(rng.random(), rng.beta(2, 3.2), rng.uniform(0.25, 0.85)), rng)


def cloth(colour: Colour, pattern: str, rng: np.random.Generator) -> np.ndarray:
    """Return a woven texture (PIXELS, PIXELS, 3) uint8 with a pattern in a second, matching colour.

    `pattern` is a key of PATTERNS.
    """
    shade = np.clip(np.array(colour) * rng.choice([0.45, 0.65, 1.6]) + 0.06, 0, 1)
    other = np.array(bright(rng)) if rng.random() < 0.5 else shade
    share = PATTERNS[pattern](rng)[..., None]
    threads = 0.03 * np.sin(np.arange(PIXELS) * np.pi / 2)[:, None, None]
    weave = 1 + rng.normal(scale=0.05, size=(PIXELS, PIXELS, 1)) + threads
    shades = (np.array(colour) * (1 - share) + other * share) * weave
    return (255 * shades.clip(0, 1)).round().astype(np.uint8)


def _bands(rng: np.random.Generator) -> np.ndarray:
    """Return (PIXELS,) values 0 or 1: bands of equal width."""
    count, width = int(rng.choice([1, 2, 4, 6])), rng.uniform(0.2, 0.55)
    return ((np.arange(PIXELS) / PIXELS * count) % 1 < width).astype(float)


def _plain(rng: np.random.Generator) -> np.ndarray:
    return np.zeros((PIXELS, PIXELS))


def _striped(rng: np.random.Generator) -> np.ndarray:
    return np.repeat(_bands(rng)[:, None], PIXELS, axis=1)


def _pinstriped(rng: np.random.Generator) -> np.ndarray:
    return 0.6 * np.repeat((np.arange(PIXELS) % 8 < 2)[None].astype(float), PIXELS, axis=0)


def _plaid(rng: np.random.Generator) -> np.ndarray:
    down, across = _bands(rng), _bands(rng)
    return 0.5 * down[:, None] + 0.5 * across[None]


def _dotted(rng: np.random.Generator) -> np.ndarray:
    y, x = np.mgrid[:PIXELS, :PIXELS] % 16 - 7.5
    return (x**2 + y**2 < rng.uniform(4, 25)).astype(float)


def _mottled(rng: np.random.Generator) -> np.ndarray:
    """Threads of two shades at random, as in heather and denim."""
    return 0.5 * rng.random((PIXELS, PIXELS))


PATTERNS = {
    "plain": _plain,
    "striped": _striped,
    "pinstriped": _pinstriped,
    "plaid": _plaid,
    "dotted": _dotted,
    "mottled": _mottled,
}
