"""Textures of floors, walls, fabrics and pictures, made of noise.

All are (h, w, 3) uint8 sRGB; those of surfaces repeat without a seam.
"""

import colorsys
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

RGB = tuple[float, float, float]  # sRGB, 0..1
SIDE = 256  # pixels


def paint(hue: float, saturation: float, value: float) -> RGB:
    """Return the colour with this hue, saturation and value, within what real paint reflects."""
    saturation, value = float(np.clip(saturation, 0, 1)), float(np.clip(value, 0.04, 0.93))
    return colorsys.hsv_to_rgb(hue % 1, saturation, value)


def noise(
    rng: np.random.Generator,
    height: int = SIDE,
    width: int = SIDE,
    rough: float = 1.6,
    stretch: float = 1.0,
) -> np.ndarray:
    """Draw periodic noise (height, width) of mean 0 and standard deviation 1.

    The spectrum falls with frequency^rough; stretch > 1 gives streaks along x.
    """
    up, across = np.fft.fftfreq(height)[:, None] * height, np.fft.fftfreq(width)[None] * width
    frequency = np.hypot(up, across * stretch)
    frequency[0, 0] = np.inf
    waves = np.fft.fft2(rng.normal(size=(height, width))) / frequency**rough
    values = np.fft.ifft2(waves).real
    return values / max(values.std(), 1e-9)


def shaded(colour: RGB, light: np.ndarray) -> np.ndarray:
    """Return a texture (H, W, 3) of one colour, shaded by factors (H, W) around 1."""
    return _bytes(np.asarray(colour) * light[..., None])


def _bytes(values01: np.ndarray) -> np.ndarray:
    return (255 * values01.clip(0.04, 0.93)).round().astype(np.uint8)


def wood(rng: np.random.Generator, colour: RGB) -> np.ndarray:
    """Return wood with its grain along x."""
    rings = np.sin(5 * noise(rng, rough=1.8, stretch=9))
    return shaded(colour, 1 + 0.06 * rings + 0.05 * noise(rng, rough=0.9, stretch=14))


def planks(rng: np.random.Generator, colour: RGB, rows: int = 8) -> np.ndarray:
    """Return floor boards along x, each of its own shade, with dark joints."""
    grain = 0.05 * noise(rng, rough=0.9, stretch=14)
    light = 1 + grain + 0.05 * np.sin(5 * noise(rng, rough=1.8, stretch=9))
    high = SIDE // rows
    for row in range(rows):
        joint = int(rng.integers(SIDE))
        band = light[row * high : (row + 1) * high]
        band[:, :joint] *= rng.uniform(0.8, 1.15)
        band[:, joint:] *= rng.uniform(0.8, 1.15)
        band[:, joint : joint + 1] *= 0.55
        band[0] *= 0.6
    return shaded(colour, light)


def tiles(
    rng: np.random.Generator,
    colour: RGB,
    rows: int = 4,
    second: RGB | None = None,
    grout: float = 0.75,
) -> np.ndarray:
    """Return square tiles; with a second colour, a chess board."""
    high = SIDE // rows
    y, x = np.mgrid[:SIDE, :SIDE]
    shade = rng.normal(1, 0.03, (rows, rows))[y // high, x // high] + 0.02 * noise(rng)
    chess = ((y // high + x // high) % 2)[..., None]
    base = np.where(chess, second or colour, colour) * shade[..., None]
    seam = ((y % high < 3) | (x % high < 3))[..., None]
    return _bytes(np.where(seam, np.full(3, grout), base))


def bricks(rng: np.random.Generator, colour: RGB, rows: int = 8) -> np.ndarray:
    """Return a brick wall, every second row shifted by half a brick."""
    high, wide = SIDE // rows, SIDE // (rows // 2)
    y, x = np.mgrid[:SIDE, :SIDE]
    row = y // high
    along = (x + (row % 2) * wide // 2) % SIDE
    shade = rng.normal(1, 0.12, (rows, SIDE // wide))[row, along // wide]
    shade = shade + 0.06 * noise(rng, rough=0.8)
    seam = ((y % high < 3) | (along % wide < 3))[..., None]
    return _bytes(np.where(seam, np.full(3, 0.7), np.asarray(colour) * shade[..., None]))


def carpet(rng: np.random.Generator, colour: RGB) -> np.ndarray:
    """Return a carpet of fine grain."""
    return shaded(colour, 1 + 0.09 * noise(rng, rough=0.2) + 0.04 * noise(rng))


def plaster(rng: np.random.Generator, colour: RGB) -> np.ndarray:
    """Return nearly even plaster."""
    return shaded(colour, 1 + 0.018 * noise(rng, rough=1.2))


def _dimmed(rng: np.random.Generator, colour: RGB, least: float, most: float) -> RGB:
    red, green, blue = (channel * rng.uniform(least, most) for channel in colour)
    return red, green, blue


def stripes(
    rng: np.random.Generator, colour: RGB, second: RGB | None = None, count: int | None = None
) -> np.ndarray:
    """Return vertical stripes."""
    count = count or int(rng.choice([4, 8, 16]))
    second = second or _dimmed(rng, colour, 0.8, 0.95)
    on = (np.arange(SIDE) * count * 2 // SIDE) % 2
    light = 1 + 0.02 * noise(rng, rough=0.6)
    return _bytes(np.where(on[None, :, None], second, colour) * light[..., None])


def dots(
    rng: np.random.Generator, colour: RGB, second: RGB | None = None, count: int | None = None
) -> np.ndarray:
    """Return a motif on a staggered grid, as on wallpaper."""
    count = count or int(rng.choice([4, 6, 8]))
    second = second or _dimmed(rng, colour, 0.7, 0.92)
    y, x = np.mgrid[:SIDE, :SIDE] * (count / SIDE) % 1 - 0.5
    half = np.hypot((x + 0.5) % 1 - 0.5 + 0.5, (y + 0.5) % 1) - 0.2
    petals = 0.22 + 0.08 * np.cos(int(rng.integers(3, 7)) * np.arctan2(y, x))
    on = (np.hypot(x, y) < petals) | (half < 0)
    light = 1 + 0.015 * noise(rng, rough=0.6)
    return _bytes(np.where(on[..., None], second, colour) * light[..., None])


def checks(
    rng: np.random.Generator, colour: RGB, second: RGB | None = None, count: int = 6
) -> np.ndarray:
    """Return a woven check of two colours."""
    second = second or paint(rng.random(), 0.4, 0.8)
    on = (np.arange(SIDE) * count * 2 // SIDE) % 2
    share = (0.5 * on[:, None] + 0.5 * on[None])[..., None]
    base = np.asarray(colour) * (1 - share) + np.asarray(second) * share
    return _bytes(base * (1 + 0.04 * noise(rng, rough=0.3))[..., None])


def oriental(rng: np.random.Generator, colour: RGB, second: RGB | None = None) -> np.ndarray:
    """Return a rug: borders around a symmetric pattern."""
    second = second or paint(rng.random(), 0.5, 0.6)
    quarter = np.abs(noise(rng, SIDE // 2, SIDE // 2, rough=1.3))
    half = np.hstack([quarter, quarter[:, ::-1]])
    full = np.vstack([half, half[::-1]])
    y, x = np.mgrid[:SIDE, :SIDE]
    rim = np.minimum(np.minimum(x, SIDE - 1 - x), np.minimum(y, SIDE - 1 - y))
    third = paint(rng.random(), 0.3, 0.85)
    base = np.where((full > 0.55)[..., None], third, colour)
    base = np.where((full > 1)[..., None], second, base)
    base = np.where(((rim > 14) & (rim < 30))[..., None], second, base)
    base = np.where(((rim > 18) & (rim < 22) | (rim < 4))[..., None], third, base)
    return _bytes(base * (1 + 0.06 * noise(rng, rough=0.3))[..., None])


RUGS: tuple[Callable[..., np.ndarray], ...] = (oriental, stripes, checks, carpet, dots)
WALLPAPERS: tuple[Callable[..., np.ndarray], ...] = (stripes, dots)


def picture(rng: np.random.Generator) -> np.ndarray:
    """Return a picture to be framed: a landscape, blocks, or circles."""
    return (_landscape, _blocks, _circles)[int(rng.integers(3))](rng)


def _landscape(rng: np.random.Generator) -> np.ndarray:
    return outside(rng, paint(rng.random(), 0.4, 0.85), town=False)


def _blocks(rng: np.random.Generator) -> np.ndarray:
    image = Image.new("RGB", (128, 128), _code(paint(rng.random(), 0.2, 0.9)))
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(4, 12))):
        left, top = rng.integers(0, 110, 2).tolist()
        wide, high = rng.integers(10, 70, 2).tolist()
        colour = paint(rng.random(), rng.uniform(0.2, 0.9), rng.uniform(0.2, 0.9))
        draw.rectangle((left, top, left + wide, top + high), fill=_code(colour))
    return np.asarray(image)


def _circles(rng: np.random.Generator) -> np.ndarray:
    image = Image.new("RGB", (128, 128), _code(paint(rng.random(), 0.3, rng.uniform(0.2, 0.9))))
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(3, 9))):
        x, y = rng.integers(10, 118, 2).tolist()
        radius = int(rng.integers(6, 40))
        colour = paint(rng.random(), rng.uniform(0.2, 0.9), rng.uniform(0.2, 0.9))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=_code(colour))
    return np.asarray(image)


def _code(colour: RGB) -> tuple[int, int, int]:
    red, green, blue = (round(255 * channel) for channel in colour)
    return red, green, blue


def outside(rng: np.random.Generator, sky: RGB, town: bool = True) -> np.ndarray:
    """Return the view (128, 192, 3) through a window: sky, hills, perhaps houses, and ground."""
    height, width = 128, 192
    y = np.linspace(0, 1, height)[:, None, None]
    clouds = 0.06 * np.maximum(noise(rng, height, width, stretch=0.6), 0)
    image = np.asarray(sky) * (0.75 + 0.35 * y) + clouds[..., None]
    line = (0.55 + 0.06 * noise(rng, 2, width, rough=1.5)[0]) * height
    rows = np.arange(height)[:, None]
    dim = float(np.mean(sky))
    green = paint(rng.uniform(0.2, 0.4), 0.45, 0.45 * dim + 0.05)
    hills = np.asarray(green) * (1 + 0.2 * noise(rng, height, width, rough=0.8))[..., None]
    image = np.where((rows > line)[..., None], hills, image)
    if town:
        for _ in range(int(rng.integers(0, 7))):
            left, wide = int(rng.integers(width)), int(rng.integers(12, 40))
            top = int(rng.uniform(0.2, 0.6) * height)
            house = paint(rng.uniform(0, 0.15), 0.2, rng.uniform(0.4, 0.8))
            image[top : int(0.85 * height), left : left + wide] = np.asarray(house) * dim
            image[top + 6 : int(0.8 * height) : 10, left + 3 : left + wide - 3 : 6] *= 0.5
    earth = paint(rng.uniform(0.1, 0.35), 0.4, 0.4 * dim + 0.03)
    ground = np.asarray(earth) * (1 + 0.1 * noise(rng, height, width, rough=0.7))[..., None]
    return _bytes(np.where((rows > 0.82 * height)[..., None], ground, image))
