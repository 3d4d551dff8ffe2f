"""Develop light into a photograph: white balance, exposure, tone curve, vignette, noise."""

import numpy as np

from mtal.rooms.light import Mood

LUMA = np.array([0.2126, 0.7152, 0.0722])


def develop(light: np.ndarray, mood: Mood, rng: np.random.Generator) -> np.ndarray:
    """Return the image (H, W, 3) uint8 sRGB of light (H, W, 3), linear."""
    clean = without_sparks(light.astype(np.float64))
    balanced = clean * _gains(clean, mood.balance * rng.uniform(0.85, 1.1))
    exposed = balanced * _exposure(balanced, mood.exposure) * 2 ** rng.normal(0, 0.15)
    srgb = encoded(film(exposed * _vignette(clean.shape[:2], rng.uniform(0.0, 0.18))))
    noise = rng.normal(0, rng.uniform(0.003, 0.012), srgb.shape)
    return (255 * (srgb + noise).clip(0, 1)).round().astype(np.uint8)


def without_sparks(light: np.ndarray) -> np.ndarray:
    """Return the light without fireflies, single bright pixels of paths that hit a lamp."""
    brightness = light @ LUMA
    padded = np.pad(brightness, 1, mode="edge")
    height, width = brightness.shape
    offsets = [(y, x) for y in range(3) for x in range(3) if (y, x) != (1, 1)]
    around = np.sort([padded[y : y + height, x : x + width] for y, x in offsets], axis=0)
    limit = 1.3 * around[-2] + 1e-6  # two bright neighbours make it an edge, not a spark
    return light * np.minimum(1, limit / np.maximum(brightness, 1e-9))[..., None]


def _gains(light: np.ndarray, share: float) -> np.ndarray:
    """Return factors (3,) that bring the mean of all but the brightest pixels towards grey."""
    brightness = light @ LUMA
    mean = light[brightness <= np.quantile(brightness, 0.9)].mean(axis=0)
    gains = (mean @ LUMA / np.maximum(mean, 1e-6)) ** min(share, 1.0)
    return gains.clip(0.4, 3)


def _exposure(light: np.ndarray, target: float) -> float:
    """Return the factor that puts the geometric mean at the target.

    It is limited so that the 80th percentile is at most 0.75.
    """
    brightness = np.maximum(light @ LUMA, 1e-5)
    middle = np.exp(np.log(brightness).mean())
    return float(min(target / middle, 0.75 / np.quantile(brightness, 0.8)))


def film(light: np.ndarray) -> np.ndarray:
    """Apply a tone curve: linear below a half, then a shoulder, so that windows keep their view."""
    knee = 0.5
    over = np.maximum(light - knee, 0)
    return np.minimum(light, knee) + (1 - knee) * over / (over + 1.2 * (1 - knee)) * 1.08


def encoded(linear01: np.ndarray) -> np.ndarray:
    """Convert linear values to sRGB, both 0 to 1."""
    value = linear01.clip(0, 1)
    return np.where(value <= 0.0031308, 12.92 * value, 1.055 * value ** (1 / 2.4) - 0.055)


def _vignette(shape: tuple[int, int], strength: float) -> np.ndarray:
    """Return factors (H, W, 1) that darken the image towards its corners."""
    y, x = (np.linspace(-1, 1, size) for size in shape)
    return (1 - strength * (y[:, None] ** 2 + x[None] ** 2) / 2)[..., None]
