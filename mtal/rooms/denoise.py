"""Denoise path-traced images by non-local means on irradiance, so that textures stay sharp.

After Rousselle, Knaus and Zwicker, "Adaptive rendering with non-local means filtering" (2012): two
half-buffers give the variance of each pixel, and pixels are averaged where they differ by no more
than that. Pixels of surfaces with another normal or depth get little weight.
"""

import numpy as np
from scipy.ndimage import percentile_filter, uniform_filter

REACH = 6  # pixels to each side
STRICT = 1.4  # standard deviations by which two pixels may differ
TURN, GAP = 0.15, 0.04  # differences of normals, and of depths per metre, that weigh 1 / e
SPARK = 1.6  # how much brighter than the 85th percentile around it a pixel may be
DARK = 0.02  # albedo is not divided by less


def denoised(
    halves: np.ndarray,
    albedo: np.ndarray,
    depth: np.ndarray,
    normals: np.ndarray,
    shines: np.ndarray,
) -> np.ndarray:
    """Return the denoised light (H, W, 3), linear.

    Arguments:
        halves: (2, H, W, 3) light of two renderings with independent samples.
        albedo: (H, W, 3) reflectance of the surface in each pixel.
        depth: (H, W) metres.
        normals: (H, W, 3) unit vectors.
        shines: (H, W) bool, lamps that are on and window panes; they keep their mean value.
    """
    divisor = np.maximum(albedo, DARK)
    first, second = halves / divisor
    bright = ((first + second) / 2).mean(axis=-1)
    limit = SPARK * percentile_filter(bright, 85, 5)
    # Single bright pixels would outweigh all pixels around them.
    scale = np.minimum(1, limit / np.maximum(bright, 1e-9))[..., None]
    first, second = first * scale, second * scale
    mean, noise = (first + second) / 2, ((first - second) ** 2 / 4)
    noise = uniform_filter(noise, (5, 5, 1)) + 1e-8
    total, weights = np.zeros_like(mean), np.zeros(depth.shape)
    for dy in range(-REACH, REACH + 1):
        for dx in range(-REACH, REACH + 1):
            weight = _likeness(mean, noise, depth, normals, shines, dy, dx)
            total += weight[..., None] * _shifted(mean, dy, dx)
            weights += weight
    smoothed = total / weights[..., None] * divisor
    beside = np.max([_shifted(shines, dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)], axis=0)
    # Pixels that a lamp covers in part keep their value.
    return np.where(beside[..., None], halves.mean(axis=0), smoothed)


def _likeness(
    mean: np.ndarray,
    noise: np.ndarray,
    depth: np.ndarray,
    normals: np.ndarray,
    shines: np.ndarray,
    dy: int,
    dx: int,
) -> np.ndarray:
    """Return the weight (H, W) of the pixel at offset (dy, dx) in each pixel's mean."""
    other_noise = _shifted(noise, dy, dx)
    difference = (mean - _shifted(mean, dy, dx)) ** 2 - (noise + np.minimum(noise, other_noise))
    relative = (difference / (1e-8 + STRICT**2 * (noise + other_noise))).mean(axis=-1)
    relative = uniform_filter(relative, 3)
    turn = ((normals - _shifted(normals, dy, dx)) ** 2).sum(axis=-1) / TURN
    allowed = GAP * np.maximum(depth, 0.3) * max(abs(dy), abs(dx), 1)
    gap = np.abs(depth - _shifted(depth, dy, dx)) / allowed
    lamp = 50.0 * _shifted(shines, dy, dx)
    return np.exp(-np.maximum(relative, 0) - turn - np.minimum(gap, 4) - lamp)


def _shifted(values: np.ndarray, dy: int, dx: int) -> np.ndarray:
    """Return the values at offset (dy, dx); border values are repeated."""
    rows = np.clip(np.arange(values.shape[0]) + dy, 0, values.shape[0] - 1)
    columns = np.clip(np.arange(values.shape[1]) + dx, 0, values.shape[1] - 1)
    return values[rows][:, columns]
