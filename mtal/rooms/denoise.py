"""Takes the noise of few paths out of a picture: non-local means on the light that surfaces receive, so that textures stay sharp.

After Rousselle, Knaus and Zwicker, "Adaptive rendering with non-local means filtering" (2012): two half pictures tell how
noisy each pixel is, and pixels are averaged where they differ by no more than that. Surfaces of other directions have no say.
"""

import numpy as np
from scipy.ndimage import percentile_filter, uniform_filter

REACH = 6  # pixels to each side
STRICT = 1.4  # how many deviations two pixels may differ
TURN, GAP = 0.15, 0.04  # differences of normals, and of depths per metre, that divide by e
SPARK = 1.6  # how much brighter than most around it a pixel may be
DARK = 0.02  # albedo is not divided by less


def denoised(
    halves: np.ndarray,
    albedo: np.ndarray,
    depth: np.ndarray,
    normals: np.ndarray,
    shines: np.ndarray,
) -> np.ndarray:
    """(2, H, W, 3) light, (H, W, 3) albedo, (H, W) metres, (H, W, 3) unit, (H, W) bool: lamps -> (H, W, 3) light."""
    by = np.maximum(albedo, DARK)
    first, second = halves / by
    bright = ((first + second) / 2).mean(axis=-1)
    scale = np.minimum(1, SPARK * percentile_filter(bright, 85, 5) / np.maximum(bright, 1e-9))[
        ..., None
    ]
    first, second = first * scale, second * scale  # single sparks would outweigh all around them
    mean, noise = (first + second) / 2, ((first - second) ** 2 / 4)
    noise = uniform_filter(noise, (5, 5, 1)) + 1e-8
    total, weights = np.zeros_like(mean), np.zeros(depth.shape)
    for dy in range(-REACH, REACH + 1):
        for dx in range(-REACH, REACH + 1):
            weight = _likeness(mean, noise, depth, normals, shines, dy, dx)
            total += weight[..., None] * _shifted(mean, dy, dx)
            weights += weight
    calm = total / weights[..., None] * by
    beside = np.max([_shifted(shines, dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)], axis=0)
    return np.where(
        beside[..., None], halves.mean(axis=0), calm
    )  # pixels that a lamp covers in part stay as they are


def _likeness(
    mean: np.ndarray,
    noise: np.ndarray,
    depth: np.ndarray,
    normals: np.ndarray,
    shines: np.ndarray,
    dy: int,
    dx: int,
) -> np.ndarray:
    """(H, W) weight of the pixel that lies (dy, dx) away."""
    other_noise = _shifted(noise, dy, dx)
    difference = (mean - _shifted(mean, dy, dx)) ** 2 - (noise + np.minimum(noise, other_noise))
    relative = uniform_filter(
        (difference / (1e-8 + STRICT**2 * (noise + other_noise))).mean(axis=-1), 3
    )
    turn = ((normals - _shifted(normals, dy, dx)) ** 2).sum(axis=-1) / TURN
    gap = np.abs(depth - _shifted(depth, dy, dx)) / (
        GAP * np.maximum(depth, 0.3) * max(abs(dy), abs(dx), 1)
    )
    lamp = 50.0 * _shifted(shines, dy, dx)
    return np.exp(-np.maximum(relative, 0) - turn - np.minimum(gap, 4) - lamp)


def _shifted(values: np.ndarray, dy: int, dx: int) -> np.ndarray:
    """The value (dy, dx) further, the border's own beyond the border."""
    rows = np.clip(np.arange(values.shape[0]) + dy, 0, values.shape[0] - 1)
    columns = np.clip(np.arange(values.shape[1]) + dx, 0, values.shape[1] - 1)
    return values[rows][:, columns]
